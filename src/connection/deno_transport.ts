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
export function denoConnectTls(tls: TlsOptions): Connect {
  const { serverName, cert, key } = tls;
  const trusted = tls.caCerts ?? [];
  const caCerts = typeof trusted === "string" ? [trusted] : Array.from(trusted);
  return async (endpoint, signal) => {
    if ("path" in endpoint) {
      throw new TypeError(`Cannot use TLS on the Unix socket ${endpoint.path}`);
    }
    const verification = { hostname: serverName ?? endpoint.hostname, caCerts };
    if (cert === undefined || key === undefined) {
      return await dialTls(endpoint, verification, signal);
    }
    const dialNode = (ca: readonly string[]) =>
      connectNodeTls({ ...endpoint, serverName, caCerts: ca, cert, key }, signal);
    try {
      return await dialNode(caCerts);
    } catch (error) {
      if (!isUnverified(error)) throw error;
      // node:tls trusts either given certificates or the system's, and says the same of an unknown and of an expired
      // one. This handshake trusts both; where it fails it says why, and else the certificate is the system's.
      (await dialTls(endpoint, verification, signal)).close();
      return await dialNode([]);
    }
  };
}

/** Not by Deno.connectTls: that heeds no signal, and has no setNoDelay, without which a reply may be 40 ms late. */
async function dialTls(
  endpoint: { hostname: string; port: number },
  verification: Deno.StartTlsOptions,
  signal: AbortSignal,
): Promise<Deno.TlsConn> {
  const connection = await dialTcp(endpoint, signal);
  try {
    return await shaken(await Deno.startTls(connection, verification), signal);
  } catch (error) {
    closeIfOpen(connection);
    throw error;
  }
}

/** The connection once its handshake is done. */
async function shaken(connection: Deno.TlsConn, signal: AbortSignal): Promise<Deno.TlsConn> {
  const giveUp = () => closeIfOpen(connection);
  signal.addEventListener("abort", giveUp);
  try {
    signal.throwIfAborted();
    await connection.handshake();
    return connection;
  } catch (error) {
    closeIfOpen(connection);
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** Closes a connection that may be closed, or may have become that of a handshake. */
function closeIfOpen(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
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
  const connection = await Deno.connect({ hostname, port, signal });
  connection.setNoDelay(true);
  connection.setKeepAlive(true);
  return connection;
}
