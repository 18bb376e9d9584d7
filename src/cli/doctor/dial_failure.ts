/** Why a dial failed, from what the runtimes say of it, and what to do. */

import type { Endpoint } from "../../../mod.ts";
import { textOf } from "../../thrown.ts";
import { type DialFailure, dialFailureOf } from "../../transports/dial_failure.ts";
import { failed, type Said } from "./finding.ts";

/** Reads the error of a dial. */
export function dialFailure(error: unknown, endpoint: Endpoint, timeout: number): Said {
  const kind = dialFailureOf(error);
  const found = kind && KINDS[kind];
  if (found === undefined) return failed(textOf(error));
  const said = failed(found.text(endpoint, timeout), found.wayOut(endpoint));
  return kind === "denied" ? { ...said, isDenied: true } : said;
}

interface Kind {
  text(endpoint: Endpoint, timeout: number): string;
  wayOut(endpoint: Endpoint): string;
}

const KINDS: Readonly<Partial<Record<DialFailure, Kind>>> = {
  denied: {
    text: (endpoint) =>
      "path" in endpoint
        ? "the program may not open Unix sockets"
        : "the program may not use the network",
    wayOut: (endpoint) =>
      "path" in endpoint
        ? "Run it with deno run -N -R -W, which Deno wants for a Unix socket"
        : "Run it with deno run -N",
  },
  refused: {
    text: (endpoint) => `nothing listens on ${placeOf(endpoint)}`,
    wayOut: () =>
      "Is memcached running there, is the port right (-p), and does it listen on this address (-l)?",
  },
  missing: {
    text: (endpoint) => `there is no ${placeOf(endpoint)}`,
    wayOut: () => "Is memcached running with -s and this path?",
  },
  forbidden: {
    text: (endpoint) => `this user may not open ${placeOf(endpoint)}`,
    wayOut: () => "memcached's -a sets who may use the socket",
  },
  unreachable: {
    text: (endpoint) => `there is no way to ${placeOf(endpoint)}`,
    wayOut: () => "Check the address, the routes and the VPN of this machine",
  },
  timeout: {
    text: (endpoint, timeout) => `no answer from ${placeOf(endpoint)} in ${timeout} ms`,
    wayOut: () =>
      "A firewall or a security group drops it, or no machine has this address; if it is only far away, raise --timeout",
  },
  reset: {
    text: (endpoint) => `${placeOf(endpoint)} hangs up at once`,
    wayOut: () => "It is full (memcached's -c), or something in between ends connections",
  },
};

function placeOf(endpoint: Endpoint): string {
  return "path" in endpoint
    ? `socket ${endpoint.path}`
    : `port ${endpoint.port} of ${endpoint.hostname}`;
}
