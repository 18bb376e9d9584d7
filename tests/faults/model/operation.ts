/** Random calls on a few keys, as plain data, so that a case can be printed, repeated and shortened. */

import type { Random } from "../../support/random.ts";
import { takes, VERB, type VerbName } from "../../support/verbs.ts";
import type { OperationFacts } from "./facts.ts";
import { META_FACTS, type MetaName } from "./meta_operations.ts";

/** One call of one caller. */
export interface Operation {
  readonly caller: number;
  readonly name: OperationName;
  /** The first is the key of a call that has one. */
  readonly keys: readonly string[];
  /** What is stored or added; for incr and decr the delta. */
  readonly data: string;
}

/** What can be called. */
export type OperationName = keyof typeof SHARES | MetaName;

/** Gives the facts of a call. */
export function factsOf(name: OperationName): OperationFacts {
  if (isMeta(name)) return META_FACTS[name];
  const verb = VERB[name];
  const { kind, isMulti, mayBeQuiet } = verb;
  return { kind, isMulti, adds: takes(verb, "data"), counts: takes(verb, "delta"), mayBeQuiet };
}

/** True for a call of `client.meta`. */
export function isMeta(name: OperationName): name is MetaName {
  return Object.hasOwn(META_FACTS, name);
}

/** The caller, the call, its keys and its data in one line. */
export function describe({ caller, name, keys, data }: Operation): string {
  return `caller ${caller}: ${name} ${keys.join(" ")} ${JSON.stringify(data)}`;
}

/** How many calls of how many callers are made up; of `bigs` in a hundred the values are split. */
export interface OperationCounts {
  readonly callers: number;
  readonly count: number;
  readonly bigs?: number;
  /** Only these are called, and only with one key. */
  readonly names?: readonly OperationName[];
}

/** Makes up calls of several callers. Some keys hold texts, others numbers, and others values that are split. */
export function randomOperations(
  random: Random,
  { callers, count, bigs = 0, names = NAMES }: OperationCounts,
): Operation[] {
  return Array.from({ length: count }, (_, i) => {
    const isBig = bigs > 0 && random.below(100) < bigs;
    const name = random.pick(isBig ? BIG_NAMES : names);
    const verb = factsOf(name);
    if (isBig) {
      const keys = verb.isMulti ? [...BIG_KEYS, TEXT_KEYS[0]] : [random.pick(BIG_KEYS)];
      return { caller: random.below(callers), name, keys, data: `t${i}` };
    }
    const isNumber = random.below(2) === 0;
    const keys = verb.isMulti
      ? [...TEXT_KEYS, ...NUMBER_KEYS].filter(() => random.below(2) === 0)
      : [random.pick(isNumber && !verb.adds ? NUMBER_KEYS : TEXT_KEYS)];
    const data = verb.counts || keys[0] !== undefined && isNumberKey(keys[0])
      ? String(random.below(12))
      : `t${i}`;
    return { caller: random.below(callers), name, keys, data };
  });
}

/** True for a key that holds nothing but numbers. */
export function isNumberKey(key: string): boolean {
  return key.startsWith("n");
}

const TEXT_KEYS = ["a", "b", "c"];
const NUMBER_KEYS = ["n0", "n1", "n2"];
const BIG_KEYS = ["s0", "s1"];
/** How often each is called. */
const SHARES = {
  get: 6,
  gets: 5,
  gat: 1,
  set: 5,
  add: 3,
  replace: 2,
  cas: 5,
  append: 2,
  prepend: 2,
  delete: 3,
  touch: 1,
  expire: 1,
  incr: 5,
  decr: 3,
  getMulti: 3,
  setMulti: 2,
  deleteMulti: 1,
} satisfies Partial<Record<VerbName, number>>;
const NAMES: readonly OperationName[] = [
  ...Object.entries(SHARES).flatMap(([name, share]) =>
    new Array<OperationName>(share).fill(name as OperationName)
  ),
  ...Object.keys(META_FACTS) as MetaName[],
];
/** What is called with values that are split. */
const BIG_NAMES: readonly OperationName[] = [
  ...["get", "get", "get", "set", "set", "delete", "getMulti", "setMulti"] as const,
];
