/**
 * TLS by `node:tls`. Deno's own sockets will not do: closed during a handshake that stalls, they stay open for as long
 * as the other end does, and one with a client certificate cannot be told to send without delay.
 */

import { isIP } from "node:net";
import { connect } from "node:tls";
import { SocketTransport } from "./socket_transport.ts";
import type { Transport } from "./transport.ts";

/** What to dial, to trust and to show. */
export interface NodeTlsOptions {
  readonly hostname: string;
  readonly port: number;
  /** The name that the server's certificate must have: the host's unless given. */
  readonly serverName: string | undefined;
  /** Certificates to trust in place of those of the system; none for those. */
  readonly caCerts: readonly string[];
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Dials with TLS. Rejects if the handshake fails. */
export async function connectNodeTls(
  { hostname, port, serverName, caCerts, cert, key }: NodeTlsOptions,
  signal: AbortSignal,
): Promise<Transport> {
  signal.throwIfAborted();
  const name = serverName ?? (isIP(hostname) === 0 ? hostname : undefined);
  const socket = connect({
    host: hostname,
    port,
    // An IP address is checked as the host, and must not be announced as a name.
    ...(name === undefined ? {} : { servername: name }),
    // The system's are not named: rootCertificates asks for a permission.
    ...(caCerts.length === 0 ? {} : { ca: [...caCerts] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
  });
  const transport = new SocketTransport(socket);
  const giveUp = () => transport.close();
  signal.addEventListener("abort", giveUp);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the server closed the connection")));
    });
  } catch (error) {
    transport.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return transport;
}
