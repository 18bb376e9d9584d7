/** The certificate that a server shows, whether it is trusted or not. */

import { isIP } from "node:net";
import { connect } from "node:tls";
import type { Endpoint } from "../../../mod.ts";

/** What a certificate says. */
export interface ShownCertificate {
  /** The version of TLS, as in `TLSv1.3`. */
  readonly protocol: string;
  /** The hosts that it is for. */
  readonly names: string;
  readonly until: Date;
}

/**
 * Makes a handshake that trusts anybody, to look at the certificate. Nothing is sent over it.
 *
 * @returns `undefined` if there is no handshake in time.
 */
export function shownCertificate(
  endpoint: Endpoint,
  serverName: string | undefined,
  timeout: number,
): Promise<ShownCertificate | undefined> {
  if ("path" in endpoint) return Promise.resolve(undefined);
  const { hostname, port } = endpoint;
  const name = serverName ?? (isIP(hostname) === 0 ? hostname : undefined);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname,
      port,
      ...(name !== undefined && { servername: name }),
      rejectUnauthorized: false,
    });
    const timer = setTimeout(() => end(undefined), timeout);
    function end(certificate: ShownCertificate | undefined): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(certificate);
    }
    socket.on("error", () => end(undefined));
    socket.on("close", () => end(undefined));
    socket.on("secureConnect", () => {
      const { subjectaltname = "", valid_to: until } = socket.getPeerCertificate();
      const names = subjectaltname.replaceAll(/\b(?:DNS|IP Address):/g, "");
      end({ protocol: socket.getProtocol() ?? "TLS", names, until: new Date(until) });
    });
  });
}
