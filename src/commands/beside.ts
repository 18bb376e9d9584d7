/**
 * A command for an item that lies beside another one, such as the lock of a value. It goes to the server of the other one,
 * in its order, whatever server its own key would have: the two are lost together, or not at all.
 */

import type { MemcachedError, ReplyError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import type { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import type { BatchResult } from "./batch.ts";
import { Command } from "./command.ts";
import { DeleteBatch } from "./deletion.ts";
import type { ExptimeCap } from "./exptime_cap.ts";
import type { KeyGroup, KeyRange } from "./key_group.ts";
import type { PartReceiver } from "./receiver.ts";
import type { Traits } from "./traits.ts";

/** Sends another command to the server of a key. What comes for it does not count as a hit or a miss: no caller has asked. */
export class BesideCommand extends Command {
  override readonly name: string;
  override readonly traits: Traits;
  override readonly weight: number;
  override readonly key: string;
  readonly #command: Command;

  /** @param key The wire key of the item beside which it lies. */
  constructor(key: string, command: Command) {
    super();
    this.key = key;
    this.name = command.name;
    this.traits = command.traits;
    this.weight = command.weight;
    this.#command = command;
  }

  override get life(): number | undefined {
    return this.#command.life;
  }

  override outlived(): void {
    this.#command.outlived();
  }

  override get keysDue(): number {
    return this.#command.keysDue;
  }

  override get abandoned(): boolean {
    return this.#command.abandoned;
  }

  override capExptime(cap: ExptimeCap | undefined): void {
    this.#command.capExptime(cap);
  }

  override write(writer: RequestWriter): void {
    this.#command.write(writer);
  }

  override item(item: ItemView): boolean {
    return this.#command.item(item);
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    return this.#command.line(word, bytes, start, end);
  }

  override errorLine(error: ReplyError): boolean {
    return this.#command.errorLine(error);
  }

  override resent(): void {
    this.#command.resent();
  }

  override fail(error: MemcachedError): void {
    this.#command.fail(error);
  }
}

/** Deletes what lies beside many items of one server. Its keys are those of the items. */
export class BesideDeletes extends DeleteBatch {
  readonly #besideOf: (key: string) => string;

  constructor(
    group: KeyGroup,
    range: KeyRange,
    besideOf: (key: string) => string,
    receiver: PartReceiver<BatchResult>,
  ) {
    super(group, range, false, receiver);
    this.#besideOf = besideOf;
  }

  protected override keyAt(index: number): string {
    return this.#besideOf(super.keyAt(index));
  }

  protected override partFor(group: KeyGroup): BesideDeletes {
    return new BesideDeletes(group, [0, group.keys.length], this.#besideOf, this.receiver);
  }
}
