/** What the program says when a command fails, and which exit code that is. */

import { CodecError, MemcachedError, MultiError } from "../../mod.ts";
import { EXIT, type ExitCode } from "./exit_codes.ts";
import { OutputError } from "./output_error.ts";
import { UsageError } from "./usage_error.ts";

/** A failure as it is told. */
export interface Failure {
  readonly code: ExitCode;
  /** What failed; `undefined` if there is nothing to say, or nobody who reads it. */
  readonly message?: string;
  /** What to do about it. */
  readonly wayOut?: string | undefined;
  /** More for a program: the fields of the error. */
  readonly details?: unknown;
}

/** Reads what a command has thrown. */
export function failureOf(error: unknown, isInterrupted: boolean): Failure {
  if (isClosedOutput(error)) return { code: EXIT.done };
  if (isInterrupted) return { code: EXIT.interrupted };
  if (error instanceof OutputError) return { code: EXIT.usage, message: error.message };
  if (error instanceof UsageError) {
    return { code: EXIT.usage, message: error.message, wayOut: error.wayOut };
  }
  if (error instanceof MemcachedError) return ofServers(error);
  // The client throws these for keys, server strings and options that cannot be used.
  if ((error instanceof TypeError || error instanceof RangeError) && !BUG.test(error.message)) {
    return { code: EXIT.usage, message: error.message };
  }
  const message = error instanceof Error ? error.stack ?? error.message : String(error);
  return { code: EXIT.server, message, wayOut: "This is a bug of libmc: please report it" };
}

/** How engines word the mistakes of a program. */
const BUG =
  /^Cannot (?:read|set) propert|is not (?:a function|defined|iterable|an object)|undefined/;

/** True if nobody reads the output any more, as with `| head`. */
function isClosedOutput(error: unknown): boolean {
  return error instanceof OutputError && error.isClosed;
}

function ofServers(error: MemcachedError): Failure {
  const all: readonly MemcachedError[] = error instanceof MultiError ? error.errors : [error];
  // A server that is down says the same for each of its keys.
  const errors = [...new Map(all.map((one) => [one.message, one])).values()];
  const message = errors.map((one) => one.message).join("\n");
  const details = errors.length === 1 ? errors[0] : { name: error.name, errors };
  const denial = errors.find(isDenied);
  if (denial !== undefined) {
    return {
      code: EXIT.usage,
      message,
      wayOut: isSocket(denial)
        ? "Let Deno open the Unix socket: deno run -N -R -W"
        : "Let Deno use the network: deno run -N",
      details,
    };
  }
  if (errors.every((one) => one instanceof CodecError)) {
    return { code: EXIT.usage, message, wayOut: OTHER_CODEC, details };
  }
  return {
    code: EXIT.server,
    message,
    wayOut: "`doctor` finds out what is wrong: give it the same options",
    details,
  };
}

const OTHER_CODEC =
  "Give the --codec or the --preset of the program that has stored it; `get --raw` gives its bytes";

/** True if it was a Unix socket that could not be opened: to the network belongs none. */
function isSocket({ message }: MemcachedError): boolean {
  return /Requires (?:read|write) access/.test(message);
}

/** True if a permission was missing, however deep that lies among the causes. */
function isDenied(error: unknown): boolean {
  for (let depth = 0, at = error; depth < 10 && at instanceof Error; depth++, at = at.cause) {
    if (at.name === "NotCapable") return true;
  }
  return false;
}
