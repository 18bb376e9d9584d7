/**
 * What every command is: it writes its request and reads its own reply, because the two are one fact. A command knows
 * no connection and no server; whoever carries it calls `write`, then `item` and `line` for what comes back in order,
 * or `fail`. A command may be written again from the start, on another connection, after the first one was lost.
 */

import { type MemcachedError, ProtocolError, type ReplyError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { unknownLine } from "../protocol/reply_line.ts";
import { ReplyWord, spell } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";

/** Where a command puts what came of it. Whoever waited may have gone: then it is `settled`, and hears no more. */
export interface Outcome<T> {
  readonly settled: boolean;
  resolve(value: T): void;
  reject(error: MemcachedError): void;
}

/** One request and the reading of its reply. */
export abstract class Command {
  /** The word that begins the request. */
  abstract readonly name: string;
  /** False: sent with noreply, and over once it has been written. */
  readonly expectsReply: boolean = true;
  /** True if the request carries a data block, which the server may take for commands when it refuses the line. */
  readonly hasPayload: boolean = false;
  /** True if carrying it out twice does what carrying it out once does. */
  readonly isSafeToRepeat: boolean = false;
  /** True if it only asks: then it is asked once more when its connection is lost through no fault of its own. */
  readonly isRetrieval: boolean = false;
  /** When to give up, in milliseconds of the client's clock. */
  deadline = Infinity;
  /** How often it was sent again: after a failure of its own, and as a bystander of another's. */
  retries = 0;
  repeats = 0;

  /** What it counts among the commands on the way: as one, and as one more for every 16 KiB of its data. */
  readonly weight: number = 1;

  /** How many items a retrieval asks for. */
  get keysAsked(): number {
    return 0;
  }

  /** True if nobody waits for the outcome any more. */
  abstract get abandoned(): boolean;

  /** Writes the request, and forgets what an earlier connection answered. */
  abstract write(writer: RequestWriter): void;

  /** Takes one item of the reply. The view is borrowed. */
  item(_item: ItemView): void {
    throw new ProtocolError(`Cannot take an item as the reply to ${this.name}`);
  }

  /**
   * Takes one line of the reply that is no error line; what follows its word is the borrowed `bytes[start, end)`. Of a
   * line whose word nobody knows, OTHER, that is the whole.
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
  refused(error: ReplyError): boolean {
    this.fail(error);
    return true;
  }

  /** Ends a command sent with noreply, all of whose bytes are with the operating system. */
  written(): void {}

  /** Ends the command without a reply. */
  abstract fail(error: MemcachedError): void;

  /** True if `next` may share the fate of this one: it is still wanted, and both were sent equally often before. */
  isOnAPar(next: Command): boolean {
    return this.retries === next.retries && this.repeats === next.repeats && !this.abandoned;
  }

  /** Joins `next`, submitted right behind this one, into this request. Returns false if the two do not go together. */
  absorb(_next: Command): boolean {
    return false;
  }
}

/**
 * A command with one outcome. Several commands may share it, so each tells it once what came of itself: the reply to a
 * command that has failed is read, as the stream must stay in step, and dropped.
 */
export abstract class SingleCommand<T> extends Command {
  readonly #outcome: Outcome<T>;
  #over = false;

  constructor(outcome: Outcome<T>) {
    super();
    this.#outcome = outcome;
  }

  override get abandoned(): boolean {
    return this.#over || this.#outcome.settled;
  }

  override fail(error: MemcachedError): void {
    if (this.#over) return;
    this.#over = true;
    this.#outcome.reject(error);
  }

  /** Ends the command with what came of it. */
  protected succeed(value: T): void {
    if (this.#over) return;
    this.#over = true;
    this.#outcome.resolve(value);
  }
}

/** The error for a line, as {@linkcode Command.line} takes it, that cannot be the reply to `command`. */
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

/** Ends the line of a request: with noreply, or without. */
export function lineEnd(expectsReply: boolean): string {
  return expectsReply ? "\r\n" : " noreply\r\n";
}

/** What a command counts with so many bytes of data. */
export function weightOf(bytes: number): number {
  return 1 + (bytes >>> 14);
}
