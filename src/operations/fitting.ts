/**
 * What a schema makes of the values that a verb has read. One that does not pass counts as a miss, as it does for
 * `getOrSet()`: strict or not, since nothing has failed but an older program's idea of the value.
 *
 * The schema looks at the answer of the whole call, and not at the items of its parts: to a client that moves, or whose keys
 * have copies, a miss in one place means to ask another one, which may have an older value.
 *
 * A schema is the program's own code. What it throws rejects the call; one that takes its time has as long as a call.
 */

import {
  ANY_VALUE,
  passed,
  type SchemaResult,
  type StandardSchema,
  verdictOf,
} from "../checks/schema.ts";
import type { ReadOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { CasValue } from "../engine/item_decoders.ts";
import { TimeoutError } from "../errors.ts";

/** What a verb gives of the values that it reads. */
export type Reads = "value" | "cas" | "map" | "casMap" | "list" | "update";

/** A call of a verb that reads. */
export interface ReadingCall {
  /** The name of the verb. */
  readonly verb: string;
  readonly reads: Reads;
  /** What it was given: first the key, or an array of keys. */
  readonly given: readonly unknown[];
  readonly options: ReadOptions | undefined;
}

/** Gives the schema of a call, if it has one: its own, or the client's. Where a getter of the caller's throws, the call rejects. */
export function schemaOf(
  engine: Engine,
  options: object | undefined,
): StandardSchema | undefined {
  let own: unknown;
  try {
    own = (options as ReadOptions | undefined)?.schema;
  } catch {
    return undefined;
  }
  if (own === undefined) return engine.settings.schema;
  return own === ANY_VALUE ? undefined : own as StandardSchema;
}

/** Carries out a call, and has its schema look at what it gives. */
export async function fitting(
  engine: Engine,
  call: ReadingCall,
  perform: (given: readonly unknown[]) => Promise<unknown>,
): Promise<unknown> {
  const schema = schemaOf(engine, call.options);
  if (schema === undefined) return await perform(call.given);
  if (call.reads === "update") return await updating(engine, call, schema, perform);
  const found = await perform(call.given);
  const look = new Look(engine, call, schema);
  switch (call.reads) {
    case "value":
      look.at(call.given[0], found);
      break;
    case "cas":
      look.at(call.given[0], (found as CasValue | undefined)?.value);
      break;
    case "map":
      for (const [key, value] of found as Map<string, unknown>) look.at(key, value);
      break;
    case "casMap":
      for (const [key, { value }] of found as Map<string, CasValue>) look.at(key, value);
      break;
    case "list":
      (found as unknown[]).forEach((value, i) => look.at((call.given[0] as unknown[])[i], value));
  }
  return shown(call.reads, found, await look.results());
}

/** Puts what the schema gave in the place of what was found. */
function shown(reads: Reads, found: unknown, results: readonly Fit[]): unknown {
  const [first] = results;
  switch (reads) {
    case "value":
      return first?.value;
    case "cas":
      return first && { value: first.value, cas: (found as CasValue).cas };
    case "list":
      return results.map((fit) => fit?.value);
  }
  const map = new Map<string, unknown>();
  let i = 0;
  for (const [key, value] of found as Map<string, unknown>) {
    const fit = results[i++];
    if (fit === undefined) continue;
    const { cas } = value as CasValue;
    map.set(key, reads === "map" ? fit.value : { value: fit.value, cas });
  }
  return map;
}

/** Has the schema look at the value that is changed, and at the new one before it is stored. */
async function updating(
  engine: Engine,
  { verb, reads, given, options }: ReadingCall,
  schema: StandardSchema,
  perform: (given: readonly unknown[]) => Promise<unknown>,
): Promise<unknown> {
  const [key, change, ...rest] = given;
  if (typeof change !== "function") return await perform(given);
  const { promise: end, resolve: over } = Promise.withResolvers<void>();
  let isOver = false;
  const changed = async (value: unknown): Promise<unknown> => {
    const look = new Look(engine, { verb, reads, given, options }, schema);
    look.at(key, value);
    const [fit] = await look.results(end);
    // The caller has been told how it ended, and what the schema has not looked at is no miss.
    if (isOver || options?.signal?.aborted) return undefined;
    const made: unknown = await change(fit?.value);
    if (made !== undefined) await passed(schema, made, String(key), "update");
    return made;
  };
  try {
    return await perform([key, changed, ...rest]);
  } finally {
    isOver = true;
    over();
  }
}

/** What a schema gave for a value; `undefined` for one that does not pass, or is not there. */
type Fit = { readonly value: unknown } | undefined;

/** One look of a schema at the values of a call. */
class Look {
  readonly #engine: Engine;
  readonly #call: ReadingCall;
  readonly #schema: StandardSchema;
  readonly #fits: Fit[] = [];
  /** What the schema is still to say, if it takes its time. */
  #pending: Promise<void>[] | undefined;

  constructor(engine: Engine, call: ReadingCall, schema: StandardSchema) {
    this.#engine = engine;
    this.#call = call;
    this.#schema = schema;
  }

  at(key: unknown, value: unknown): void {
    const index = this.#fits.push(undefined) - 1;
    if (value === undefined) return;
    const result = verdictOf(this.#schema, value);
    if (!("then" in result)) return this.#note(index, key, result);
    const noted = result.then((result) => this.#note(index, key, result));
    // Another one may end the call before.
    noted.catch(() => {});
    (this.#pending ??= []).push(noted);
  }

  #note(index: number, key: unknown, result: SchemaResult<unknown>): void {
    if (result.issues === undefined) this.#fits[index] = { value: result.value };
    else this.#engine.count("misfit", this.#engine.keys.one(key as string));
  }

  /** @param end When the call is over, if it ends by a time of its own. Unless given, the schema has as long as a call. */
  async results(end?: Promise<void>): Promise<readonly Fit[]> {
    if (this.#pending === undefined) return this.#fits;
    const said = Promise.all(this.#pending);
    await (end === undefined ? this.#inTime(said) : Promise.race([said, end]));
    return this.#fits;
  }

  /** Waits for a schema no longer than the call's signal allows, and than a call may take. */
  async #inTime(said: Promise<unknown>): Promise<void> {
    const { clock, timeout, strict: isStrict } = this.#engine.settings;
    const { options: { signal, strict = isStrict } = {}, verb } = this.#call;
    const { promise: end, resolve, reject } = Promise.withResolvers<void>();
    const late = () => {
      const error = new TimeoutError(
        `Cannot ${verb} as its schema took longer than the timeout of ${timeout} ms`,
        { command: verb },
      );
      this.#engine.failed(error, verb, strict);
      if (strict) reject(error);
      else resolve();
    };
    const onAbort = () => reject(signal?.reason);
    const cancel = timeout > 0 ? clock.after(timeout, late) : () => {};
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    said.then(() => resolve(), reject);
    try {
      await end;
    } finally {
      cancel();
      signal?.removeEventListener("abort", onAbort);
    }
  }
}
