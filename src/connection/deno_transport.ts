/** The one file that says `Deno.`: dials TCP and Unix sockets, in the clear or with TLS. */

import { connectNodeTls } from "./node_tls.ts";
import type { TlsOptions } from "./tls.ts";
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
    const dialNode = (caCerts: readonly string[]) =>
      connectNodeTls({ ...endpoint, serverName, caCerts, cert, key }, signal);
    try {
      return await dialNode(trusted);
    } catch (error) {
      if (!isUnverified(error)) throw error;
      // node:tls trusts either the given certificates or the system's, and says the same of an unknown and of an
      // expired one. This handshake trusts both: where it fails it says why, and else the certificate is the system's.
      const hostname = serverName ?? endpoint.hostname;
      await shakeHands(await dialTcp(endpoint, signal), { hostname, caCerts: trusted });
      return await dialNode([]);
    }
  };
}

/** Goes through a handshake, and closes. */
async function shakeHands(connection: Deno.TcpConn, options: Deno.StartTlsOptions): Promise<void> {
  const secured = await Deno.startTls(connection, options);
  try {
    await secured.handshake();
  } finally {
    secured.close();
  }
}

/** True if it was we who would not have the server, and not the server us. */
function isUnverified(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /CERT|VERIFY/.test(code) && !code.startsWith("ERR_SSL");
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
