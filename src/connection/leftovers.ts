/** Sorts what is on a connection when it ends: what may have left, and what cannot have. */

import type { Command } from "../commands/command.ts";

/** A command without a reply in the write under way, and how many of that write's commands with one stand before it. */
export interface Silent {
  readonly command: Command;
  readonly behind: number;
}

/** What is on a connection. */
export interface Load {
  /** Commands that a reply is due to; the last `writing` of them are in the write under way. */
  readonly pending: readonly Command[];
  readonly writing: number;
  readonly silent: readonly Silent[];
  /** Commands that are not written yet. */
  readonly gathered: readonly Command[];
}

/** Everything in the order in which it was submitted. Of what is unsent, no byte can have left. */
export interface Leftovers {
  readonly sent: Command[];
  readonly unsent: Command[];
}

/**
 * Sorts what is on a connection.
 *
 * @param left Whether earlier writes may have left: not to a full server, which reads nothing. And whether the one under
 * way may have: not if it failed before its first byte.
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
