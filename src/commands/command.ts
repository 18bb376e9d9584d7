/**
 * The base of all commands. A command writes its request and reads its own reply, because the two are one fact. It knows
 * no connection and no server: delivery calls `write`, then `item` and `line` for the reply in order, or `fail`. A
 * command may be written again from the start, on another connection, after the first one was lost.
 */

import { Deadline } from "../clock.ts";
import { type MemcachedError, ProtocolError, type ReplyError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { unknownLine } from "../protocol/reply_line.ts";
import { ReplyWord, spell } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import type { ExptimeCap } from "./exptime_cap.ts";
import type { MetaNeeds } from "./meta/needs.ts";
import type { Receiver } from "./receiver.ts";
import type { Traits } from "./traits.ts";

/** Counts the items that the commands of a connection found, missed and stored. */
export interface Tally {
  hits: number;
  misses: number;
  stores: number;
}

/** One request and the reading of its reply. */
export abstract class Command {
  /** The word that begins the request. */
  abstract readonly name: string;
  /** How delivery treats it. */
  abstract readonly traits: Traits;
  /** The wire key that decides its server; `undefined` if many keys do, or none. */
  abstract readonly key: string | undefined;
  /** All wire keys that do. */
  get keys(): readonly string[] {
    return this.key === undefined ? NO_KEYS : [this.key];
  }
  /** True if its keys decide its server, so that it may go to another one. */
  get isRoutable(): boolean {
    return this.key !== undefined;
  }

  /** The wire key that decides its server in place of its own, if the caller has named one. */
  route: string | undefined = undefined;
  /** Which copy of its keys it is for: 0 unless they have several, as with `replicas` and `zones`. */
  copy = 0;
  /** When to give up. */
  deadline: Deadline = Deadline.NEVER;
  /** How often it was sent again: after a failure of its own, and as a bystander after another's. */
  ownResends = 0;
  bystanderResends = 0;

  /** Its weight among the commands in flight: one, and one more for each 16 KiB of its data. */
  readonly weight: number = 1;

  /** How many of the items that it asked for can still come. */
  get keysDue(): number {
    return 0;
  }

  /** What a server must be able to do for it, beyond the meta commands of old. Asked of meta commands only. */
  get needs(): MetaNeeds | undefined {
    return undefined;
  }

  /**
   * The life of a server to which it is bound, if it is: a cas that was read there means another item once the server has
   * lost its memory, and on the server that stands in.
   */
  get life(): number | undefined {
    return undefined;
  }

  /** Ends a command that is bound to another life of the server, or to another server: its condition is not met. */
  outlived(): void {}

  /** True if nobody waits for the outcome any more. */
  abstract get abandoned(): boolean;

  /**
   * Lets what it stores or touches last for a bounded time, from the next time that it is written on.
   *
   * @param _cap `undefined`: as long as its caller wants.
   */
  capExptime(_cap: ExptimeCap | undefined): void {}

  /** Names each item that it carries, with the length of its data. */
  eachItem(_add: (key: string, length: number) => void): void {}

  /** Writes the request, and forgets any answer of an earlier connection. */
  abstract write(writer: RequestWriter): void;

  /**
   * Takes one item of the reply. The view is borrowed.
   *
   * @returns True if the reply is complete.
   */
  item(_item: ItemView): boolean {
    throw new ProtocolError(`Cannot take an item as the reply to ${this.name}`);
  }

  /**
   * Takes one line of the reply that is not an error line. The borrowed `bytes[start, end)` is the text after its word;
   * for OTHER, a line whose word is unknown, it is the whole line.
   *
   * @returns True if the reply is complete.
   * @throws {ProtocolError} If this command cannot have such a line.
   */
  abstract line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean;

  /**
   * Takes an error line after which the stream is still in step.
   *
   * @returns True if the reply is complete.
   */
  errorLine(error: ReplyError): boolean {
    this.fail(error);
    return true;
  }

  /**
   * Takes an error line in another way: it may concern only one of several keys, so the others are asked for one by one.
   * Keys that have an answer keep it.
   *
   * @returns The commands for the keys without an answer, which take the place of this one; `undefined` if it has one key,
   *   or none, and so nothing was done.
   */
  askApart(): Command[] | undefined {
    return undefined;
  }

  /** Ends a command sent with noreply, all of whose bytes are with the operating system. */
  completeWithoutReply(): void {}

  /**
   * Counts the items that came. Called once, when the reply is complete or its connection is lost.
   *
   * @param isComplete True if items that did not come are misses.
   */
  tally(_counts: Tally, _isComplete: boolean): void {}

  /** Counts for whoever waits that it was sent again. */
  resent(): void {}

  /** Ends the command without a reply. */
  abstract fail(error: MemcachedError): void;

  /** True if `next` may share a line with this one: this one is still wanted, and both were sent equally often before. */
  mayShareLineWith(next: Command): boolean {
    return this.ownResends === next.ownResends &&
      this.bystanderResends === next.bystanderResends && !this.abandoned;
  }

  /** Joins `next`, submitted right behind this one, into this request. Returns false if the two do not go together. */
  merge(_next: Command): boolean {
    return false;
  }
}

/**
 * A command with one outcome. Several commands may share a receiver, so each passes on its own outcome once. The reply to
 * a command that has failed is still read, as the stream must stay in step, and then dropped.
 */
export abstract class SingleCommand<T> extends Command {
  protected readonly receiver: Receiver<T>;
  #over = false;

  constructor(receiver: Receiver<T>) {
    super();
    this.receiver = receiver;
  }

  override get abandoned(): boolean {
    return this.#over || this.receiver.settled;
  }

  override resent(): void {
    const { usage } = this.receiver;
    if (usage !== undefined) usage.resends++;
  }

  override fail(error: MemcachedError): void {
    if (this.#over) return;
    this.#over = true;
    this.receiver.reject(error);
  }

  /** Ends the command with its outcome. */
  protected succeed(value: T): void {
    if (this.#over) return;
    this.#over = true;
    this.receiver.resolve(value);
  }
}

/** Makes the error for a line, as {@linkcode Command.line} takes it, that cannot be the reply to `command`. */
export function unexpected(
  command: Command,
  word: ReplyWord,
  bytes: Uint8Array,
  start: number,
  end: number,
): ProtocolError {
  if (word === ReplyWord.OTHER) return unknownLine(bytes, start, end);
  return new ProtocolError(`Cannot take ${spell(word)} as the reply to ${command.name}`);
}

/** Counts for a part of a command that was refused that it was sent before, which is a failure of its own. */
export function countRefusal(part: Command): void {
  part.ownResends++;
  part.bystanderResends = 0;
}

/** Ends the line of a request: with noreply, or without. */
export function lineEnd({ expectsReply }: Traits): string {
  return expectsReply ? "\r\n" : " noreply\r\n";
}

/** Gives the weight of a command with so many bytes of data. */
export function weightOf(bytes: number): number {
  return 1 + (bytes >>> 14);
}

const NO_KEYS: readonly string[] = [];
