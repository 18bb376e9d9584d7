/**
 * TLS by `node:tls`. Deno's own sockets are not suitable: when closed during a handshake that stalls, they stay open for
 * as long as the other end does, and one with a client certificate cannot be set to send without delay.
 */

import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { TlsOptions } from "../checks/tls.ts";
import { ConnectionError } from "../errors.ts";
import { opened, SocketTransport } from "./node_socket.ts";
import type { Connect, Transport } from "./transport.ts";

/**
 * Makes a function that dials with TLS and never without: if the handshake fails, the dial fails.
 *
 * @param tls The certificates to trust and to show.
 */
export function connectTls({ serverName, cert, key, caCerts = [] }: TlsOptions): Connect {
  const trusted = typeof caCerts === "string" ? [caCerts] : Array.from(caCerts);
  return async (endpoint, signal) => {
    if ("path" in endpoint) {
      throw new TypeError(`Cannot use TLS on the Unix socket ${endpoint.path}`);
    }
    const options = { ...endpoint, serverName, cert, key };
    // node:tls trusts either the given certificates or those that the runtime trusts.
    const trusts = trusted.length === 0 ? [[]] : [trusted, []];
    let unverified: unknown;
    for (const caCerts of trusts) {
      try {
        return await dialTrusting(caCerts, options, signal);
      } catch (error) {
        if (!isUnverified(error)) throw error;
        unverified ??= error;
      }
    }
    throw await explained(unverified, options, signal);
  };
}

/** The address to dial, and the certificate to show. */
interface DialOptions {
  readonly hostname: string;
  readonly port: number;
  /** The name that the server's certificate must have: the host's unless given. */
  readonly serverName: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * Dials with TLS. Rejects if the handshake fails.
 *
 * @param caCerts Certificates to trust in place of those that the runtime trusts; an empty list for the latter.
 */
async function dialTrusting(
  caCerts: readonly string[],
  options: DialOptions,
  signal: AbortSignal,
): Promise<Transport> {
  // `rejectUnauthorized` is given, so that NODE_TLS_REJECT_UNAUTHORIZED does not count.
  const socket = connectTo(options, { caCerts, rejectUnauthorized: true });
  const reasonOf = (error: Error) => refusalOf(error, options.cert !== undefined) ?? error;
  const transport = new SocketTransport(socket, true, reasonOf);
  try {
    await opened(socket, "secureConnect", signal);
  } catch (error) {
    throw error instanceof Error ? reasonOf(error) : error;
  }
  return transport;
}

/**
 * Makes the error for a server that rejects the client's certificate, or that it has none. In TLS 1.3 the server says so
 * only when the handshake is over for the client, which then hears it at its first read.
 *
 * @param isShown True if the client has shown a certificate.
 */
function refusalOf(error: Error, isShown: boolean): ConnectionError | undefined {
  const said = `${"code" in error ? error.code : ""} ${error.message}`.replaceAll(/[ _]/g, "");
  if (!REFUSALS.test(said)) return undefined;
  const reason = `the server wants ${
    isShown ? "another" : "a"
  } client certificate: ${error.message.trim()}`;
  return new ConnectionError(reason, { step: "dial", cause: error });
}

/** The alerts of a server that is not content with the client's certificate. */
const REFUSALS =
  /alert:?(?:certificate(?:required|revoked|expired|unknown)|(?:bad|unsupported)certificate|unknownca|accessdenied|decrypterror)/i;

/** True if an error says that we rejected the server, not that the server rejected us. */
function isUnverified(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /CERT|VERIFY/.test(code) && !code.startsWith("ERR_SSL");
}

/**
 * Says why a certificate was rejected: `node:tls` has the same error for an unknown authority and for a date that has
 * passed. Fetches the certificate once more, only to look at it, and shows none to whoever is at the other end.
 */
async function explained(
  error: unknown,
  options: DialOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const shown = { ...options, cert: undefined, key: undefined };
  const socket = connectTo(shown, { caCerts: [], rejectUnauthorized: false });
  socket.on("error", () => {});
  try {
    await opened(socket, "secureConnect", signal);
    return new Error(reasonOf(error, socket, options), { cause: error });
  } catch {
    return error;
  } finally {
    socket.destroy();
  }
}

function connectTo(
  { hostname, port, serverName, cert, key }: DialOptions,
  { caCerts, rejectUnauthorized }: { caCerts: readonly string[]; rejectUnauthorized: boolean },
): TLSSocket {
  const name = serverName ?? (isIP(hostname) === 0 ? hostname : undefined);
  return connect({
    host: hostname,
    port,
    // An IP address is checked as the host, and must not be sent as a server name.
    ...(name === undefined ? {} : { servername: name }),
    // Those that the runtime trusts are not named: in Deno, rootCertificates asks for a permission.
    ...(caCerts.length === 0 ? {} : { ca: [...caCerts] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    rejectUnauthorized,
  });
}

function reasonOf(error: unknown, socket: TLSSocket, options: DialOptions): string {
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
