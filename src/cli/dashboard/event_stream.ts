/**
 * Server-sent events for one page. Nothing is queued for it: when the browser has taken what there was, it is given what
 * came since, out of the history. So a page that is slow misses nothing that is still known, and takes no memory.
 */

import type { Place } from "./history.ts";
import { COARSE, FINE } from "./history.ts";
import type { Recorder } from "./recorder.ts";
import type { RingCamera } from "./ring_picture.ts";
import type { SlabCamera } from "./slab_picture.ts";
import type { Hello, RingPicture, SlabPicture } from "./wire.ts";

/** What an event stream needs. */
export interface EventSourceOptions {
  readonly recorder: Recorder;
  readonly camera: RingCamera;
  readonly slabCamera: SlabCamera;
  readonly mayWrite: boolean;
  /** The server whose points are sent; all together if it is `undefined`. */
  readonly view: string | undefined;
  /** The id of the last event that the page has had, if it had one. */
  readonly lastId: string | undefined;
  /** Called once, when the page has left or the recorder was closed. */
  readonly onEnd: () => void;
}

/** Makes the stream. */
export function eventStream(options: EventSourceOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  const messages = messagesFor(options);
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await messages.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      options.onEnd();
    },
    cancel() {
      // A generator that waits for the next tick ends then.
      void messages.return();
      options.onEnd();
    },
  }, { highWaterMark: 0 });
}

async function* messagesFor(options: EventSourceOptions): AsyncGenerator<string, void, void> {
  const { recorder, camera, slabCamera, mayWrite, view } = options;
  const hello: Hello = { started: recorder.started, mayWrite, fine: FINE, coarse: COARSE };
  yield `retry: 2000\n${message("hello", hello)}`;
  let place = placeOf(options.lastId, recorder, view);
  let ring: RingPicture | undefined;
  let slabs: SlabPicture | undefined;
  let ticks = -1;
  while (!recorder.isClosed) {
    if (ticks !== recorder.ticks) {
      ({ ticks } = recorder);
      const history = recorder.history(view);
      if (history !== undefined) {
        const { points, place: now } = history.since(place);
        place = now;
        yield `id: ${idOf(place, recorder, view)}\n${message("points", points)}`;
      }
      yield message("servers", recorder.rows());
    }
    const picture = camera.newest();
    if (picture !== undefined && picture !== ring) yield message("ring", picture);
    ring = picture;
    const newest = slabCamera.newest(view);
    if (newest !== undefined && newest !== slabs) yield message("slabs", newest);
    slabs = newest;
    // Nothing waits for a picture that takes long: those of hundreds of servers do.
    const developing = [camera.developed(), slabCamera.developed(view)];
    await Promise.race([
      recorder.after(ticks),
      ...developing.filter((picture) => picture !== undefined),
    ]);
  }
}

function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Says of what, and how far, a page has been told. */
function idOf({ fine, coarse }: Place, recorder: Recorder, view: string | undefined): string {
  return `${recorder.started}-${fine}-${coarse}-${encodeURIComponent(view ?? "")}`;
}

function placeOf(
  id: string | undefined,
  recorder: Recorder,
  view: string | undefined,
): Place | undefined {
  const [, fine, coarse] = /^\d+-(\d{1,12})-(\d{1,12})-/.exec(id ?? "") ?? [];
  const place = { fine: Number(fine), coarse: Number(coarse) };
  return id === idOf(place, recorder, view) ? place : undefined;
}

const encoder = new TextEncoder();
