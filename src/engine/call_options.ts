/** The options of calls, and their checks. */

import { aBoolean, type Check, notAnOptionsObject } from "../checks/check.ts";
import type { Exptime } from "../checks/arguments.ts";

/** Options of one call. Anything but an object, an unknown name or a wrong type is rejected with a TypeError. */
export interface CallOptions {
  /** Gives up when aborted: the call rejects with the signal's reason. */
  signal?: AbortSignal;
  /** In place of the client's `strict`. */
  strict?: boolean;
}

/** Options of a call that stores. */
export interface StoreOptions extends CallOptions {
  /**
   * 0 never; up to 30 days, seconds from now; above that, Unix time; negative, gone at once; or a Date.
   *
   * @default {0}
   */
  exptime?: Exptime;
  /**
   * `false`: do not compress this value.
   *
   * @default {true}
   */
  compress?: boolean;
}

/** Options of `setRaw()`. */
export interface RawOptions extends CallOptions {
  /** As for {@linkcode StoreOptions}. */
  exptime?: Exptime;
  /**
   * Stored with the data, unsigned, 32 bits.
   *
   * @default {0}
   */
  flags?: number;
}

/** Options of `setStream()`. */
export interface StreamOptions extends CallOptions {
  /** As for {@linkcode StoreOptions}. */
  exptime?: Exptime;
}

/** Options of `flushAll()`. */
export interface FlushOptions extends CallOptions {
  /** Seconds until the servers are emptied, an integer from 0 to 2,147,483,647. */
  delay?: number;
}

/** The options that a verb takes, each with its check, if it is not checked where it is used. */
export type CallChecks = Readonly<Record<string, Check | undefined>>;

/** Of every verb. */
export const CALL_OPTIONS: CallChecks = { signal: undefined, strict: aBoolean };
export const STORE_OPTIONS: CallChecks = {
  ...CALL_OPTIONS,
  exptime: undefined,
  compress: aBoolean,
};
export const RAW_OPTIONS: CallChecks = { ...CALL_OPTIONS, exptime: undefined, flags: undefined };
export const STREAM_OPTIONS: CallChecks = { ...CALL_OPTIONS, exptime: undefined };
export const FLUSH_OPTIONS: CallChecks = { ...CALL_OPTIONS, delay: undefined };

/**
 * Checks the options of a call. Catches libmc's positional `set(key, value, 600)` and misspelt names, which would
 * otherwise be ignored. Inherited properties with other names are ignored.
 *
 * @throws {TypeError} If they are not an object, or one has an unknown name or the wrong type.
 */
export function checkCallOptions(options: CallOptions, checks: CallChecks): void {
  const type = notAnOptionsObject(options);
  if (type !== undefined) {
    throw new TypeError(
      `Cannot use options that are not an object: current type is ${type}` +
        hint(options, type, checks),
    );
  }
  for (const name in options) {
    if (!Object.hasOwn(checks, name)) checkUnknown(options, name, checks);
  }
  for (const name in checks) {
    const check = checks[name];
    if (check === undefined) continue;
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined) check(`option "${name}"`, value);
  }
}

function checkUnknown(options: CallOptions, name: string, checks: CallChecks): void {
  if (!Object.hasOwn(options, name)) return;
  if ((options as Record<string, unknown>)[name] === undefined) return;
  throw new TypeError(
    `Cannot use option "${name}" as this call has none of that name: it has ${
      Object.keys(checks).join(", ")
    }`,
  );
}

/** Says how a value without a name is written. */
function hint(value: unknown, type: string, checks: CallChecks): string {
  if (type === "AbortSignal") return "; write { signal }";
  if (!Object.hasOwn(checks, "exptime")) return "";
  if (type === "number") return `; write { exptime: ${value} }`;
  return type === "Date" ? "; write { exptime: date }" : "";
}
