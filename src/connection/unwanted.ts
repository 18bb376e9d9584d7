/**
 * Whether nobody waits any more for the reply that comes next: then all others wait in vain behind it, however many bytes
 * trickle in.
 */

import type { Command } from "../commands/command.ts";

/** Watches the head of a connection. */
export class Unwanted {
  /** When a look first found a head for which nobody waits, if the head is still such a one. */
  #since: number | undefined;

  /**
   * True if nobody has waited for the head for as long as a silence may last, though its time is over. A caller who went
   * away before has left a reply for which there is still time.
   *
   * @param lost How many of the milliseconds since the last look were lost.
   * @param limit The longest silence, in milliseconds; 0: none.
   */
  isOverdue(head: Command | undefined, now: number, lost: number, limit: number): boolean {
    const isOver = head?.abandoned && (head.deadline.at <= now || head.deadline.at === Infinity);
    const since = this.#since ?? now;
    this.#since = isOver ? Math.min(now, since + lost) : undefined;
    return isOver === true && limit > 0 && now - since - lost > limit;
  }
}
