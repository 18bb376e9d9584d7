/**
 * A run in which nothing goes wrong. Commands to one server are carried out in the order in which they were called, so
 * the model is asked at the moment of the call, and every answer must be its answer, however many callers share the
 * keys.
 */

import { MemcachedError } from "@libmc/libmc";
import { type Answer, type Item, step } from "./model.ts";
import { describe, type Operation } from "./operation.ts";
import type { Performer } from "./performer.ts";

/** Runs the calls, each caller's one after the other. Gives a sentence for the first wrong answer, if there is one. */
export async function runCertain(
  performer: Performer,
  operations: readonly Operation[],
): Promise<string | undefined> {
  const items = new Map<string, Item>();
  const seen = new Map<string, number>();
  let version = 0;
  let wrong: string | undefined;

  function expected({ caller, name, keys, data }: Operation): Answer[] {
    return keys.map((key) => {
      const place = `${caller} ${key}`;
      const before = items.get(key);
      const { answer, item } = step(before, {
        name,
        data,
        version: ++version,
        seen: seen.get(place),
      });
      if (item === undefined) items.delete(key);
      else items.set(key, item);
      if (name === "gets" && before === undefined) seen.delete(place);
      else if (name === "gets") seen.set(place, before!.version);
      return answer;
    });
  }

  const callers = Map.groupBy(operations, ({ caller }) => caller);
  await Promise.all(Array.from(callers.values(), async (own) => {
    for (const operation of own) {
      const answers = expected(operation);
      const performed = await performer.perform(operation);
      if (wrong !== undefined) return;
      if (performed instanceof MemcachedError || !areEqual(performed, answers)) {
        wrong = `${describe(operation)} gave ${Deno.inspect(performed)}, not ${
          Deno.inspect(answers)
        }`;
      }
    }
  }));
  return wrong;
}

/** Whether memcached has padded a number cannot be told beforehand: see `steps()` of the model. */
function areEqual(a: readonly Answer[], b: readonly Answer[]): boolean {
  return a.length === b.length && a.every((answer, i) => unpadded(answer) === unpadded(b[i]));
}

function unpadded(answer: Answer): Answer {
  return typeof answer === "string" ? answer.replace(/^(\d+) +$/, "$1") : answer;
}
