/** The options of TLS and their check. */

import { createPrivateKey, X509Certificate } from "node:crypto";

/**
 * Certificates and names for TLS. All certificates and keys are PEM texts.
 *
 * @example Servers whose certificate names the cluster
 * ```ts
 * import { Client, type TlsOptions } from "@libmc/libmc";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const tls: TlsOptions = { serverName: "cache.example.com" };
 * await using client = new Client(["10.0.0.1", "10.0.0.2"], { tls });
 * assertEquals(client.servers.length, 2);
 * // A certificate that cannot be used is found out at once.
 * assertThrows(() => new Client("10.0.0.1", { tls: { caCerts: "no PEM" } }), TypeError);
 * ```
 */
export interface TlsOptions {
  /** Certificates to trust, one or a list, in addition to those that the runtime trusts. */
  readonly caCerts?: string | readonly string[];
  /** The client's certificate with its chain. Needs `key`. */
  readonly cert?: string;
  /** The client's private key. Needs `cert`. */
  readonly key?: string;
  /** The name that the server's certificate must have, in place of the host that is dialled. */
  readonly serverName?: string;
}

/**
 * Checks TLS options.
 *
 * @throws {TypeError} If one has the wrong type, or two do not go together.
 */
export function checkTls(tls: unknown): void {
  if (typeof tls === "boolean") return;
  if (typeof tls !== "object" || tls === null) {
    throw new TypeError(
      `Cannot use option "tls" as it must be a boolean or an object: current type is ${typeof tls}`,
    );
  }
  const { caCerts, cert, key, serverName, ...others } = tls as Record<string, unknown>;
  const unknown = Object.keys(others)[0];
  if (unknown !== undefined) {
    throw new TypeError(`Cannot use option "tls.${unknown}" as there is none of that name`);
  }
  for (const [name, value] of Object.entries({ cert, key, serverName })) {
    if (value !== undefined && typeof value !== "string") {
      throw new TypeError(
        `Cannot use option "tls.${name}" as it must be a string: current type is ${typeof value}`,
      );
    }
  }
  for (const pem of Array.isArray(caCerts) ? caCerts : [caCerts]) {
    if (pem === undefined) continue;
    if (typeof pem !== "string") {
      throw new TypeError(
        `Cannot use option "tls.caCerts" as it must be PEM text: current type is ${typeof pem}`,
      );
    }
    certificateOf("caCerts", pem);
  }
  if (serverName !== undefined && !HOST.test(serverName as string)) {
    throw new TypeError(
      `Cannot use option "tls.serverName" as it must be a host name: current value is "${serverName}"`,
    );
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError('Cannot use option "tls" as "cert" and "key" go together');
  }
  if (cert === undefined) return;
  if (!certificateOf("cert", cert as string).checkPrivateKey(privateKeyOf(key as string))) {
    throw new TypeError('Cannot use option "tls" as "key" is not the private key of "cert"');
  }
}

/** No message quotes a certificate or a key; nor is the parser's error kept as the cause, since it may quote them. */
function certificateOf(name: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TypeError(`Cannot use option "tls.${name}" as it is not a certificate in PEM`);
  }
}

function privateKeyOf(pem: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new TypeError('Cannot use option "tls.key" as it is not a private key in PEM');
  }
}

const HOST = /^[\w.:-]+$/;
