/** The one file that says `Deno.`: dials TCP and Unix sockets, in the clear or with TLS. */

import { connectNodeTls, explained, isUnverified } from "./node_tls.ts";
import type { TlsOptions } from "../checks/tls.ts";
import type { Connect, Endpoint, Transport } from "./transport.ts";

/** Dials in the clear with `Deno.connect`, which looks the name up anew each time. */
export async function denoConnect(endpoint: Endpoint, signal: AbortSignal): Promise<Transport> {
  if ("path" in endpoint) return await Deno.connect({ transport: "unix", path: endpoint.path });
  return await dialTcp(endpoint, signal);
}

/**
 * Makes what dials with TLS, and with nothing else: a handshake that fails is a dial that fails.
 *
 * @param tls Which certificates to trust and to show.
 */
export function denoConnectTls({ serverName, cert, key, caCerts = [] }: TlsOptions): Connect {
  const trusted = typeof caCerts === "string" ? [caCerts] : Array.from(caCerts);
  return async (endpoint, signal) => {
    if ("path" in endpoint) {
      throw new TypeError(`Cannot use TLS on the Unix socket ${endpoint.path}`);
    }
    const options = { ...endpoint, serverName, cert, key };
    // node:tls trusts either the given certificates or those that Deno trusts.
    const trusts = trusted.length === 0 ? [[]] : [trusted, []];
    let unverified: unknown;
    for (const caCerts of trusts) {
      try {
        return await connectNodeTls({ ...options, caCerts }, signal);
      } catch (error) {
        if (!isUnverified(error)) throw error;
        unverified ??= error;
      }
    }
    throw await explained(unverified, options, signal);
  };
}

/** No delay: a request leaves when it is written. Kept alive: a connection that is gone is found out some day. */
async function dialTcp(
  { hostname, port }: { hostname: string; port: number },
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname, port, signal: unthrowing(signal) });
  if (signal.aborted) {
    connection.close();
    throw signal.reason;
  }
  connection.setNoDelay(true);
  connection.setKeepAlive(true);
  return connection;
}

/**
 * A signal that cancels as the given one does, and does not throw: Deno.connect asks it at the very end, and would drop
 * a connection that was made in the moment of the abort without closing it.
 */
function unthrowing(signal: AbortSignal): AbortSignal {
  return Object.defineProperty(AbortSignal.any([signal]), "throwIfAborted", { value: () => {} });
}
