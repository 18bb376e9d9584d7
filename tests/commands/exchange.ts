/** What stands in for a connection and a caller: gives a command its reply, and notes what it tells. */

import { PartReceiver } from "../../src/commands/receiver.ts";
import { assertEquals, assertThrows } from "@std/assert";
import type { Command } from "../../src/commands/command.ts";
import type { ItemDecoder } from "../../src/commands/item_decoder.ts";
import { CodecError, type MemcachedError, ProtocolError, ReplyError } from "../../src/errors.ts";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import type { ItemView } from "../../src/protocol/item_view.ts";
import { ReplyParser } from "../../src/protocol/reply_parser.ts";
import { isErrorWord, type ReplyWord, spell } from "../../src/protocol/reply.ts";
import { RequestWriter } from "../../src/protocol/request_writer.ts";
import { bytesOf, textOf } from "../support/wire.ts";

/** An outcome that remembers all it is told, so that a test sees what is told twice. */
export class Told<T> extends PartReceiver<T> {
  /** Set by a test whose caller has left. */
  override settled = false;
  /** How many further outcomes it was told to expect. */
  parts = 0;
  readonly values: T[] = [];
  readonly errors: MemcachedError[] = [];

  override resolve(value: T): void {
    this.values.push(value);
  }

  override reject(error: MemcachedError): void {
    this.errors.push(error);
  }

  override rejectMisuse(reason: unknown): void {
    throw reason;
  }

  override expectParts(count: number): void {
    this.parts += count;
  }

  /** Passes if exactly this was told, once. */
  expect(value: T, message?: string): void {
    assertEquals(this.errors, [], message);
    assertEquals(this.values, [value], message);
  }

  /** Passes if nothing was told. */
  expectNothing(message?: string): void {
    assertEquals([...this.values, ...this.errors], [], message);
  }

  /** Passes if exactly one error was told, and gives it. */
  expectError(message?: string): MemcachedError {
    assertEquals(this.values, [], message);
    assertEquals(this.errors.length, 1, message);
    return this.errors[0];
  }
}

/** Reads an item as text, its cas behind it where there is one. Data that begins with `!` cannot be decoded. */
export const textDecoder: ItemDecoder<string> = {
  decode(item: ItemView): string {
    const data = textOf(item.data.subarray(item.dataStart, item.dataEnd));
    if (data.startsWith("!")) throw new CodecError(`Cannot decode "${data}"`);
    return item.casEnd > item.casStart ? `${data}#${item.cas()}` : data;
  },
};

/** The bytes of a command's request, one char each. */
export function requestOf(command: Command): string {
  const writer = new RequestWriter();
  command.write(writer);
  return writer.handOut().map((part) => textOf(part)).join("");
}

/**
 * Gives a command bytes of a reply.
 *
 * @returns True if the reply was complete with its last byte.
 * @throws {ProtocolError} If the command cannot have such a reply.
 * @throws {Error} If something came behind the reply's end.
 */
export function answer(command: Command, wire: string): boolean {
  let complete = false;
  const parser = new ReplyParser({
    item(item) {
      if (complete) throw new Error("An item behind the reply's end");
      complete = command.item(item);
    },
    line(word, bytes, start, end) {
      if (complete) throw new Error(`${spell(word)} behind the reply's end`);
      complete = isErrorWord(word)
        ? command.errorLine(replyError(word, textOf(bytes.subarray(start, end))))
        : command.line(word, bytes, start, end);
    },
  }, readClassicLine);
  parser.feed(bytesOf(wire));
  return complete;
}

/** Passes if each of these replies makes a command throw a ProtocolError and tell nothing. */
export function expectUnexpected<T>(
  commandFor: (receiver: Told<T>) => Command,
  wires: readonly string[],
): void {
  for (const wire of wires) {
    const told = new Told<T>();
    const command = commandFor(told);
    requestOf(command);
    const message = wire.endsWith(UNKNOWN)
      ? 'Cannot read reply line "WHAT is this" as it is none that memcached has'
      : `as the reply to ${command.name}`;
    assertThrows(() => answer(command, wire), ProtocolError, message);
    told.expectNothing(wire);
  }
}

/** Passes if each kind of error line ends a command, and reaches its caller. */
export function expectErrorLines<T>(commandFor: (receiver: Told<T>) => Command): void {
  for (const wire of ERROR_LINES) {
    const told = new Told<T>();
    const command = commandFor(told);
    requestOf(command);
    assertEquals(answer(command, wire), true, wire);
    const error = told.expectError(wire);
    assertEquals(error.message, wire.trim());
  }
}

/** Passes if a command that was given up, or whose caller has left, reads its reply and tells nothing more. */
export function expectSwallowed<T>(
  commandFor: (receiver: Told<T>) => Command,
  wire: string,
): void {
  const told = new Told<T>();
  const command = commandFor(told);
  assertEquals(command.abandoned, false);
  requestOf(command);
  const error = new ProtocolError("Given up");
  command.fail(error);
  assertEquals(command.abandoned, true);
  command.fail(new ProtocolError("Given up twice"));
  assertEquals(told.expectError(), error);
  assertEquals(answer(command, wire), true);
  assertEquals(told.expectError(), error);

  const gone = new Told<T>();
  const abandoned = commandFor(gone);
  requestOf(abandoned);
  gone.settled = true;
  assertEquals(abandoned.abandoned, true);
  assertEquals(answer(abandoned, wire), true);
}

/** The lines that answer a command, other than these. */
export function allLinesBut(...wires: readonly string[]): string[] {
  return LINES.filter((line) => !wires.includes(line));
}

/** The error of an error line. */
export function replyError(word: ReplyWord, text: string): ReplyError {
  const kind = spell(word) as ReplyError["kind"];
  return new ReplyError(text === "" ? kind : `${kind} ${text}`, { kind });
}

const ERROR_LINES = [
  "ERROR\r\n",
  "CLIENT_ERROR bad data chunk\r\n",
  "SERVER_ERROR out of memory storing object\r\n",
  "SERVER_ERROR\r\n",
];

const UNKNOWN = "WHAT is this\r\n";

/** One of each kind of reply that is no error line. */
const LINES = [
  "END\r\n",
  "STORED\r\n",
  "NOT_STORED\r\n",
  "EXISTS\r\n",
  "NOT_FOUND\r\n",
  "DELETED\r\n",
  "TOUCHED\r\n",
  "OK\r\n",
  "5\r\n",
  "VERSION 1\r\n",
  "STAT a b\r\n",
  "RESET\r\n",
  "HD\r\n",
  "EN\r\n",
  "NS\r\n",
  "EX\r\n",
  "NF\r\n",
  "ME a\r\n",
  "MN\r\n",
  "VALUE a 0 1\r\nb\r\n",
  UNKNOWN,
];
