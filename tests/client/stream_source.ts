/** Streams that remember what was asked of them, and what comes out of streams. */

import { toArrayBuffer } from "@std/streams";
import type { Random } from "../support/random.ts";

/** A stream of given pieces, each of which is made when it is asked for. */
export class Source {
  readonly stream: ReadableStream<Uint8Array>;
  /** Pieces that were asked for. */
  asked = 0;
  /** The reasons for which it was cancelled, at most one. */
  readonly cancelled: unknown[] = [];

  /** @param end What comes behind the pieces: the end unless given; an error; or nothing ever. */
  constructor(pieces: Iterable<unknown>, end?: { error: unknown } | "silence") {
    const iterator = pieces[Symbol.iterator]();
    const stream = new ReadableStream<unknown>({
      pull: (controller) => {
        const { value, done } = iterator.next();
        this.asked++;
        if (!done) return controller.enqueue(value);
        if (end === undefined) return controller.close();
        if (end === "silence") return new Promise(() => {});
        throw end.error;
      },
      cancel: (reason) => void this.cancelled.push(reason),
    }, { highWaterMark: 0 });
    this.stream = stream as ReadableStream<Uint8Array>;
  }
}

/** Cuts bytes into pieces of random lengths, up to `most`, now and then an empty one between two. */
export function* piecesOf(bytes: Uint8Array, most: number, random: Random): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const length = random.below(5) === 0 ? 0 : 1 + random.below(most);
    yield bytes.subarray(at, at += length);
  }
  yield new Uint8Array(0);
}

/** So many pieces of a length. */
export function* copiesOf(length: number, count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(length).fill(65 + i % 26);
}

/** Bytes that do not compress, and of which no two chunks are the same. */
export function noise(random: Random, length: number): Uint8Array<ArrayBuffer> {
  const tile = random.bytes(65_537);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += tile.length) bytes.set(tile.subarray(0, length - at), at);
  return bytes;
}

/** All that comes out of a stream. */
export async function bytesOf(stream: ReadableStream<Uint8Array> | undefined): Promise<Uint8Array> {
  if (stream === undefined) throw new Error("There is no stream");
  return new Uint8Array(await toArrayBuffer(stream));
}
