/** TLS with a client certificate and a server name of its own: the two together only `node:tls` takes. */

import { Duplex } from "node:stream";
import { connect, rootCertificates } from "node:tls";
import { transportOf } from "./stream_transport.ts";
import type { Transport } from "./transport.ts";

/** What to dial, to trust and to show. */
export interface NodeTlsOptions {
  readonly hostname: string;
  readonly port: number;
  readonly serverName: string;
  readonly caCerts: readonly string[];
  readonly cert: string;
  readonly key: string;
}

/** Dials with TLS. Rejects if the handshake fails. */
export async function connectNodeTls(
  { hostname, port, serverName, caCerts, cert, key }: NodeTlsOptions,
  signal: AbortSignal,
): Promise<Transport> {
  const socket = connect({
    host: hostname,
    port,
    servername: serverName,
    ca: [...rootCertificates, ...caCerts],
    cert,
    key,
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
