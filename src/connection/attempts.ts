/** Tells an observer of each command that was written: how it ended, and how long it took. */

import type { Command } from "../commands/command.ts";
import type { MemcachedError } from "../errors.ts";
import type { ConnectionOptions } from "./contract.ts";

/** The commands in flight of a connection whose observer watches commands. */
export class Attempts {
  readonly #options: ConnectionOptions;
  /** When each was written. */
  readonly #writtenAt = new Map<Command, number>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Notes that a command is written. */
  began(command: Command): void {
    this.#writtenAt.set(command, this.#options.clock.now());
  }

  /** Tells that a command is over. Of one that was not noted nothing is told. */
  ended(command: Command, error: MemcachedError | undefined): void {
    const written = this.#writtenAt.get(command);
    if (written === undefined) return;
    this.#writtenAt.delete(command);
    const { server, clock, onAttempt } = this.#options;
    onAttempt?.(server, command.name, clock.now() - written, error);
  }
}
