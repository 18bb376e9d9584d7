/** A run in which things go wrong. Each caller has keys of its own, and each answer must be one that can be. */

import { MemcachedError, MultiError } from "@libmc/libmc";
import { moment } from "../matrix/scene.ts";
import { isBigKey } from "./big_values.ts";
import { describe, factsOf, type Operation } from "./operation.ts";
import { OwnKeys, type Trouble } from "./own_keys.ts";
import type { Performer } from "./performer.ts";

/** What happened in a run. */
export interface Tally {
  answered: number;
  unsent: number;
  doubted: number;
}

/** Runs the calls, each caller's one after the other. Gives a sentence for the first wrong answer, if there is one. */
export async function runDoubtful(
  performer: Performer,
  operations: readonly Operation[],
  trouble: Trouble,
  tally: Tally,
): Promise<string | undefined> {
  let wrong: string | undefined;
  const callers = Map.groupBy(operations, ({ caller }) => caller);
  await Promise.all(Array.from(callers, async ([caller, own]) => {
    const keys = new OwnKeys(caller, trouble);
    for (const operation of own) {
      if (wrong !== undefined) return;
      // Not in one go: what another caller found meanwhile must stay.
      const found = await runOne(performer, operation, keys, tally);
      wrong ??= found;
    }
  }));
  return wrong;
}

async function runOne(
  performer: Performer,
  operation: Operation,
  keys: OwnKeys,
  tally: Tally,
): Promise<string | undefined> {
  const { name, data } = operation;
  const places = operation.keys.map((key) => keys.place(key));
  const placed = { ...operation, keys: places.map(({ key }) => key) };
  const performed = await performer.perform(placed);
  keys.noticeLosses();
  if (performed instanceof MemcachedError && factsOf(name).kind === "storage") {
    // Of a split value that could not be written whole, nothing is the right rest.
    for (const { key, worlds } of places) if (isBigKey(key)) worlds.lose();
  }
  if (performed instanceof MultiError) {
    tally.doubted++;
    for (const [i, answer] of performer.partOf(placed, performed).entries()) {
      if (answer === undefined) {
        // It failed, and may have been sent; a retrieval leaves the item as it was.
        if (factsOf(name).kind !== "retrieval") places[i].worlds.doubted(name, data);
      } else if (!places[i].worlds.answered(name, data, answer)) {
        return `${describe(operation)} gave ${Deno.inspect(answer)} in part, which cannot be`;
      }
    }
  } else if (performed instanceof MemcachedError) {
    if (performed.sent === "maybe") { for (const { worlds } of places) worlds.doubted(name, data); }
    tally[performed.sent === "maybe" ? "doubted" : "unsent"]++;
    // Calls to a dead server fail at once: something else is to happen before the next.
    await moment(2);
  } else {
    tally.answered++;
    for (const [i, { worlds }] of places.entries()) {
      if (worlds.answered(name, data, performed[i])) continue;
      return `${describe(operation)} gave ${Deno.inspect(performed)}, which cannot be`;
    }
  }
  return undefined;
}
