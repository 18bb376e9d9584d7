/** The one file that says `Deno.`: dials TCP and Unix sockets. */

import type { Endpoint, Transport } from "./transport.ts";

/**
 * Dials with `Deno.connect`, which looks the name up anew each time. TCP connections have no delay (a request leaves
 * when it is written) and are kept alive.
 */
export async function denoConnect(endpoint: Endpoint, signal: AbortSignal): Promise<Transport> {
  if ("path" in endpoint) return await Deno.connect({ transport: "unix", path: endpoint.path });
  const { hostname, port } = endpoint;
  const connection = await Deno.connect({ hostname, port, signal });
  connection.setNoDelay(true);
  connection.setKeepAlive(true);
  return connection;
}
