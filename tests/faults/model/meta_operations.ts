/** The calls of `client.meta` among the random ones: how they are made, and what their results say of each key. */

import type { Client } from "@libmc/libmc";
import type { Answer, OperationFacts } from "./facts.ts";

/** What is called. */
export type MetaName = keyof typeof CALLS;

interface MetaCall {
  readonly facts: Omit<OperationFacts, "isMulti" | "mayBeQuiet">;
  /** Gives the result of one key, or a Map of them. */
  call(client: Client, keys: readonly string[], data: string): Promise<unknown>;
  /** What a result says; `undefined` is a miss, or not known. */
  answer(result: unknown): Answer | undefined;
}

const READS = { kind: "retrieval", adds: false, counts: false } as const;
const STORES = { kind: "storage", adds: false, counts: false } as const;
const DELETES = { kind: "deletion", adds: false, counts: false } as const;
const COUNTS = { kind: "arithmetic", adds: false, counts: true } as const;

const itemsOf = (keys: readonly string[], data: string) => keys.map((key) => [key, data] as const);
const valueIn = (result: unknown) => (result as { value?: Answer } | undefined)?.value;
const isStatus = (wanted: string) => (result: unknown) =>
  result === undefined ? undefined : (result as { status: string }).status === wanted;

const CALLS = {
  "meta.get": {
    facts: READS,
    call: ({ meta }, [key]) => meta.get(key),
    answer: valueIn,
  },
  "meta.getMulti": {
    facts: READS,
    call: ({ meta }, keys) => meta.getMulti(keys),
    answer: valueIn,
  },
  "meta.set": {
    facts: STORES,
    call: ({ meta }, [key], data) => meta.set(key, data, { exptime: 1000 }),
    answer: isStatus("stored"),
  },
  "meta.add": {
    facts: STORES,
    call: ({ meta }, [key], data) => meta.set(key, data, { mode: "add" }),
    answer: isStatus("stored"),
  },
  "meta.append": {
    facts: { ...STORES, adds: true },
    call: ({ meta }, [key], data) => meta.set(key, data, { mode: "append" }),
    answer: isStatus("stored"),
  },
  "meta.setMulti": {
    facts: STORES,
    call: ({ meta }, keys, data) => meta.setMulti(itemsOf(keys, data)),
    answer: isStatus("stored"),
  },
  "meta.delete": {
    facts: DELETES,
    call: ({ meta }, [key]) => meta.delete(key),
    answer: isStatus("deleted"),
  },
  "meta.deleteMulti": {
    facts: DELETES,
    call: ({ meta }, keys) => meta.deleteMulti(keys),
    answer: isStatus("deleted"),
  },
  "meta.arithmetic": {
    facts: COUNTS,
    call: ({ meta }, [key], data) => meta.arithmetic(key, { delta: Number(data) }),
    answer: valueIn,
  },
} satisfies Readonly<Record<string, MetaCall>>;

/** The facts of each. They have no `noreply`. */
export const META_FACTS: Readonly<Record<MetaName, OperationFacts>> = Object.fromEntries(
  Object.entries(CALLS).map(([name, { facts }]) => [
    name,
    { ...facts, isMulti: name.endsWith("Multi"), mayBeQuiet: false },
  ]),
) as Record<MetaName, OperationFacts>;

/** Makes a call. */
export function callMeta(
  client: Client,
  name: MetaName,
  keys: readonly string[],
  data: string,
): Promise<unknown> {
  return CALLS[name].call(client, keys, data);
}

/** Gives what the answer of a call says of each key; `undefined` of one of which it says nothing. */
export function metaAnswers(
  name: MetaName,
  answer: unknown,
  keys: readonly string[],
): (Answer | undefined)[] {
  const { answer: answerIn } = CALLS[name];
  if (!META_FACTS[name].isMulti) return [answerIn(answer)];
  if (!(answer instanceof Map)) throw new Error(`${name} gave ${Deno.inspect(answer)}`);
  return keys.map((key) => answerIn(answer.get(key)));
}
