/** Asks something on a connection that is not in use yet. */

import type { Command } from "../commands/command.ts";
import { Receiver } from "../commands/receiver.ts";
import type { MemcachedError } from "../errors.ts";

/** A connection that takes no other commands yet. */
export interface NewConnection {
  submit(command: Command): void;
}

/** Sends a command and gives its outcome. */
export function askFirst<T>(
  connection: NewConnection,
  deadline: number,
  commandFor: (receiver: Receiver<T>) => Command,
): Promise<T> {
  const answer = new Answer<T>();
  const command = commandFor(answer);
  command.deadline = deadline;
  connection.submit(command);
  return answer.promise;
}

/** Receives one answer as a promise. */
class Answer<T> extends Receiver<T> {
  override readonly settled = false;
  readonly #settlers = Promise.withResolvers<T>();

  get promise(): Promise<T> {
    return this.#settlers.promise;
  }

  override resolve(value: T): void {
    this.#settlers.resolve(value);
  }

  override reject(error: MemcachedError): void {
    this.#settlers.reject(error);
  }

  override rejectMisuse(reason: unknown): void {
    this.#settlers.reject(reason);
  }
}
