/** The options of TLS and their check. */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { unknownOption } from "./check.ts";

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
  /** The host name that the server's certificate must have, in place of the host that is dialled. */
  readonly serverName?: string;
}

/**
 * Reads and checks TLS options. Each is read once.
 *
 * @returns What is given, in a plain object.
 * @throws {TypeError} If one has the wrong type, or two do not go together.
 */
export function readTls(tls: unknown): boolean | TlsOptions {
  if (typeof tls === "boolean") return tls;
  if (typeof tls !== "object" || tls === null) {
    throw new TypeError(
      `Cannot use option "tls" as it must be a boolean or an object: current type is ${typeof tls}`,
    );
  }
  const given = tls as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw unknownOption(unknown, NAMES, { inside: "tls." });
  }
  const cert = textOf(given, "cert");
  const key = textOf(given, "key");
  const caCerts = caCertsOf(given.caCerts);
  const serverName = textOf(given, "serverName");
  if (serverName !== undefined) checkServerName(serverName);
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError('Cannot use option "tls" as "cert" and "key" go together');
  }
  if (cert !== undefined && !certificateOf("cert", cert).checkPrivateKey(privateKeyOf(key!))) {
    throw new TypeError('Cannot use option "tls" as "key" is not the private key of "cert"');
  }
  return {
    ...(caCerts && { caCerts }),
    ...(cert !== undefined && { cert, key: key! }),
    ...(serverName !== undefined && { serverName }),
  };
}

function textOf(given: Record<string, unknown>, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || typeof value === "string") return value;
  throw new TypeError(
    `Cannot use option "tls.${name}" as it must be a string: current type is ${typeof value}`,
  );
}

function caCertsOf(given: unknown): string[] | undefined {
  if (given === undefined) return undefined;
  const pems: unknown[] = Array.isArray(given) ? Array.from(given) : [given];
  for (const pem of pems) {
    if (typeof pem !== "string") {
      throw new TypeError(
        `Cannot use option "tls.caCerts" as it must be PEM text: current type is ${typeof pem}`,
      );
    }
    certificateOf("caCerts", pem);
  }
  return pems as string[];
}

/** A client names the server that it wants in its first message, and an address is no name there (RFC 6066). */
function checkServerName(name: string): void {
  if (IP_ADDRESS.test(name)) {
    throw new TypeError(
      `Cannot use option "tls.serverName" as it must be a host name, and TLS names no IP address: ` +
        `dial the address itself in place of ${JSON.stringify(name)}`,
    );
  }
  if (!HOST.test(name)) {
    throw new TypeError(
      `Cannot use option "tls.serverName" as it must be a host name: current value is "${name}"`,
    );
  }
}

/** No message quotes a certificate or a key; nor is the parser's error kept as the cause, since it may quote them. */
function certificateOf(name: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TypeError(
      `Cannot use option "tls.${name}" as it is not a certificate in PEM${pathOr(pem)}`,
    );
  }
}

function privateKeyOf(pem: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new TypeError(
      `Cannot use option "tls.key" as it is not a private key in PEM${pathOr(pem)}`,
    );
  }
}

/** Says what may have been meant by a text that is no PEM at all. */
function pathOr(pem: string): string {
  return pem.includes("-----BEGIN ") ? "" : ": it must be the text of a file, not its path";
}

const NAMES: readonly string[] = ["caCerts", "cert", "key", "serverName"];
const HOST = /^[\w.-]+$/;
/** Four numbers, or hexadecimal groups between colons, which no name of a host contains. */
const IP_ADDRESS = /^(?:\d+(?:\.\d+){3}|\[?[\da-f.]*:[\da-f.]*:[\da-f:.]*\]?)$/i;
