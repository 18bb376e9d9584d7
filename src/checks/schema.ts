/** Schemas of values, by the interface that validation libraries share: https://standardschema.dev, version 1. */

import { typeOf, wrongType } from "./check.ts";
import { SchemaError, type SchemaIssue } from "../errors.ts";
import { pathOf } from "./value_path.ts";

/**
 * A schema of any library that has the Standard Schema interface, such as Zod, Valibot or ArkType.
 *
 * @example A schema without a library
 * ```ts
 * import { Client, type StandardSchema } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const schema: StandardSchema<number> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "shop",
 *     validate: (value) =>
 *       typeof value === "number" ? { value } : { issues: [{ message: "It is no number" }] },
 *   },
 * };
 * await client.set("price", "10 €");
 * const price: number = await client.getOrSet("price", () => 10, { ttl: 60, schema });
 * assertEquals(price, 10);
 * ```
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What the libraries agree on. */
  readonly "~standard": {
    /** Of the interface. */
    readonly version: 1;
    /** The library. */
    readonly vendor: string;
    /** Looks at a value, and may change it. */
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** The types of what it takes and gives; there is no such value. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/**
 * What a schema says of a value: the value, which it may have changed, or what is wrong with it.
 *
 * @example Say what is wrong
 * ```ts
 * import type { SchemaResult } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * function validate(value: unknown): SchemaResult<string> {
 *   return typeof value === "string" ? { value } : { issues: [{ message: "It is no text" }] };
 * }
 * assertEquals(validate("a"), { value: "a" });
 * ```
 */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * The type of what a schema takes: that of the values which are loaded and stored.
 *
 * @example A loader for a schema
 * ```ts
 * import type { SchemaInput, StandardSchema } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * type Day = StandardSchema<string, Date>;
 * const load = (): SchemaInput<Day> => "2026-01-01";
 * assertEquals(load(), "2026-01-01");
 * ```
 */
export type SchemaInput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["input"];

/**
 * The type of what a schema gives: that of the result.
 *
 * @example What callers get
 * ```ts
 * import type { SchemaOutput, StandardSchema } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * type Day = StandardSchema<string, Date>;
 * const day: SchemaOutput<Day> = new Date("2026-01-01");
 * assertEquals(day.getUTCFullYear(), 2026);
 * ```
 */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["output"];

/**
 * Stands for no schema at all, where the client has one: a call with it is carried out as that of a client without a schema,
 * and takes no longer.
 */
export const ANY_VALUE: StandardSchema<unknown, never> = {
  "~standard": {
    version: 1,
    vendor: "libmc",
    validate: (value) => ({ value: value as never }),
  },
};

/** Checks for a schema. Some libraries make functions of them. */
export function aSchema(name: string, value: unknown): void {
  const isThing = typeof value === "object" && value !== null || typeof value === "function";
  const standard = isThing ? (value as Partial<StandardSchema>)["~standard"] : undefined;
  if (standard?.version === 1 && typeof standard.validate === "function") return;
  throw wrongType(name, "a Standard Schema, version 1", value);
}

/**
 * Asks a schema about a value. What it says is checked, as a schema of a program's own may forget to `return` it.
 *
 * @throws {TypeError} If it says neither yes nor no, or the promise rejects with one.
 */
export function verdictOf(
  schema: StandardSchema,
  value: unknown,
): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
  const result = schema["~standard"].validate(value);
  const isPromise = typeof result === "object" && result !== null && "then" in result;
  return isPromise ? Promise.resolve(result).then(checkedResult) : checkedResult(result);
}

function checkedResult(result: SchemaResult<unknown>): SchemaResult<unknown> {
  if (typeof result === "object" && result !== null) {
    if (result.issues === undefined ? "value" in result : Array.isArray(result.issues)) {
      return result;
    }
  }
  throw new TypeError(
    'Cannot use option "schema" as what its validate() gives must be { value } or { issues: […] }: ' +
      `current type is ${typeOf(result)}`,
  );
}

/**
 * Gives what a schema makes of a new value.
 *
 * @param verb The method that was to store it.
 * @throws {SchemaError} If the value does not pass.
 */
export async function passed(
  schema: StandardSchema,
  value: unknown,
  key: string,
  verb: "getOrSet" | "update",
): Promise<unknown> {
  const result = await verdictOf(schema, value);
  if (result.issues === undefined) return result.value;
  const [first] = result.issues;
  const { place, message } = first === undefined ? NO_REASON : wordsOf(first);
  throw new SchemaError(
    `Cannot use the value that was ${verb === "update" ? "made" : "loaded"} for ${
      JSON.stringify(key)
    } as its schema does not take ${place}: ${message}`,
    { command: verb, issues: result.issues },
  );
}

const NO_REASON = { place: "it", message: "it gives no reason" };

/** Says what is wrong, and where. */
function wordsOf({ path: given, message }: SchemaIssue): typeof NO_REASON {
  // A library may give null, or a text.
  const path = Array.isArray(given) ? given : [];
  const place = path.slice(0, MOST_STEPS).reduce<string>((place, step) => {
    const key = typeof step === "object" ? step?.key : step;
    return typeof key === "number" ? `${place}[${key}]` : pathOf(place, String(key));
  }, "value");
  return { place: path.length === 0 ? "it" : place, message: message ?? NO_REASON.message };
}

/** A message names no more steps on the way to what is wrong. */
const MOST_STEPS = 20;
