/** What the options of a call may be: a time in their place would be no time at all, and a name misspelt no option. */

import { type CallOptions, typeOf, typeOfNoOptions } from "./options.ts";

/** The names that a method takes. */
export type OptionNames = ReadonlySet<string>;

/** Of every method. */
export const CALL_OPTIONS: OptionNames = new Set(["signal", "strict"]);
export const STORE_OPTIONS: OptionNames = new Set([...CALL_OPTIONS, "exptime", "compress"]);
export const RAW_OPTIONS: OptionNames = new Set([...CALL_OPTIONS, "exptime", "flags"]);
export const STREAM_OPTIONS: OptionNames = new Set([...CALL_OPTIONS, "exptime"]);
export const FLUSH_OPTIONS: OptionNames = new Set([...CALL_OPTIONS, "delay"]);

/**
 * Checks names, and what is true or false; numbers, times and signals are checked where they are used. Of what is
 * inherited, which may be there for any reason, names are not looked at.
 *
 * @throws {TypeError} If it is no object, or has a name that is none of these, or a wrong type.
 */
export function checkCallOptions(options: CallOptions, names: OptionNames): void {
  const type = typeOfNoOptions(options);
  if (type !== undefined) {
    throw new TypeError(
      `Cannot use options that are not an object: current type is ${type}` +
        hint(options, type, names),
    );
  }
  for (const name in options) {
    if (!names.has(name)) checkUnknown(options, name, names);
  }
  checkSwitch("strict", options.strict);
  if (names === STORE_OPTIONS) {
    checkSwitch("compress", (options as { compress?: boolean }).compress);
  }
}

function checkUnknown(options: CallOptions, name: string, names: OptionNames): void {
  if (!Object.hasOwn(options, name)) return;
  if ((options as Record<string, unknown>)[name] === undefined) return;
  throw new TypeError(
    `Cannot use option "${name}" as this call has none of that name: it has ${
      [...names].join(", ")
    }`,
  );
}

function checkSwitch(name: string, value: boolean | undefined): void {
  if (typeof value === "boolean" || value === undefined) return;
  throw new TypeError(
    `Cannot use option "${name}" as it must be a boolean: current type is ${typeOf(value)}`,
  );
}

/** What to write in place of a value without a name. */
function hint(value: unknown, type: string, names: OptionNames): string {
  if (type === "AbortSignal") return "; write { signal }";
  if (!names.has("exptime")) return "";
  if (type === "number") return `; write { exptime: ${value} }`;
  return type === "Date" ? "; write { exptime: date }" : "";
}
