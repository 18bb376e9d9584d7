/** Commands as a caller issues them, each with a record of what came of it. */

import { PartReceiver, type Receiver } from "../../src/commands/receiver.ts";
import { ArithmeticCommand } from "../../src/commands/arithmetic.ts";
import type { BatchResult } from "../../src/commands/batch.ts";
import type { Command } from "../../src/commands/command.ts";
import { DeleteCommand } from "../../src/commands/deletion.ts";
import { GetCommand } from "../../src/commands/get.ts";
import { GetMultiCommand } from "../../src/commands/get_multi.ts";
import type { ItemDecoder } from "../../src/commands/item_decoder.ts";
import type { KeyRange } from "../../src/commands/key_group.ts";
import { VersionCommand } from "../../src/commands/server_commands.ts";
import { StorageBatch, StorageCommand, type StorageName } from "../../src/commands/storage.ts";
import { TouchCommand } from "../../src/commands/touch.ts";
import type { MemcachedError } from "../../src/errors.ts";
import { textOf } from "./wire.ts";

/** What came of a command, and how often somebody was told. */
export class Recorded<T> extends PartReceiver<T> {
  override settled = false;
  value: T | undefined;
  error: MemcachedError | undefined;
  /** How often it was told, unless nobody listened any more. */
  told = 0;
  #gone = false;

  override resolve(value: T): void {
    if (this.#gone) return;
    this.told++;
    this.settled = true;
    this.value = value;
  }

  override reject(error: MemcachedError): void {
    if (this.#gone) return;
    this.told++;
    this.settled = true;
    this.error = error;
  }

  override rejectMisuse(reason: unknown): void {
    throw reason;
  }

  override expectParts(_count: number): void {}

  /** The caller goes away, as by an AbortSignal. */
  abandon(): void {
    this.#gone = this.settled = true;
  }

  /** All of it in a few words: `open`, `gone`, the value, or the error with what it says of sending. */
  get summary(): unknown {
    if (this.#gone) return "gone";
    if (!this.settled) return "open";
    if (this.told !== 1) return `told ${this.told} times`;
    return this.error === undefined ? this.value : `${this.error.name}, sent ${this.error.sent}`;
  }
}

/** A command, and what comes of it. */
export interface Issued<T = unknown> {
  readonly command: Command;
  readonly outcome: Recorded<T>;
}

/** What came of some commands, in a few words each. */
export function summaries(issued: readonly Issued[]): unknown[] {
  return issued.map(({ outcome }) => outcome.summary);
}

/** A get that joins others; the value is the data block's text. */
export function get(key: string, decoder: ItemDecoder<string> = textDecoder): Issued<string> {
  const outcome = new Recorded<string>();
  return {
    command: new GetCommand(key, decoder, outcome as Receiver<string | undefined>),
    outcome,
  };
}

/** A get that stands alone. */
export function loneGet(key: string): Issued<string> {
  const outcome = new Recorded<string>();
  const command = new GetCommand(
    key,
    textDecoder,
    outcome as Receiver<string | undefined>,
    { name: "get" },
    false,
  );
  return { command, outcome };
}

/** A get of several keys; the value is the errors of decoding. */
export function getMany(keys: readonly string[]): Issued<MemcachedError[]> {
  const outcome = new Recorded<MemcachedError[]>();
  const range: KeyRange = [0, keys.length];
  const how = { name: "get" } as const;
  return { command: new GetMultiCommand({ keys }, range, textDecoder, [], outcome, how), outcome };
}

/** A storage command. */
export function store(
  name: StorageName,
  key: string,
  data: string,
  { noreply = false } = {},
): Issued<boolean> {
  const outcome = new Recorded<boolean>();
  const item = { data, flags: 0 };
  const options = { exptime: 0, noreply };
  return { command: new StorageCommand(name, key, item, options, outcome), outcome };
}

/** A set. */
export function set(key: string, data = "v", options: { noreply?: boolean } = {}): Issued<boolean> {
  return store("set", key, data, options);
}

/** Sets of several keys in one batch. */
export function setMany(keys: readonly string[], data = "v"): Issued<BatchResult> {
  const outcome = new Recorded<BatchResult>();
  const items = keys.map(() => ({ data, flags: 0 }));
  const options = { exptime: 0, noreply: false };
  const command = new StorageBatch("set", { keys }, [0, keys.length], items, options, outcome);
  return { command, outcome };
}

/** An incr by 1. */
export function incr(key: string, { noreply = false } = {}): Issued<bigint> {
  const outcome = new Recorded<bigint>();
  const heard = outcome as Receiver<bigint | undefined>;
  return { command: new ArithmeticCommand("incr", key, 1, noreply, heard), outcome };
}

/** A delete. */
export function remove(key: string, { noreply = false } = {}): Issued<boolean> {
  const outcome = new Recorded<boolean>();
  return { command: new DeleteCommand(key, noreply, outcome), outcome };
}

/** A touch. */
export function touch(key: string): Issued<boolean> {
  const outcome = new Recorded<boolean>();
  return { command: new TouchCommand(key, 0, false, outcome), outcome };
}

/** A version. */
export function version(): Issued<string> {
  const outcome = new Recorded<string>();
  return { command: new VersionCommand(outcome), outcome };
}

/** The reply to a get that hits. */
export function hit(key: string, data: string): string {
  return `VALUE ${key} 0 ${data.length}\r\n${data}\r\nEND\r\n`;
}

const textDecoder: ItemDecoder<string> = {
  decode: (item) => textOf(item.data.subarray(item.dataStart, item.dataEnd)),
};
