/** One step of a longer call: sends one command, strictly. */

import type { Command } from "../commands/command.ts";
import type { Receiver } from "../commands/receiver.ts";
import type { MemcachedError } from "../errors.ts";
import { Call } from "./call.ts";
import type { Engine } from "./engine.ts";
import type { Turn } from "./key_order.ts";
import { verb } from "./verb.ts";

/** Options of a step. */
export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called for a failure. Needed only if the call that the step belongs to is over. */
  readonly onFailure?: ((error: MemcachedError) => void) | undefined;
  /** The turn of the call that the step belongs to, if it has one. */
  readonly turn?: Turn | undefined;
}

/** Sends a command to the server of a key. The step has the whole timeout to itself, and rejects on failure. */
export function step<T>(
  engine: Engine,
  key: string,
  commandFor: (receiver: Receiver<T>) => Command,
  { signal, onFailure = () => {}, turn }: StepOptions = {},
): Promise<T> {
  const owner = { strict: true, deadline: () => engine.deadline(), failed: onFailure };
  const call = new Call<T>(owner, STEP, signal && { signal });
  return engine.start(call, (call) => engine.send(call, key, commandFor(call), turn));
}

const STEP = verb("step", (): never => {
  throw new Error("A step is strict");
});
