/** delete: for one key, and for many to one server. */

import type { PartReceiver, Receiver } from "./receiver.ts";
import { ProtocolError, type ReplyError } from "../errors.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { BatchCommand, type BatchResult } from "./batch.ts";
import type { KeyGroup, KeyRange } from "./key_group.ts";
import { type Command, lineEnd, SingleCommand, unexpected } from "./command.ts";
import { changes, type Traits } from "./traits.ts";

/** Deletes one item. The outcome is true: the key is gone, even if it was not there. */
export class DeleteCommand extends SingleCommand<boolean> {
  override readonly name = "delete";
  override readonly traits: Traits;
  override readonly key: string;

  constructor(key: string, noreply: boolean, receiver: Receiver<boolean>) {
    super(receiver);
    this.key = key;
    this.traits = noreply ? BLIND : ANSWERED;
  }

  override write(writer: RequestWriter): void {
    writer.latin1("delete " + this.key + lineEnd(this.traits));
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    expectGone(this, word, bytes, start, end);
    this.succeed(true);
    return true;
  }

  override completeWithoutReply(): void {
    this.succeed(true);
  }
}

/** Deletes many items on one server. */
export class DeleteBatch extends BatchCommand {
  override readonly name = "delete";
  override readonly traits: Traits;

  constructor(
    group: KeyGroup,
    range: KeyRange,
    noreply: boolean,
    receiver: PartReceiver<BatchResult>,
  ) {
    super(group, range, receiver);
    this.traits = noreply ? BLIND : ANSWERED;
  }

  protected override partFor(group: KeyGroup): DeleteBatch {
    return new DeleteBatch(group, [0, group.keys.length], this.traits === BLIND, this.receiver);
  }

  override write(writer: RequestWriter): void {
    this.restart();
    const end = lineEnd(this.traits);
    let text = "";
    for (let i = this.start; i < this.end; i++) text += "delete " + this.keyAt(i) + end;
    if (!writer.ascii(text)) writer.latin1(text);
  }

  /** Gives the key that is written for the one at a place of the group. */
  protected keyAt(index: number): string {
    return this.group.keys[index];
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    expectGone(this, word, bytes, start, end);
    return this.answered(true);
  }
}

/**
 * Deletes what may be out of date before anything else is asked. A server that cannot do that must not be asked: the
 * connection ends. A key that it refuses by a CLIENT_ERROR it cannot have.
 */
export class InvalidationBatch extends DeleteBatch {
  constructor(group: KeyGroup, range: KeyRange, receiver: PartReceiver<BatchResult>) {
    super(group, range, false, receiver);
  }

  override errorLine(error: ReplyError): boolean {
    if (error.kind === "CLIENT_ERROR") return this.answered(true);
    throw new ProtocolError(`Cannot delete what may be out of date: ${error.message}`);
  }

  protected override partFor(group: KeyGroup): InvalidationBatch {
    return new InvalidationBatch(group, [0, group.keys.length], this.receiver);
  }
}

function expectGone(
  command: Command,
  word: ReplyWord,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (word !== ReplyWord.DELETED && word !== ReplyWord.NOT_FOUND) {
    throw unexpected(command, word, bytes, start, end);
  }
}

const ANSWERED = changes("ifSafe");
const BLIND = changes("ifSafe", { noreply: true });
