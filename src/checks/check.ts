/**
 * Checks of the values and options that callers pass in, for the client and for the testing kit. A check throws before
 * anything has happened. Its message names the value found beside the value allowed.
 */

import { nearNames } from "./near_name.ts";

/**
 * Throws if a value cannot be used. The message calls the value `name`. What it gives, if anything, takes the place of the
 * value: options inside options are read by their check.
 */
export type Check = (name: string, value: unknown) => unknown;

/** A check for each option. */
export type Checks<T> = { readonly [K in keyof T]-?: Check };

/**
 * Reads and checks options, name by name. Each is read once, whether it is a property, a getter or inherited from a class,
 * so that what was checked is what is used. An option that is undefined counts as not given.
 *
 * @param owner The owner of the options, for the messages; `undefined` if it is clear.
 * @param needed Names of the options that must be given.
 * @returns A plain object of the options that are given.
 * @throws {TypeError} If they are not an object, one is missing, or one has an unknown name or the wrong type.
 * @throws {RangeError} If one is out of its range.
 */
export function readOptions<T>(
  owner: string | undefined,
  options: T,
  checks: Readonly<Record<string, Check>>,
  needed: readonly string[] = [],
): T {
  const of = owner === undefined ? "" : ` of ${owner}`;
  const type = notAnOptionsObject(options);
  if (type !== undefined) {
    const names = Object.keys(checks);
    const form = names.length <= FEW_NAMES ? `; write { ${names.join(", ")} }` : "";
    throw new TypeError(
      `Cannot use options${of} that are not an object: current type is ${type}${form}`,
    );
  }
  const given = options as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(checks, name) || given[name] === undefined) continue;
    throw unknownOption(name, Object.keys(checks), { of });
  }
  const read: Record<string, unknown> = {};
  for (const [name, check] of Object.entries(checks)) {
    const value = given[name];
    if (value === undefined && !needed.includes(name)) continue;
    read[name] = check(`option "${name}"${of}`, value) ?? value;
  }
  return read as T;
}

/** Options of no more names are shown whole. */
const FEW_NAMES = 4;

/** Makes the error for a name that no option has. It shows the names that may be meant, or else all. */
export function unknownOption(
  name: string,
  names: readonly string[],
  { inside = "", of = "" }: { inside?: string; of?: string } = {},
): TypeError {
  const near = nearNames(name, names);
  const advice = near.length > 0
    ? `write ${near.map((name) => `"${name}"`).join(" or ")}`
    : `there are ${names.join(", ")}`;
  return new TypeError(
    `Cannot use option "${inside}${name}"${of} as there is none of that name: ${advice}`,
  );
}

/**
 * Gives the type of a value that cannot be options, and `undefined` for options. Objects such as a Date cannot be
 * options: they have no names that could be checked.
 */
export function notAnOptionsObject(options: unknown): string | undefined {
  if (typeof options !== "object" || options === null) return typeOf(options);
  if (options.constructor === Object) return undefined;
  for (const type of VALUES) {
    if (options instanceof type) {
      return Object.prototype.toString.call(options).slice("[object ".length, -1);
    }
  }
  return undefined;
}

/** Classes whose objects are passed in place of options by mistake. */
const VALUES: readonly (abstract new (...args: never) => unknown)[] = [
  AbortController,
  AbortSignal,
  Array,
  ArrayBuffer,
  Date,
  Error,
  Map,
  Promise,
  RegExp,
  Set,
  Object.getPrototypeOf(Uint8Array),
];

/** @throws {TypeError} If the value is not an object. */
export function objectOf(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw wrongType(name, "an object", value);
}

/** Checks for an integer within bounds. */
export function integerFrom(least: number, most: number): Check {
  return (name, value) => {
    if (typeof value !== "number") throw wrongType(name, "a number", value);
    if (Number.isInteger(value) && value >= least && value <= most) return;
    throw outOfRange(name, `an integer from ${least} to ${most}`, value);
  };
}

/** Checks for a number within bounds. */
export function numberFrom(least: number, most: number): Check {
  return (name, value) => {
    if (typeof value !== "number") throw wrongType(name, "a number", value);
    if (value >= least && value <= most) return;
    throw outOfRange(name, `a number from ${least} to ${most}`, value);
  };
}

/** Checks for `true` or `false`. */
export function aBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw wrongType(name, "a boolean", value);
}

/** Checks for a string. */
export function aText(name: string, value: unknown): void {
  if (typeof value !== "string") throw wrongType(name, "a string", value);
}

/** Checks for a function. */
export function aFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw wrongType(name, "a function", value);
}

/** Checks for an object with these methods, its own or inherited. */
export function objectWith(...methods: readonly string[]): Check {
  return (name, value) => {
    const object = objectOf(name, value);
    for (const method of methods) {
      if (typeof object[method] === "function") continue;
      throw new TypeError(
        `Cannot use ${name} as it must have a method ${method}: current type is ${
          typeOf(object[method])
        }`,
      );
    }
  };
}

/** Checks for a string without CR and LF. */
export function aLine(name: string, value: unknown): void {
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  if (/[\r\n]/.test(value)) throw wrongValue(name, "text without CR and LF", value);
}

/** Checks for an array. */
export function aList(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw wrongType(name, "a list", value);
}

/** Checks for one of a few words. */
export function oneOf(...words: readonly string[]): Check {
  return (name, value) => {
    if (words.includes(value as string)) return;
    throw wrongValue(name, `one of ${words.map((word) => `"${word}"`).join(", ")}`, value);
  };
}

/** Makes the error for a value of the wrong type. */
export function wrongType(name: string, wanted: string, value: unknown): TypeError {
  return new TypeError(
    `Cannot use ${name} as it must be ${wanted}: current type is ${typeOf(value)}`,
  );
}

/** Makes the error for a value that has the right type but no meaning. */
export function wrongValue(name: string, wanted: string, value: unknown): TypeError {
  return new TypeError(sentence(name, wanted, value));
}

/** Makes the error for a number out of its range. */
export function outOfRange(name: string, wanted: string, value: unknown): RangeError {
  return new RangeError(sentence(name, wanted, value));
}

/** Makes the error for a value that is too short or too long. */
export function wrongLength(name: string, wanted: string, length: number): RangeError {
  return new RangeError(`Cannot use ${name} as it must be ${wanted}: current length is ${length}`);
}

/** The longest time that a timer accepts: with more it would fire at once. */
export const MAX_MILLISECONDS = 2 ** 31 - 1;

/** Checks for a time to wait, in milliseconds. */
export const MILLISECONDS: Check = integerFrom(0, MAX_MILLISECONDS);

/** Checks for a port to listen on, 0 for a free one. */
export const PORT: Check = integerFrom(0, 65535);

/** Checks for a seed of random numbers. */
export const SEED: Check = integerFrom(0, 2 ** 32 - 1);

/** Checks for seconds. The bound is reached in 2106, and rejects a time that was given in milliseconds. */
export const SECONDS: Check = numberFrom(0, 2 ** 32 - 1);

function sentence(name: string, wanted: string, value: unknown): string {
  const found = typeof value === "string" ? JSON.stringify(value) : String(value);
  return `Cannot use ${name} as it must be ${wanted}: current value is ${found}`;
}

/** Names the type of a value, for messages. */
export function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
