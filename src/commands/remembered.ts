/**
 * A command that changes something, and whose keys are remembered if it fails: with the option `replayInvalidations` they
 * are deleted before the server serves again. All else is the command's own.
 */

import type { Deadline } from "../clock.ts";
import { type MemcachedError, ReplyError, UnsupportedError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import type { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { Command, type Tally } from "./command.ts";
import type { ExptimeCap } from "./exptime_cap.ts";
import type { Divisible } from "./group_command.ts";
import type { KeyGroup } from "./key_group.ts";
import type { MetaNeeds } from "./meta/needs.ts";
import type { Traits } from "./traits.ts";

/** Is told of a command that may not have been carried out. */
export type OnLost = (command: Command, error: MemcachedError) => void;

/** Makes the command that is sent in place of one: the same if it only reads. */
export function remembered(command: Command, onLost: OnLost): Command {
  if (command.traits.resend === "always" || !command.isRoutable || command instanceof Remembered) {
    return command;
  }
  return "divide" in command
    ? new RememberedGroup(command as Divisible, onLost)
    : new Remembered(command, onLost);
}

/** True for a command that replaces or deletes what is there: if it is not carried out, that is out of date. */
export function overwrites(name: string): boolean {
  return OVERWRITES.has(name);
}

const OVERWRITES: ReadonlySet<string> = new Set([
  ...["set", "replace", "cas", "delete", "touch", "ms", "md"],
]);

class Remembered extends Command {
  override readonly name: string;
  override readonly traits: Traits;
  override readonly key: string | undefined;
  override readonly weight: number;
  protected readonly command: Command;
  protected readonly onLost: OnLost;

  constructor(command: Command, onLost: OnLost) {
    super();
    this.name = command.name;
    this.traits = command.traits;
    this.key = command.key;
    this.weight = command.weight;
    this.deadline = command.deadline;
    this.route = command.route;
    this.copy = command.copy;
    this.ownResends = command.ownResends;
    this.bystanderResends = command.bystanderResends;
    this.command = command;
    this.onLost = onLost;
  }

  override get keys(): readonly string[] {
    return this.command.keys;
  }

  override get isRoutable(): boolean {
    return true;
  }

  override get keysDue(): number {
    return this.command.keysDue;
  }

  override get needs(): MetaNeeds | undefined {
    return this.command.needs;
  }

  override get abandoned(): boolean {
    return this.command.abandoned;
  }

  override capExptime(cap: ExptimeCap | undefined): void {
    this.command.capExptime(cap);
  }

  override write(writer: RequestWriter): void {
    this.pass();
    this.command.write(writer);
  }

  override item(item: ItemView): boolean {
    return this.command.item(item);
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    return this.command.line(word, bytes, start, end);
  }

  override errorLine(error: ReplyError): boolean {
    return this.command.errorLine(error);
  }

  override completeWithoutReply(): void {
    this.command.completeWithoutReply();
  }

  override tally(counts: Tally, isComplete: boolean): void {
    this.command.tally(counts, isComplete);
  }

  override resent(): void {
    this.command.resent();
  }

  override fail(error: MemcachedError): void {
    if (mayBeUndone(this.name, error)) this.onLost(this, error);
    this.command.fail(error);
  }

  /** Passes on what delivery has noted. */
  protected pass(): void {
    const { command } = this;
    command.deadline = this.deadline as Deadline;
    command.route = this.route;
    command.copy = this.copy;
    command.ownResends = this.ownResends;
    command.bystanderResends = this.bystanderResends;
  }
}

class RememberedGroup extends Remembered implements Divisible {
  declare protected readonly command: Divisible;

  divide(groups: readonly KeyGroup[]): Command[] {
    this.pass();
    return this.command.divide(groups).map((part) => remembered(part, this.onLost));
  }
}

/**
 * True unless the server has answered, which says what became of it, or nothing is out of date: a counter that was surely
 * not counted, for example.
 */
function mayBeUndone(name: string, error: MemcachedError): boolean {
  if (error instanceof ReplyError || error instanceof UnsupportedError) return false;
  return error.sent !== "no" || overwrites(name);
}
