/** Why a dial failed, from what the runtimes say of it, and what to do. */

import type { Endpoint } from "../../../mod.ts";
import { failed, type Said } from "./finding.ts";

/** Reads the error of a dial. */
export function dialFailure(error: unknown, endpoint: Endpoint, timeout: number): Said {
  const { name = "", message = String(error), code = "" } = error as {
    readonly name?: string;
    readonly message?: string;
    readonly code?: string;
  };
  const words = `${name} ${code} ${message}`;
  const found = KINDS.find((kind) => kind.words.test(words));
  if (found === undefined) return failed(message);
  const said = failed(found.text(endpoint, timeout), found.wayOut(endpoint));
  return found === DENIED ? { ...said, isDenied: true } : said;
}

interface Kind {
  readonly words: RegExp;
  text(endpoint: Endpoint, timeout: number): string;
  wayOut(endpoint: Endpoint): string;
}

const DENIED: Kind = {
  words: /NotCapable|ERR_ACCESS_DENIED/,
  text: (endpoint) =>
    "path" in endpoint
      ? "the program may not open Unix sockets"
      : "the program may not use the network",
  wayOut: (endpoint) =>
    "path" in endpoint
      ? "Run it with deno run -N -R -W, which Deno wants for a Unix socket"
      : "Run it with deno run -N",
};

const KINDS: readonly Kind[] = [
  DENIED,
  {
    words: /refused|ECONNREFUSED/i,
    text: (endpoint) => `nothing listens on ${placeOf(endpoint)}`,
    wayOut: () =>
      "Is memcached running there, is the port right (-p), and does it listen on this address (-l)?",
  },
  {
    words: /NotFound|ENOENT/,
    text: (endpoint) => `there is no ${placeOf(endpoint)}`,
    wayOut: () => "Is memcached running with -s and this path?",
  },
  {
    words: /PermissionDenied|EACCES|EPERM/,
    text: (endpoint) => `this user may not open ${placeOf(endpoint)}`,
    wayOut: () => "memcached's -a sets who may use the socket",
  },
  {
    words: /unreachable|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL/i,
    text: (endpoint) => `there is no way to ${placeOf(endpoint)}`,
    wayOut: () => "Check the address, the routes and the VPN of this machine",
  },
  {
    words: /TimeoutError|TimedOut|ETIMEDOUT|timed? ?out/i,
    text: (endpoint, timeout) => `no answer from ${placeOf(endpoint)} in ${timeout} ms`,
    wayOut: () =>
      "A firewall or a security group drops it, or no machine has this address; if it is only far away, raise --timeout",
  },
  {
    words: /reset|ECONNRESET|ECONNABORTED/i,
    text: (endpoint) => `${placeOf(endpoint)} hangs up at once`,
    wayOut: () => "It is full (memcached's -c), or something in between ends connections",
  },
];

function placeOf(endpoint: Endpoint): string {
  return "path" in endpoint
    ? `socket ${endpoint.path}`
    : `port ${endpoint.port} of ${endpoint.hostname}`;
}
