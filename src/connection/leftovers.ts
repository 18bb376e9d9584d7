/** Sorts the commands on a connection that ends into those that may have been sent and those that cannot have been. */

import type { Command } from "../commands/command.ts";

/**
 * A noreply command in the write under way, the number of commands with a reply before it in that write, and the number
 * of replies that had been asked for on the connection.
 */
export interface Silent {
  readonly command: Command;
  readonly behind: number;
  readonly asked: number;
}

/** The commands on a connection. */
export interface Load {
  /** Commands whose reply is due. The last `writing` of them are in the write under way. */
  readonly pending: readonly Command[];
  readonly writing: number;
  readonly silent: readonly Silent[];
  /** Commands that are not written yet. */
  readonly gathered: readonly Command[];
}

/** The commands in the order in which they were submitted. No byte of the unsent ones can have left. */
export interface Leftovers {
  readonly sent: Command[];
  readonly unsent: Command[];
}

/**
 * Sorts the commands on a connection.
 *
 * @param left Says whether earlier writes may have left (not to a full server, which reads nothing), and whether the
 * write under way may have (not if it failed before its first byte).
 */
export function leftovers(
  { pending, writing, silent, gathered }: Load,
  left: { readonly earlier: boolean; readonly last: boolean },
): Leftovers {
  const start = Math.max(0, pending.length - writing);
  const earlier = pending.slice(0, start);
  const last = pending.slice(start);
  for (const [i, { command, behind }] of silent.entries()) {
    last.splice(Math.min(behind + i, last.length), 0, command);
  }
  if (!left.earlier) return { sent: [], unsent: [...earlier, ...last, ...gathered] };
  if (!left.last) return { sent: earlier, unsent: [...last, ...gathered] };
  return { sent: [...earlier, ...last], unsent: [...gathered] };
}
