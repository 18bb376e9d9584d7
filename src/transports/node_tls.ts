/**
 * TLS by `node:tls`. Deno's own sockets will not do: closed during a handshake that stalls, they stay open for as long
 * as the other end does, and one with a client certificate cannot be told to send without delay.
 */

import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { SocketTransport } from "./node_socket.ts";
import type { Transport } from "./transport.ts";

/** What to dial, and what to show. */
export interface NodeTlsOptions {
  readonly hostname: string;
  readonly port: number;
  /** The name that the server's certificate must have: the host's unless given. */
  readonly serverName: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Dials with TLS. Rejects if the handshake fails. */
export async function connectNodeTls(
  /** `caCerts`: certificates to trust in place of those that Deno trusts; none for those. */
  { caCerts, ...options }: NodeTlsOptions & { readonly caCerts: readonly string[] },
  signal: AbortSignal,
): Promise<Transport> {
  // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
  const socket = connectTo(options, { caCerts, rejectUnauthorized: true });
  const transport = new SocketTransport(socket);
  await secured(socket, signal);
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return transport;
}

/** True for an error that says: it was we who would not have the server, and not the server us. */
export function isUnverified(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /CERT|VERIFY/.test(code) && !code.startsWith("ERR_SSL");
}

/**
 * Says why a certificate was not taken: `node:tls` says the same of an unknown authority and of a date that has passed.
 * Asks for the certificate once more, only to look at it.
 */
export async function explained(
  error: unknown,
  options: NodeTlsOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const socket = connectTo(options, { caCerts: [], rejectUnauthorized: false });
  socket.on("error", () => {});
  try {
    await secured(socket, signal);
    return new Error(reasonOf(error, socket, options), { cause: error });
  } catch {
    return error;
  } finally {
    socket.destroy();
  }
}

function connectTo(
  { hostname, port, serverName, cert, key }: NodeTlsOptions,
  { caCerts, rejectUnauthorized }: { caCerts: readonly string[]; rejectUnauthorized: boolean },
): TLSSocket {
  const name = serverName ?? (isIP(hostname) === 0 ? hostname : undefined);
  return connect({
    host: hostname,
    port,
    // An IP address is checked as the host, and must not be announced as a name.
    ...(name === undefined ? {} : { servername: name }),
    // Those that Deno trusts are not named: rootCertificates asks for a permission.
    ...(caCerts.length === 0 ? {} : { ca: [...caCerts] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    rejectUnauthorized,
  });
}

/** Waits for the end of the handshake, and closes the socket if that is a bad one. */
async function secured(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  const giveUp = () => socket.destroy();
  signal.addEventListener("abort", giveUp);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the server closed the connection")));
      if (signal.aborted) giveUp();
    });
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function reasonOf(error: unknown, socket: TLSSocket, options: NodeTlsOptions): string {
  const certificate = socket.getPeerCertificate();
  const now = Date.now();
  if (now > Date.parse(certificate.valid_to)) {
    return `certificate expired: it was valid until ${certificate.valid_to}`;
  }
  if (now < Date.parse(certificate.valid_from)) {
    return `certificate not valid yet: it will be from ${certificate.valid_from}`;
  }
  if ((error as { code?: unknown }).code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const name = options.serverName ?? options.hostname;
    return `certificate not valid for name "${name}": it is for ${certificate.subjectaltname}`;
  }
  return `certificate not trusted: its issuer is ${JSON.stringify(certificate.issuer?.CN)}`;
}
