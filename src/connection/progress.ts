/**
 * How far a connection has come: how many replies were asked for, and how many have come. Replies come in the order of the
 * commands, so these two numbers say of any command whether it has been carried out, without a word of it being kept. A
 * command without a reply has surely been carried out once a later one is answered.
 */

import type { Command } from "../commands/command.ts";
import type { ConnectionEnd } from "./contract.ts";
import { SilentKeys } from "./silent_keys.ts";

/** Counts the commands of one connection. */
export class Progress {
  #asked = 0;
  #mark = 0;
  #replies = 0;
  /** What commands without a reply have changed while one before them waited for its own. */
  #silentKeys: SilentKeys | undefined;

  /** Marks all commands so far. */
  get mark(): number {
    return this.#mark;
  }

  /** Number of replies so far. */
  get replies(): number {
    return this.#replies;
  }

  /** Counts a command that will be written. */
  takes({ traits }: Command): void {
    if (traits.expectsReply) this.#mark = ++this.#asked;
    else this.#mark = this.#asked + 1;
  }

  /** Takes a command back that is not written after all. */
  drops({ traits }: Command): void {
    if (traits.expectsReply) this.#asked--;
  }

  /** Counts a reply. */
  replied(): void {
    this.#replies++;
  }

  /** Notes a command without a reply that is over, and was written when so many replies had been asked for. */
  wasSilent({ keys }: Command, asked: number): void {
    if (asked <= this.#replies) return;
    this.#silentKeys ??= new SilentKeys();
    for (const key of keys) this.#silentKeys.note(key, asked);
  }

  /** Makes the test for {@linkcode ConnectionEnd.overtaken} of the commands whose replies are due. */
  overtakenAmong(pending: readonly Command[]): ConnectionEnd["overtaken"] {
    const keys = this.#silentKeys;
    if (keys === undefined) return undefined;
    const numbers = new Map(pending.map((command, i) => [command, this.#replies + i + 1]));
    return (command, key) => keys.changedSince(numbers.get(command) ?? Infinity, key);
  }
}
