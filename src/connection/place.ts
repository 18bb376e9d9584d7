/**
 * Whether the replies of a connection are known to be in their place. One reply too many, or too few, shifts all that
 * follow. Where they have different forms, that is noticed at once. Where all have the same form, as the numbers of
 * `incr`, each caller gets another's answer for as long as the connection is never at rest.
 *
 * So a reply is asked for now and then that cannot be taken for others, nor others for it. Some prove the place by
 * themselves: an item, as its key was asked; the version; statistics. If these come, nothing is asked.
 */

import type { Clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import { ReplyWord } from "../protocol/reply.ts";

/** Counts the replies that prove nothing, and says when a proof is due. */
export class Place {
  readonly #makeProof: (() => Command | undefined) | undefined;
  /** Number of replies since the last proof, and when there were many enough that time counts. */
  #unproved = 0;
  #since: number | undefined;
  #asked: Command | undefined;

  /** @param makeProof Makes a command whose reply is a proof. None is asked for without it. */
  constructor(makeProof: (() => Command | undefined) | undefined) {
    this.#makeProof = makeProof;
  }

  /** The command that was sent for a proof and has no reply yet. */
  get asked(): Command | undefined {
    return this.#asked;
  }

  /** Counts a line that its command has taken. */
  took(word: ReplyWord): void {
    if (word === ReplyWord.VERSION || word === ReplyWord.STAT) this.proved();
    else this.#unproved++;
  }

  /** Notes a reply that is surely in its place. */
  proved(): void {
    this.#unproved = 0;
    this.#since = undefined;
  }

  /** Notes that a command has its whole reply. Returns true if it was the one for a proof. */
  completed(command: Command): boolean {
    if (command !== this.#asked) return false;
    this.#asked = undefined;
    this.proved();
    return true;
  }

  /**
   * Makes a command for a proof, if one is due. It must be sent before all others.
   *
   * @param now The time, if it is known.
   */
  ask(now: number | undefined, clock: Clock): Command | undefined {
    if (this.#unproved < FEW_REPLIES || this.#asked !== undefined) return undefined;
    if (this.#unproved < MOST_REPLIES) {
      const time = now ?? clock.now();
      this.#since ??= time;
      if (time - this.#since < MOST_MILLISECONDS) return undefined;
    }
    return this.#asked = this.#makeProof?.();
  }
}

/** After so many replies a proof is asked for. */
const MOST_REPLIES = 1000;
/** After so long as well, unless there were few: a client that has little to do does not send every other command twice. */
const MOST_MILLISECONDS = 100;
const FEW_REPLIES = 16;
