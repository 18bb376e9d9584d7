/** Which kind of failure a dial has met, from what the runtimes say of it: Deno by names, Node by codes, Bun by both. */

import { fieldOf, isA, textOf } from "../thrown.ts";

/** What may be wrong with a dial. */
export type DialFailure =
  | "denied"
  | "unknownName"
  | "refused"
  | "missing"
  | "forbidden"
  | "unreachable"
  | "timeout"
  | "reset"
  | "certificate"
  | "handshake";

/** Tells the kind; `undefined` for what is of none. */
export function dialFailureOf(error: unknown): DialFailure | undefined {
  const [name, code] = isA(error, Error) ? [fieldOf(error, "name"), fieldOf(error, "code")] : [];
  const words = `${textOf(name)} ${textOf(code)} ${textOf(error)}`;
  return KINDS.find(([, said]) => said.test(words))?.[0];
}

/** The first one that fits counts. */
const KINDS: readonly (readonly [DialFailure, RegExp])[] = [
  ["denied", /NotCapable|ERR_ACCESS_DENIED/],
  ["unknownName", /ENOTFOUND|EAI_AGAIN|lookup address|no such name/i],
  ["certificate", /certificate|CERT_|UNABLE_TO_VERIFY|ERR_TLS_/i],
  ["handshake", /\b(?:ssl|tls)\b|ERR_SSL|EPROTO|wrong version|packet length|InvalidContentType/i],
  ["refused", /refused|ECONNREFUSED/i],
  ["missing", /NotFound|ENOENT|FailedToOpenSocket/],
  ["forbidden", /PermissionDenied|EACCES|EPERM/],
  ["unreachable", /unreachable|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL/i],
  ["timeout", /TimeoutError|TimedOut|ETIMEDOUT|timed? ?out/i],
  ["reset", /reset|ECONNRESET|ECONNABORTED|socket hang up|before secure/i],
];
