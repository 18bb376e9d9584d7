/** What is wrong with a server that does not answer, and what a person can check. */

import { MultiError, ServerDeadError } from "../../../mod.ts";
import type { Trouble } from "./wire.ts";

/** Describes a failure. */
export function troubleOf(error: unknown): Trouble {
  const reason = reasonOf(error);
  const message = reason instanceof Error ? reason.message : String(reason);
  const found = ADVICE.find(([pattern]) => pattern.test(`${nameOf(reason)} ${allOf(reason)}`));
  return {
    message,
    advice: found?.[1] ?? "Ask the server yourself: doctor says which step fails.",
  };
}

/** What is behind an error that only says that something failed before. */
function reasonOf(error: unknown): unknown {
  if (error instanceof MultiError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof ServerDeadError && error.cause !== undefined ? error.cause : error;
}

/** The messages of an error and of all that led to it. */
function allOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 4) return String(error);
  return `${error.message} ${error.cause === undefined ? "" : allOf(error.cause, depth + 1)}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /Requires (?:read|write) access/,
    "The program may not open this socket: run it with --allow-read and --allow-write for its path.",
  ],
  [
    /NotCapable|Requires net access|permission/i,
    "The program may not use the network: run it with -N (--allow-net).",
  ],
  [
    /refused|no such file|ENOENT/i,
    "Nothing listens there. Is memcached running, and is it this host and port? 11211 is the usual one.",
  ],
  [
    /look ?up|ENOTFOUND|EAI_AGAIN|name or service|not known|resolve/i,
    "No machine has this name. Check the spelling, and whether this machine asks the right DNS.",
  ],
  [
    /certificate|TLS|SSL|handshake/i,
    "Check the certificate, and whether the server speaks TLS at all.",
  ],
  [
    /unauthenticated|password|authenticat/i,
    "The server asks for a user and a password: give it the right ones.",
  ],
  [
    /unreachable|EHOSTUNREACH|ENETUNREACH/i,
    "There is no way to this host from here: check network and VPN.",
  ],
  [
    /full|too many open connections/i,
    "The server has as many connections as it takes: raise its limit (-c), or close some.",
  ],
  [
    /silent|timed? ?out|took longer|within/i,
    "The server takes connections and says nothing, or a firewall drops what is sent. Is the process stopped or overloaded?",
  ],
];
