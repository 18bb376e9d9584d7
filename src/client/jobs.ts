/** Calls for those who carry verbs out in several places. */

import type { KeyOptions } from "../engine/call_options.ts";
import { entriesOf, type Items } from "../operations/items.ts";
import type { Job } from "../operations/job.ts";
import type { MetaGetOptions, MetaKey } from "../operations/meta/options.ts";
import { listOf, type Way } from "./ways.ts";

/** Gives the objects of a class a method for each way, unless they have it. */
export function teach<T extends object>(
  methods: T,
  ways: Readonly<Record<string, Way>>,
  perform: (self: T, job: Job<unknown>) => Promise<unknown>,
): void {
  for (const [name, way] of Object.entries(ways)) {
    if (name in methods) continue;
    Object.defineProperty(methods, name, {
      value(this: T, ...given: unknown[]) {
        return perform(this, jobOf(way, given));
      },
      configurable: true,
      writable: true,
    });
  }
}

/** A meta get changes the item if it may touch it, or make or take a lease. */
export function asking(way: Way, options: MetaGetOptions | undefined): Way {
  const { touch, vivify, recache } = options ?? {};
  const isPlain = touch === undefined && vivify === undefined && recache === undefined;
  return isPlain ? way : { ...way, effect: "change" };
}

/** Makes a call of what a verb was given. */
export function jobOf(
  { run, options, takesMany, effect, letsOthersPass, isEndless }: Way,
  given: unknown[],
): Job<unknown> {
  const many = takesMany ? manyOf(given[0]) : undefined;
  const others = given.slice(1);
  return {
    effect,
    ...(letsOthersPass && { letsOthersPass }),
    ...(isEndless && { isEndless }),
    keys: many === undefined ? [given[0] as MetaKey] : many.keys,
    isMany: many !== undefined,
    options: given[options] as KeyOptions | undefined,
    run(engine, _where, positions) {
      const first = many?.pick(positions) ?? given[0];
      return run(engine, ...[first, ...others] as never[]);
    },
  };
}

interface Many {
  readonly keys: readonly MetaKey[];
  pick(positions: readonly number[] | undefined): unknown;
}

/** Reads keys, or pairs of keys and values. What is neither is for the operation to refuse. */
function manyOf(given: unknown): Many {
  try {
    const isObject = typeof given === "object" && given !== null && !(Symbol.iterator in given);
    const list = isObject ? Array.from(entriesOf(given as Items)) : listOf(given);
    if (!Array.isArray(list)) return { keys: [], pick: () => given };
    const keys = list.map((each) => Array.isArray(each) ? each[0] : each);
    return {
      keys,
      pick: (positions) => positions?.map((at) => list[at]) ?? (isObject ? given : list),
    };
  } catch {
    return { keys: [], pick: () => given };
  }
}
