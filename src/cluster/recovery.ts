/**
 * Decides about the commands of a lost connection. Those that were not sent are sent now. Those that only read are sent
 * once more. The one at which the connection failed is sent again up to `maxRetries` times if that is safe. All others
 * fail with `sent: "maybe"`.
 *
 * Nothing overtakes: what is sent again goes in the order in which it was sent before, ahead of all calls to come. And what
 * may have been overtaken by a later change of the same key is not sent again: its second time would be after that.
 */

import type { Command } from "../commands/command.ts";
import { type ConnectionEnd, sentBefore } from "../connection/contract.ts";
import { forCommand, inPart } from "../error_copy.ts";
import { ClosedError, ConnectionError, type MemcachedError, TimeoutError } from "../errors.ts";
import { isDivisible } from "./affinity.ts";
import { lostError } from "./server_errors.ts";

/** The means of recovery. */
export interface Recovery {
  /** Display name of the server. */
  readonly server: string;
  readonly maxRetries: number;
  /** Sends a command again from the start. */
  readonly resubmit: (command: Command) => void;
}

/**
 * Fails the commands of a connection that has ended, or sends them again.
 *
 * @param error The reason why it ended.
 * @param isFruitless True if the server accepts connections and answers nothing: commands must not go round for ever.
 */
export function recover(
  end: ConnectionEnd,
  error: MemcachedError,
  isFruitless: boolean,
  recovery: Recovery,
): void {
  if (end.refused) {
    for (const command of [...end.sent, ...end.unsent]) refuse(command, error);
    return;
  }
  const { server, resubmit } = recovery;
  const { again, failed } = sorted(end, error, recovery);
  for (const command of again) resubmit(command);
  if (!isFruitless) { for (const command of end.unsent) resubmit(command); }
  // Whoever is told may make the next call at once: it comes behind those that were made before.
  for (const command of failed) {
    command.fail(command === end.head ? error : lostError(server, command, error, "maybe"));
  }
  if (isFruitless) {
    for (const command of end.unsent) command.fail(lostError(server, command, error));
  }
}

/** Sorts the commands that were sent into those that are sent again, which are counted, and those that fail. */
function sorted(
  { head, sent, stale, behindError, overtaken }: ConnectionEnd,
  error: MemcachedError,
  { maxRetries }: Recovery,
): { readonly again: readonly Command[]; readonly failed: readonly Command[] } {
  const again: Command[] = [];
  const failed: Command[] = [];
  /** The keys that commands behind the current one may have changed. */
  const changed = new Set<string>();
  const isStale = stale && error instanceof ConnectionError;
  // Where the end comes behind an error line, each connection brings at least that answer.
  const most = behindError ? MOST_BEHIND_ERRORS : 1;
  const fail = (command: Command) => {
    failed.push(command);
    if (command.traits.resend === "always") return;
    for (const key of command.keys) changed.add(key);
  };
  const commands = head === undefined ? sent : [head, ...sent];
  for (const command of commands.toReversed()) {
    const isAskedAgain = (command !== head || isStale) && mayAskAgain(command, most);
    if (!isAskedAgain && !(command === head && mayRepeat(command, error, maxRetries))) {
      fail(command);
      continue;
    }
    const [free, late] = divided(
      command,
      (key) => changed.has(key) || overtaken?.(command, key) === true,
    );
    if (late !== undefined) fail(late);
    if (free === undefined) continue;
    if (isAskedAgain) free.bystanderResends++;
    else free.ownResends++;
    again.push(free);
  }
  return { again: again.reverse(), failed: failed.reverse() };
}

/** Divides a command by a test of its keys: into the part with none that passes, and that with all that do. */
function divided(
  command: Command,
  test: (key: string) => boolean,
): readonly [free: Command | undefined, late: Command | undefined] {
  const keys = command.keys;
  const positions = Map.groupBy(keys.keys(), (position) => test(keys[position]));
  const [free, late] = [positions.get(false), positions.get(true)];
  if (late === undefined) return [command, undefined];
  if (free === undefined || !isDivisible(command)) return [undefined, command];
  const groups = [free, late].map((positions) => ({
    keys: positions.map((position) => keys[position]),
    positions,
  }));
  const [first, second] = command.divide(groups);
  return [first, second];
}

/** True for a command that only reads, was not at fault, and was not sent again so often before. */
function mayAskAgain({ traits, bystanderResends }: Command, most: number): boolean {
  return traits.resend === "always" && bystanderResends < most;
}

/**
 * True if the command at which a connection failed may be sent again. A server that was silent may still carry it out,
 * later than all that is sent now: then only what reads is safe.
 */
function mayRepeat(
  { traits, ownResends }: Command,
  error: MemcachedError,
  maxRetries: number,
): boolean {
  const { resend } = traits;
  const isSafe = error instanceof ConnectionError && resend !== "never" ||
    error instanceof TimeoutError && resend === "always";
  return isSafe && ownResends < maxRetries;
}

/** Fails a command on a connection on which the server has carried out nothing, whatever was sent. */
function refuse(command: Command, error: MemcachedError): void {
  const own = forCommand(error, command.name);
  command.fail(sentBefore(command) === "no" ? own : inPart(own));
}

/** Makes the test for keys that some commands may change. */
export function changedBy(commands: Iterable<Command>): (key: string) => boolean {
  const changed = new Set<string>();
  for (const { traits, keys } of commands) {
    if (traits.resend === "always") continue;
    for (const key of keys) changed.add(key);
  }
  return (key) => changed.has(key);
}

/** Fails the commands of a connection that was never ready: only those that should have made it ready. */
export function failUnready(server: string, { error, head, sent, unsent }: ConnectionEnd): void {
  const reason = error ??
    new ClosedError(`Cannot use connection to ${server} as it was closed`, { server });
  if (head !== undefined) head.fail(reason);
  for (const command of [...sent, ...unsent]) command.fail(reason);
}

/** How often a command that only reads is sent again where connections end behind error lines to other commands. */
const MOST_BEHIND_ERRORS = 4;

/** Makes the error for a connection that was closed, on purpose or by the server. */
export function endedError(server: string): MemcachedError {
  return new ConnectionError(`Cannot use connection to ${server} as it was closed`, {
    server,
    step: "read",
  });
}
