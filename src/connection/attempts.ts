/** Notes of each command that was written how long it took, for an observer, and for calls that may be slow. */

import type { WrittenCommand } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { MemcachedError } from "../errors.ts";
import type { ConnectionOptions } from "./contract.ts";

/** Makes the notes of a connection; `undefined` if nobody looks at them. */
export function attemptsOf(options: ConnectionOptions): Attempts | undefined {
  if (options.onAttempt === undefined && options.keepsTimes !== true) return undefined;
  return new Attempts(options);
}

/** The commands in flight of a connection. */
export class Attempts {
  readonly #options: ConnectionOptions;
  readonly #times = new Map<Command, WrittenCommand>();
  /** Those that are being written. */
  #writing: WrittenCommand[] = [];

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Notes that a command is written. */
  began(command: Command): void {
    const { server, clock } = this.#options;
    const times: WrittenCommand = {
      ...{ server, written: clock.now(), sent: undefined, ended: undefined },
      keys: () => command.keys,
    };
    this.#times.set(command, times);
    if (command.deadline.commands === undefined) return;
    this.#writing.push(times);
    command.deadline.commands.push(times);
  }

  /** Notes that all that was written has left. */
  sent(): void {
    if (this.#writing.length === 0) return;
    const now = this.#options.clock.now();
    for (const times of this.#writing.splice(0)) times.sent = now;
  }

  /** Tells that a command is over. Of one that was not noted nothing is told. */
  ended(command: Command, error: MemcachedError | undefined): void {
    const times = this.#times.get(command);
    if (times === undefined) return;
    this.#times.delete(command);
    const { server, clock, onAttempt } = this.#options;
    const now = times.ended = clock.now();
    onAttempt?.(server, command.name, now - times.written, error);
  }

  /** Tells that commands are over, as their connection is. */
  allEnded(commands: readonly Command[], error: MemcachedError | undefined): void {
    for (const command of commands) this.ended(command, error);
  }
}
