/**
 * A run in which nothing goes wrong. Commands to one server are carried out in the order in which they were called, so
 * the model is asked at the moment of the call, and every answer must be its answer, however many callers share the
 * keys.
 */

import { MemcachedError } from "@libmc/libmc";
import { isBigKey } from "./big_values.ts";
import { type Answer, type Item, steps } from "./model.ts";
import { describe, factsOf, type Operation } from "./operation.ts";
import type { Performer } from "./performer.ts";

/**
 * Runs the calls, each caller's one after the other. Gives a sentence for the first wrong answer, if there is one.
 *
 * @param noreply The client asks for no reply to what changes something: its answers to that mean nothing.
 */
export async function runCertain(
  performer: Performer,
  operations: readonly Operation[],
  { noreply = false }: { noreply?: boolean } = {},
): Promise<string | undefined> {
  // Where memcached may have padded a number or not, all that may be stored.
  const items = new Map<string, readonly (Item | undefined)[]>();
  const seen = new Map<string, number>();
  /** The calls that store or delete something, in the order in which they were made. */
  const written: Operation[] = [];
  let version = 0;
  let wrong: string | undefined;

  /** All that each key's answer may be: one thing, but for numbers that got shorter. */
  function expected(operation: Operation): Set<Answer>[] {
    const { caller, name, keys, data } = operation;
    if (factsOf(name).kind !== "retrieval") written.push(operation);
    return keys.map((key) => {
      const place = `${caller} ${key}`;
      const before = items.get(key) ?? [undefined];
      const call = { name, data, version: ++version, seen: seen.get(place) };
      const after = before.flatMap((item) => steps(item, call));
      const distinct = new Map(after.map(({ item }) => [JSON.stringify(item), item]));
      items.set(key, [...distinct.values()]);
      if (name === "gets" && before[0] === undefined) seen.delete(place);
      else if (name === "gets") seen.set(place, before[0]!.version);
      return new Set(after.map(({ answer }) => answer));
    });
  }

  const callers = Map.groupBy(operations, ({ caller }) => caller);
  await Promise.all(Array.from(callers.values(), async (own) => {
    for (const operation of own) {
      const answers = expected(operation);
      const before = written.length;
      const performed = await performer.perform(operation);
      if (operation.name === "getMulti") allowLater(operation, answers, written.slice(before));
      if (wrong !== undefined) return;
      const isQuiet = noreply && factsOf(operation.name).mayBeQuiet;
      if (isQuiet && !(performed instanceof MemcachedError)) continue;
      if (performed instanceof MemcachedError || !areAmong(performed, answers)) {
        wrong = `${describe(operation)} gave ${Deno.inspect(performed)}, not ${
          Deno.inspect(answers)
        }`;
      }
    }
  }));
  return wrong;
}

/**
 * A call for many keys asks for the chunks of split values once it has all their manifests. By then they may be gone, or
 * those of a later value; but that is whole.
 */
function allowLater(
  { keys }: Operation,
  answers: Set<Answer>[],
  later: readonly Operation[],
): void {
  for (const [i, key] of keys.entries()) {
    if (!isBigKey(key)) continue;
    for (const { keys, data } of later) if (keys.includes(key)) answers[i].add(null).add(data);
  }
}

function areAmong(answers: readonly Answer[], possible: readonly Set<Answer>[]): boolean {
  return answers.length === possible.length &&
    answers.every((answer, i) => possible[i].has(answer));
}
