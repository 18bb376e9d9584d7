/** Serves a handler by `node:http`, which Deno, Node and Bun have. What a request may cost is bounded here. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { checkMayListen } from "../../transports/listening.ts";
import type { Handler } from "./handler.ts";

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  /** Closes every connection, and resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Listens.
 *
 * @param handlerFor Makes the handler, once the port is known.
 * @throws {Error} If the port is taken, or may not be used.
 */
export async function listen(
  { hostname, port }: { readonly hostname: string; readonly port: number },
  handlerFor: (port: number) => Handler,
): Promise<HttpServer> {
  checkMayListen(hostname.includes(":") ? `[${hostname}]` : hostname, port);
  const server = createServer({ maxHeaderSize: MAX_HEADER });
  server.maxConnections = MOST_CONNECTIONS;
  server.headersTimeout = PATIENCE;
  server.requestTimeout = PATIENCE;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const handler = handlerFor(bound);
  server.on("request", (incoming, outgoing) => {
    answer(incoming, outgoing, handler).catch(() => outgoing.destroy());
  });
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handler: Handler,
): Promise<void> {
  const request = requestOf(incoming);
  const response = request === undefined
    ? new Response(null, { status: 400 })
    : await handler(request);
  // No request has a body that is read.
  incoming.resume();
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null || incoming.method === "HEAD") {
    await response.body?.cancel();
    outgoing.end();
    return;
  }
  await send(response.body, outgoing);
}

/** Makes a request of the parts that handlers look at; `undefined` if that is not possible. */
function requestOf({ method = "GET", url = "/", headers }: IncomingMessage): Request | undefined {
  const given = new Headers();
  for (const name of HEADERS) {
    const value = headers[name];
    if (typeof value === "string") given.set(name, value);
  }
  try {
    // A path, never a whole address, as that would take the place of the host.
    if (!url.startsWith("/")) return undefined;
    return new Request(new URL(`http://${headers.host}${url}`), { method, headers: given });
  } catch {
    return undefined;
  }
}

/** Sends a body as fast as it is taken. One that is not taken at all for long is given up. */
async function send(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => {}));
  while (!outgoing.destroyed) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value)) await drained(outgoing);
  }
  outgoing.end();
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => outgoing.destroy(), PATIENCE);
    const done = () => {
      clearTimeout(timer);
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.on("drain", done);
    outgoing.on("close", done);
  });
}

/** Headers that handlers look at. */
const HEADERS = ["authorization", "last-event-id", "origin", "sec-fetch-site"];
const MAX_HEADER = 16_384;
const MOST_CONNECTIONS = 64;
/** Milliseconds. */
const PATIENCE = 30_000;
