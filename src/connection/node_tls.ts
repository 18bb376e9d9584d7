/**
 * TLS with a client certificate, which of Deno's own dialler takes only the one that neither heeds a signal nor can be
 * told to send without delay.
 */

import { isIP } from "node:net";
import { Duplex } from "node:stream";
import { connect } from "node:tls";
import { transportOf } from "./stream_transport.ts";
import type { Transport } from "./transport.ts";

/** What to dial, to trust and to show. */
export interface NodeTlsOptions {
  readonly hostname: string;
  readonly port: number;
  /** The name that the server's certificate must have: the host's unless given. */
  readonly serverName: string | undefined;
  /** Certificates to trust in place of those of the system; none for those. */
  readonly caCerts: readonly string[];
  readonly cert: string;
  readonly key: string;
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
    cert,
    key,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
  });
  const giveUp = () => socket.destroy();
  signal.addEventListener("abort", giveUp);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("The server closed the connection")));
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  const { readable, writable } = Duplex.toWeb(socket);
  return transportOf({
    readable: readable as ReadableStream<Uint8Array>,
    writable: writable as WritableStream<Uint8Array>,
  });
}
