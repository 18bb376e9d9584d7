/** Many commands of one kind to one server, written without waiting in between. Replies match by their order. */

import type { PartReceiver } from "./receiver.ts";
import { type MemcachedError, ProtocolError, type ReplyError } from "../errors.ts";
import { GroupCommand } from "./group_command.ts";
import { type KeyGroup, type KeyRange, positionOf } from "./key_group.ts";

/** The outcome of a batch: the positions of the keys that failed, and the errors. */
export interface BatchResult {
  readonly failed: number[];
  readonly errors: MemcachedError[];
}

/** Never rejects: an error line fails the key that it answers, a lost connection fails all keys without an answer. */
export abstract class BatchCommand extends GroupCommand<BatchResult> {
  #next: number;
  #result: BatchResult = { failed: [], errors: [] };

  constructor(group: KeyGroup, range: KeyRange, receiver: PartReceiver<BatchResult>) {
    super(group, range, receiver);
    this.#next = this.start;
  }

  override errorLine(error: ReplyError): boolean {
    this.#result.errors.push(error);
    return this.answered(false);
  }

  override completeWithoutReply(): void {
    this.succeed(this.#result);
  }

  /**
   * Counts keys without an answer as failed. Answers that come later still belong to this batch, and to no other. If the
   * stream was out of step, all keys failed, as it cannot be known since when.
   */
  override fail(error: MemcachedError): void {
    if (error instanceof ProtocolError) this.restart();
    const { failed, errors } = this.#result;
    const rest: number[] = [];
    for (let i = this.#next; i < this.end; i++) rest.push(positionOf(this.group, i));
    this.succeed({ failed: [...failed, ...rest], errors: [...errors, error] });
  }

  /** Forgets the answers of an earlier connection. */
  protected restart(): void {
    this.#next = this.start;
    this.#result = { failed: [], errors: [] };
  }

  /** Takes the answer for the next key. Returns true if it was the last. */
  protected answered(succeeded: boolean): boolean {
    if (!succeeded) this.#result.failed.push(positionOf(this.group, this.#next));
    if (++this.#next < this.end) return false;
    this.succeed(this.#result);
    return true;
  }
}
