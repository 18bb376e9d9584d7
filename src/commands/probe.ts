/**
 * Asks whether an item is there, and moves none of it: a cas with a number that no item has changes nothing, and its reply
 * tells. Classic commands have no other way that costs nothing, whatever the item holds.
 */

import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { BatchCommand } from "./batch.ts";
import { SingleCommand, unexpected } from "./command.ts";
import type { Command } from "./command.ts";
import type { KeyGroup } from "./key_group.ts";
import type { Receiver } from "./receiver.ts";
import { changes } from "./traits.ts";

/** Asks for one item. The outcome is true if it is there. */
export class ProbeCommand extends SingleCommand<boolean> {
  override readonly name = "cas";
  override readonly traits = PROBE;
  override readonly key: string;

  constructor(key: string, receiver: Receiver<boolean>) {
    super(receiver);
    this.key = key;
  }

  override write(writer: RequestWriter): void {
    writer.latin1(requestFor(this.key));
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    this.succeed(isThere(this, word, bytes, start, end));
    return true;
  }
}

/** Asks for many items on one server. Those that are there count as failed. */
export class ProbeBatch extends BatchCommand {
  override readonly name = "cas";
  override readonly traits = PROBE;

  override write(writer: RequestWriter): void {
    this.restart();
    let text = "";
    for (let i = this.start; i < this.end; i++) text += requestFor(this.group.keys[i]);
    writer.latin1(text);
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    return this.answered(!isThere(this, word, bytes, start, end));
  }

  protected override partFor(group: KeyGroup): ProbeBatch {
    return new ProbeBatch(group, [0, group.keys.length], this.receiver);
  }
}

function requestFor(key: string): string {
  return `cas ${key} 0 0 0 ${NO_CAS}\r\n\r\n`;
}

function isThere(
  command: Command,
  word: ReplyWord,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (word === ReplyWord.EXISTS) return true;
  if (word === ReplyWord.NOT_FOUND) return false;
  throw unexpected(command, word, bytes, start, end);
}

const PROBE = changes("ifSafe", { hasPayload: true });
/** The last number of 64 bits. Servers count from 1. */
const NO_CAS = 2n ** 64n - 1n;
