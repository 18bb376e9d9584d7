/** One step of a longer call: sends one command, strictly. */

import type { Command } from "../commands/command.ts";
import type { Receiver } from "../commands/receiver.ts";
import type { MemcachedError } from "../errors.ts";
import { Call, type CallOwner } from "./call.ts";
import type { Engine } from "./engine.ts";
import type { Turn } from "./key_order.ts";
import { type Verb, verb } from "./verb.ts";

/** Options of a step. */
export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called for a failure. Needed only if the call that the step belongs to is over. */
  readonly onFailure?: ((error: MemcachedError) => void) | undefined;
  /** The turn of the call that the step belongs to, if it has one. */
  readonly turn?: Turn | undefined;
  /** The verb of that call, if the traffic of the step is counted with that of the verb. */
  readonly of?: Pick<Verb, "name" | "gives"> | undefined;
}

/** Makes the owner of the steps of calls of a verb: their failures are told by these calls, and their traffic is theirs. */
export function ownerOfSteps(
  engine: Engine,
  of: StepOptions["of"],
  failed: (error: MemcachedError) => void = () => {},
): CallOwner {
  return {
    strict: true,
    deadline: () => engine.deadline(),
    failed,
    get usage() {
      return of && engine.counts.usageOf(of);
    },
  };
}

/** Makes the owner of the steps of one call: they share its deadline, and their traffic is its own. */
export function ownerWithin(call: Pick<Call<unknown>, "deadline" | "usage">): CallOwner {
  return {
    strict: true,
    deadline: () => call.deadline,
    failed: () => {},
    get usage() {
      return call.usage;
    },
  };
}

/** Sends a command to the server of a key. The step has the whole timeout to itself, and rejects on failure. */
export function step<T>(
  engine: Engine,
  key: string,
  commandFor: (receiver: Receiver<T>) => Command,
  { signal, onFailure, turn, of }: StepOptions = {},
): Promise<T> {
  const call = new Call<T>(ownerOfSteps(engine, of, onFailure), STEP, signal && { signal });
  return engine.start(call, (call) => engine.send(call, key, commandFor(call), turn));
}

const STEP = verb("step", (): never => {
  throw new Error("A step is strict");
});
