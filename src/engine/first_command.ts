/** Asks something on a connection that is not in use yet: who may use it, or whether anybody is there. */

import { Deadline } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import { Receiver } from "../commands/receiver.ts";
import { VersionCommand } from "../commands/server_commands.ts";
import { type MemcachedError, TimeoutError } from "../errors.ts";

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
  command.deadline = new Deadline(deadline);
  connection.submit(command);
  return answer.promise;
}

/**
 * Waits until the server shows that it is at work: by its version, by an error line, or by closing the connection, as
 * proxies do that do not know the command.
 *
 * @throws {TimeoutError} If it did nothing until the deadline.
 */
export async function awaitAnswer(connection: NewConnection, deadline: number): Promise<void> {
  try {
    await askFirst<string>(connection, deadline, (receiver) => new VersionCommand(receiver));
  } catch (error) {
    if (error instanceof TimeoutError) throw error;
  }
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
