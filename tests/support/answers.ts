/** What the answers of verbs say of each key, whatever their form: a value or a map of them, a verdict or a result. */

import type { CasValue, MultiResult, RawItem } from "@libmc/libmc";
import type { Verb } from "./verbs.ts";

/**
 * The hits in the answer of a retrieval, by key; of a raw item or a stream that was read, the bytes.
 *
 * @returns `undefined` for what is no answer of this verb to these keys.
 */
export function hitsOf(
  { gives }: Verb,
  answer: unknown,
  keys: readonly string[],
): ReadonlyMap<string, unknown> | undefined {
  const found = pairsOf(gives, answer, keys);
  if (found === undefined || found.some(([key]) => !keys.includes(key))) return undefined;
  const hits = found.map(([key, hit]) => [key, valueOf(gives, hit)] as const);
  if (hits.some(([, value]) => value === undefined)) return undefined;
  return new Map(hits);
}

/**
 * The keys for which a verb that changes something says that it was done.
 *
 * @returns `undefined` for what is no answer of this verb to these keys.
 */
export function doneOf(
  { gives }: Verb,
  answer: unknown,
  keys: readonly string[],
): readonly string[] | undefined {
  if (gives === "boolean") return typeof answer === "boolean" ? answer ? keys : [] : undefined;
  const { ok, failed } = answer as MultiResult;
  const isSound = ok === (failed.length === 0) && failed.every((key) => keys.includes(key));
  return isSound ? keys.filter((key) => !failed.includes(key)) : undefined;
}

type Gives = Verb["gives"];

function pairsOf(
  gives: Gives,
  answer: unknown,
  keys: readonly string[],
): (readonly [string, unknown])[] | undefined {
  switch (gives) {
    case "map":
    case "casMap":
      return answer instanceof Map ? Array.from(answer) : undefined;
    case "list":
      // One that fails as a whole gives no places.
      if (!Array.isArray(answer) || ![0, keys.length].includes(answer.length)) return undefined;
      return answer.flatMap((value, i) => value === undefined ? [] : [[keys[i], value]]);
    default:
      return answer === undefined ? [] : [[keys[0], answer]];
  }
}

/** The value in a hit; `undefined` if it has another form. */
function valueOf(gives: Gives, hit: unknown): unknown {
  if (gives === "rawItem") {
    const { data, flags } = hit as RawItem;
    return data instanceof Uint8Array && typeof flags === "number" ? data : undefined;
  }
  if (gives !== "casValue" && gives !== "casMap") return hit;
  const { value, cas } = hit as CasValue;
  return typeof cas === "bigint" ? value : undefined;
}
