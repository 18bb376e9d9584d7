/** Deletes the keys of changes that a server has missed, before it serves again. */

import { Deadline } from "../clock.ts";
import type { BatchResult } from "../commands/batch.ts";
import type { Command } from "../commands/command.ts";
import { InvalidationBatch } from "../commands/deletion.ts";
import { batchPlan } from "../commands/plan.ts";
import { type OnLost, remembered } from "../commands/remembered.ts";
import { PartReceiver } from "../commands/receiver.ts";
import type { MemcachedError } from "../errors.ts";
import type { NewConnection } from "./first_command.ts";

export { overwrites } from "../commands/remembered.ts";

/**
 * Deletes keys, ahead of everything that is sent later.
 *
 * @throws {MemcachedError} If one may still be there.
 */
export function deleteAll(
  connection: NewConnection,
  keys: readonly string[],
  deadline: number,
): Promise<void> {
  const ranges = batchPlan({ keys });
  const deleted = new Deleted(ranges.length);
  for (const range of ranges) {
    const command = new InvalidationBatch({ keys }, range, deleted);
    command.deadline = new Deadline(deadline);
    connection.submit(command);
  }
  return deleted.promise;
}

/** Makes what has the keys of a command noted if it fails; `undefined` without the option `replayInvalidations`. */
export function remembering(
  { replayInvalidations }: { readonly replayInvalidations: boolean },
  owe: (keys: readonly string[], command: Command, sentTo: string | undefined) => void,
): ((command: Command) => Command) | undefined {
  if (!replayInvalidations) return undefined;
  const onLost: OnLost = (command, { server }) => owe(command.keys, command, server);
  return (command) => remembered(command, onLost);
}

class Deleted extends PartReceiver<BatchResult> {
  override readonly settled = false;
  #left: number;
  readonly #settlers = Promise.withResolvers<void>();

  constructor(parts: number) {
    super();
    this.#left = parts;
  }

  get promise(): Promise<void> {
    return this.#settlers.promise;
  }

  override expectParts(count: number): void {
    this.#left += count;
  }

  override resolve({ errors }: BatchResult): void {
    if (errors.length > 0) this.#settlers.reject(errors[0]);
    else if (--this.#left === 0) this.#settlers.resolve();
  }

  override reject(error: MemcachedError): void {
    this.#settlers.reject(error);
  }

  override rejectMisuse(reason: unknown): void {
    this.#settlers.reject(reason);
  }
}
