/** The one file that says `Deno.`: dials TCP and Unix sockets with `Deno.connect`. */

import { connectTls } from "./node_tls.ts";
import type { Endpoint, Platform, Transport } from "./transport.ts";

/** Dials in the clear with `Deno.connect`, which looks the name up anew each time. */
export async function denoConnect(endpoint: Endpoint, signal: AbortSignal): Promise<Transport> {
  if ("path" in endpoint) return await Deno.connect({ transport: "unix", path: endpoint.path });
  return await dialTcp(endpoint, signal);
}

/** How Deno dials: TCP and Unix sockets by its own calls, TLS by `node:tls`. */
export const denoPlatform: Platform = { connect: denoConnect, connectTls };

/** True if these are the globals of Deno. */
export function isDeno(globals: object): boolean {
  const { Deno: deno } = globals as { Deno?: { connect?: unknown } };
  return typeof deno?.connect === "function";
}

/** Dials TCP. No delay: a request leaves when it is written. Keep-alive: a lost connection is noticed in the end. */
async function dialTcp(
  { hostname, port }: { hostname: string; port: number },
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname, port, signal: unthrowing(signal) });
  if (signal.aborted) {
    connection.close();
    throw signal.reason;
  }
  try {
    connection.setNoDelay(true);
    connection.setKeepAlive(true);
  } catch (error) {
    // A connection that was reset meanwhile cannot be set on some systems.
    connection.close();
    throw error;
  }
  return connection;
}

/**
 * Makes a signal that cancels as the given one does, but does not throw. `Deno.connect` calls `throwIfAborted()` at the
 * very end, and would drop a connection that was made at the moment of the abort without closing it.
 */
function unthrowing(signal: AbortSignal): AbortSignal {
  return Object.defineProperty(AbortSignal.any([signal]), "throwIfAborted", { value: () => {} });
}
