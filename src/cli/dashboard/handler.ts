/** What the dashboard answers to which request. */

import type { Client } from "../../../mod.ts";
import { eventStream } from "./event_stream.ts";
import type { Guard } from "./guard.ts";
import type { GroupSampler } from "./key_groups.ts";
import { keyReport } from "./key_report.ts";
import { DASHBOARD_PAGE, type HtmlPage, LOCKED_PAGE } from "./html_page.ts";
import type { Recorder } from "./recorder.ts";
import { events, json, page, refusal } from "./responses.ts";
import type { RingCamera } from "./ring_picture.ts";
import type { SlabCamera } from "./slab_picture.ts";

/** What a handler needs. */
export interface HandlerOptions {
  readonly client: Client;
  readonly guard: Guard;
  readonly recorder: Recorder;
  readonly camera: RingCamera;
  readonly slabCamera: SlabCamera;
  readonly sampler: GroupSampler;
  /** Whether keys may be deleted. */
  readonly mayWrite: boolean;
}

/** Answers a request. */
export type Handler = (request: Request) => Promise<Response>;

/** Makes the function that answers all requests. It never rejects. */
export function handlerOf(options: HandlerOptions): Handler {
  const viewers = { count: 0 };
  return async (request) => {
    const { guard } = options;
    if (!guard.isMeant(request)) {
      return refusal(
        421,
        "Cannot answer as the request was sent to another name than this machine's",
      );
    }
    const { pathname } = new URL(request.url);
    if (!guard.isKnown(request)) {
      return pathname === "/"
        ? locked()
        : refusal(403, "Cannot answer as the token is not the right one");
    }
    try {
      return await routeOf(request.method, pathname)(request, options, viewers);
    } catch (error) {
      const status = error instanceof TypeError || error instanceof RangeError ? 400 : 502;
      return refusal(status, error instanceof Error ? error.message : String(error));
    }
  };
}

/** How many pages are open. */
interface Viewers {
  count: number;
}

type Route = (
  request: Request,
  options: HandlerOptions,
  viewers: Viewers,
) => Promise<Response> | Response;

const ROUTES: Readonly<Record<string, Route>> = {
  "GET /": () => whole(200, DASHBOARD_PAGE),
  "GET /check": () => json(200, {}),
  "GET /events": follow,
  "GET /key": async (request, { client }) => json(200, await keyReport(client, keyOf(request))),
  "POST /groups": async (request, { guard, sampler }) => {
    if (!guard.isOurs(request)) return foreign();
    const separator = new URL(request.url).searchParams.get("separator") ?? ":";
    if (separator.length !== 1) {
      return refusal(400, "Cannot group by a separator of more than one character");
    }
    return json(200, await sampler.sample(separator));
  },
  "POST /delete": async (request, { guard, client, mayWrite }) => {
    if (!guard.isOurs(request)) return foreign();
    if (!mayWrite) {
      return refusal(403, "Cannot delete as the dashboard was started without --write");
    }
    return json(200, { isGone: await client.delete(keyOf(request), { strict: true }) });
  },
};

function routeOf(method: string, pathname: string): Route {
  const name = `${method} ${pathname}`;
  if (Object.hasOwn(ROUTES, name)) return ROUTES[name];
  return () => refusal(404, "Cannot find what the request is for");
}

function follow(
  request: Request,
  { recorder, camera, slabCamera, mayWrite }: HandlerOptions,
  viewers: Viewers,
): Response {
  if (viewers.count >= MOST_VIEWERS) {
    return refusal(503, `Cannot serve more than ${MOST_VIEWERS} pages at once: close one`);
  }
  const view = new URL(request.url).searchParams.get("server") ?? undefined;
  viewers.count++;
  let isOver = false;
  const onEnd = () => {
    if (!isOver) viewers.count--;
    isOver = true;
  };
  const lastId = request.headers.get("last-event-id") ?? undefined;
  return events(eventStream({ recorder, camera, slabCamera, mayWrite, view, lastId, onEnd }));
}

function keyOf(request: Request): string {
  const key = new URL(request.url).searchParams.get("key");
  if (key === null) throw new TypeError("Cannot look up a key as none is given");
  return key;
}

function locked(): Response {
  return whole(403, LOCKED_PAGE);
}

function whole(status: number, { html, policy }: HtmlPage): Response {
  return page(status, html, policy);
}

function foreign(): Response {
  return refusal(403, "Cannot do that for another page than the dashboard's own");
}

/** Each has a connection of its own. */
const MOST_VIEWERS = 16;
