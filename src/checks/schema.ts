/** Schemas of values, by the interface that validation libraries share: https://standardschema.dev, version 1. */

import { wrongType } from "./check.ts";
import { SchemaError, type SchemaIssue } from "../errors.ts";

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
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const [first] = result.issues;
  throw new SchemaError(
    `Cannot use the value that was ${verb === "update" ? "made" : "loaded"} for ${
      JSON.stringify(key)
    } as its schema does not take it: ${first?.message}`,
    { command: verb, issues: result.issues },
  );
}
