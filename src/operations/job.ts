/**
 * One call of a client whose keys are in several places, as those see it who carry it out there, and how the results of its
 * parts become one.
 */

import type { Deadline } from "../clock.ts";
import type { KeyOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { RawItem } from "../engine/item_decoders.ts";
import type { MultiResult } from "./batch_fan_out.ts";
import type { MetaKey } from "./meta/options.ts";

/**
 * What a verb does to the items of its keys, which decides what must happen in the other places:
 *
 * - `read` gives values, `readRaw` items as they are, `readCas` also their cas, which counts on one server only;
 * - `store` puts a value there, whatever there was;
 * - `delete` takes the value away, whatever there was;
 * - `change` needs the item that is there, and makes none;
 * - `create` looks at the item that is there, and may make one;
 * - `load` is `getOrSet()`, `lock` is `lock()`, `none` touches no item.
 */
export type Effect =
  | ("read" | "readRaw" | "readCas")
  | ("store" | "delete" | "change" | "create")
  | ("load" | "lock" | "none");

/** The servers that a client moves from, and those that it moves to. */
export type Side = "old" | "new";

/** One call. Where a part of it is carried out is a side of a move, unless it is something else. */
export interface Job<Where = Side> {
  readonly effect: Effect;
  readonly keys: readonly MetaKey[];
  /** True if its result is that of many keys. */
  readonly isMany: boolean;
  readonly options: KeyOptions | undefined;
  /** True if code of the caller's runs in the middle, which may make calls for the same key: they must not wait. */
  readonly letsOthersPass?: boolean;
  /** True if it takes as long as the caller's stream. */
  readonly isEndless?: boolean;
  /** Carries the verb out up to where its arguments are valid, if `run` does something before. */
  check?(engine: Engine): Promise<unknown>;
  /** Carries the verb out for some of the keys, by their positions; `undefined`: for what was given, as it is. */
  run(engine: Engine, where: Where, positions?: readonly number[]): Promise<unknown>;
}

/** A call that has begun. It ends by its deadline, however many commands it takes on both sides. */
export interface BegunJob extends Job {
  readonly deadline: Deadline;
}

/** What came of a part of a call. */
export interface Part {
  readonly positions: readonly number[];
  readonly result: unknown;
}

/** Gives the positions of the keys for which a retrieval found nothing. */
export function missesOf(job: Job<never>, { positions, result }: Part): readonly number[] {
  if (!job.isMany) return isMiss(job, result) ? positions : [];
  if (result instanceof Map) return positions.filter((at) => !result.has(job.keys[at]));
  const list = result as readonly unknown[];
  return positions.filter((_, i) => list[i] === undefined);
}

/** Joins what came of the parts of a call. Of two for one key the later counts, unless it is a miss. */
export function joined(job: Job<never>, parts: readonly Part[]): unknown {
  const last = parts[parts.length - 1];
  if (parts.length === 1) return last.result;
  if (!job.isMany) {
    return parts.findLast(({ result }) => !isMiss(job, result))?.result ?? last.result;
  }
  if (last.result instanceof Map) return joinedMaps(job, parts);
  if (Array.isArray(last.result)) {
    const list = job.keys.map((): unknown => undefined);
    for (const { positions, result } of parts) {
      (result as unknown[]).forEach((value, i) => list[positions[i]] = value ?? list[positions[i]]);
    }
    return list;
  }
  const failed = new Set(parts.flatMap(({ result }) => (result as MultiResult).failed));
  const inOrder = new Set(job.keys.filter((key) => failed.has(key as string)));
  return { ok: failed.size === 0, failed: Array.from(inOrder) };
}

/** In the order asked. */
function joinedMaps(job: Job<never>, parts: readonly Part[]): Map<unknown, unknown> {
  const all = new Map<unknown, unknown>();
  for (const { result } of parts) {
    for (const [key, value] of result as Map<unknown, unknown>) all.set(key, value);
  }
  const inOrder = new Map<unknown, unknown>();
  for (const key of job.keys) if (all.has(key)) inOrder.set(key, all.get(key));
  return inOrder;
}

/** True for a miss. A placeholder, read raw, shows as an item without bytes and flags. */
function isMiss({ effect }: Job<never>, result: unknown): boolean {
  if (result === undefined) return true;
  if (effect !== "readRaw") return false;
  const { data, flags } = result as RawItem;
  return flags === 0 && data.length === 0;
}
