/** Dials TCP and Unix sockets by `node:net`, for Node and Bun. */

import { connect } from "node:net";
import { opened, SocketTransport } from "./node_socket.ts";
import { nodeResolve } from "./node_dns.ts";
import { connectTls } from "./node_tls.ts";
import { textOf } from "../thrown.ts";
import type { Endpoint, Platform, Transport } from "./transport.ts";

/** Dials in the clear with `net.connect`, which looks the name up anew each time and tries all its addresses. */
export async function nodeConnect(endpoint: Endpoint, signal: AbortSignal): Promise<Transport> {
  const socket = "path" in endpoint
    ? connect({ path: endpoint.path })
    : connect({ host: endpoint.hostname, port: endpoint.port });
  const transport = new SocketTransport(socket);
  try {
    await opened(socket, "connect", signal);
  } catch (error) {
    throw worded(error);
  }
  return transport;
}

/** How Node dials, and Bun, which has the same modules. */
export const nodePlatform: Platform = { connect: nodeConnect, connectTls, resolve: nodeResolve };

/** True if these are the globals of Node or of something that has its modules. */
export function isNode(globals: object): boolean {
  const { process } = globals as { process?: { versions?: { node?: unknown } } };
  return typeof process?.versions?.node === "string";
}

/** Gives an error a message: if all addresses of a name fail, Node joins the errors into one without a message. */
function worded(error: unknown): unknown {
  if (!(error instanceof AggregateError) || error.message !== "") return error;
  const messages = error.errors.map(textOf);
  return new Error(messages.join("; "), { cause: error });
}
