/**
 * A run in which things go wrong while a caller has several changes of one of its keys on their way at once. They are
 * carried out in the order in which they were made, repetitions included, so the answers are judged in that order; and
 * once all have settled, the caller asks what came of them.
 */

import { MemcachedError } from "@libmc/libmc";
import { moment } from "../matrix/scene.ts";
import { describe, type Operation } from "./operation.ts";
import { OwnKeys } from "./own_keys.ts";
import type { Performed, Performer } from "./performer.ts";
import type { Tally } from "./doubtful_run.ts";

/** How many changes a caller makes before it waits for all of them. */
const AT_ONCE = 4;

/** Runs the calls, each caller's a few at a time. Gives a sentence for the first wrong answer, if there is one. */
export async function runOverlapping(
  performer: Performer,
  operations: readonly Operation[],
  tally: Tally,
): Promise<string | undefined> {
  let wrong: string | undefined;
  const callers = Map.groupBy(operations, ({ caller }) => caller);
  await Promise.all(Array.from(callers, async ([caller, own]) => {
    const keys = new OwnKeys(caller, { losses: () => 0 });
    for (let at = 0; at < own.length && wrong === undefined; at += AT_ONCE) {
      const found = await runTogether(performer, own.slice(at, at + AT_ONCE), keys, tally);
      wrong ??= found;
    }
  }));
  return wrong;
}

async function runTogether(
  performer: Performer,
  operations: readonly Operation[],
  keys: OwnKeys,
  tally: Tally,
): Promise<string | undefined> {
  const place = keys.place(operations[0].keys[0]);
  const made: Operation[] = operations.map((operation) => ({ ...operation, keys: [place.key] }));
  const performed = await Promise.all(made.map((operation) => performer.perform(operation)));
  const look: Operation = { ...made[0], name: "get" };
  made.push(look);
  performed.push(await performer.perform(look));
  for (const [i, answers] of performed.entries()) {
    const { name, data } = made[i];
    const isFailure = answers instanceof MemcachedError;
    if (!isFailure && !place.worlds.answered(name, data, answers[0])) {
      const whole = made.map((operation, i) => `${describe(operation)} gave ${told(performed[i])}`);
      return `${whole.join(", ")}: number ${i + 1} cannot be`;
    }
    const isInDoubt = isFailure && answers.sent === "maybe";
    if (isInDoubt && name !== "get") place.worlds.doubted(name, data);
    tally[!isFailure ? "answered" : isInDoubt ? "doubted" : "unsent"]++;
  }
  if (performed.every((answers) => answers instanceof MemcachedError)) await moment(2);
  return undefined;
}

function told(answers: Performed): string {
  return answers instanceof MemcachedError
    ? `${answers.name}, ${answers.sent}`
    : String(answers[0]);
}
