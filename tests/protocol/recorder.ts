/** What a parser found, as texts that can be compared and read. */

import { ProtocolError } from "../../src/errors.ts";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import type { ItemView } from "../../src/protocol/item_view.ts";
import type { ReadLine } from "../../src/protocol/reply_line.ts";
import { ReplyParser, type ReplySink } from "../../src/protocol/reply_parser.ts";
import { type ReplyWord, spell } from "../../src/protocol/reply.ts";
import { textOf } from "../support/wire.ts";

/** The event of an item. Key and data are bytes, one char each. */
export function item(key: string, flags: number, data: string, cas = 0n): string {
  return `item ${JSON.stringify(key)} ${flags} ${cas} ${data.length}:${data}`;
}

/** The event of a line: its word as it is spelled, NUMBER for digits, OTHER for none, and what follows it. */
export function line(word: string, rest = ""): string {
  return `${word} ${JSON.stringify(rest)}`;
}

/** Notes what a parser finds. Owned data is kept as it is, and becomes text at the end: nobody may have changed it. */
export class Recorder implements ReplySink {
  readonly #events: (string | (() => string))[] = [];

  /** All that was found so far. */
  get events(): string[] {
    return this.#events.map((event) => typeof event === "string" ? event : event());
  }

  item(view: ItemView): void {
    const key = view.key();
    const { flags } = view;
    const cas = view.hasCas ? view.cas() : 0n;
    if (!view.hasKey(key)) throw new Error(`Item does not have its own key "${key}"`);
    if (view.owned) {
      const { data } = view;
      if (view.dataStart !== 0 || view.dataEnd !== data.length) throw new Error("Owned, in part");
      this.#events.push(() => item(key, flags, textOf(data), cas));
    } else {
      this.#events.push(
        item(key, flags, textOf(view.data.subarray(view.dataStart, view.dataEnd)), cas),
      );
    }
  }

  line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): void {
    this.#events.push(line(spell(word), textOf(bytes.subarray(start, end))));
  }
}

/** What came of a stream. */
export interface Parsed {
  readonly events: readonly string[];
  readonly error: ProtocolError | undefined;
  readonly parser: ReplyParser;
}

/** How a stream is given to a parser. */
export interface FeedOptions {
  /** As for {@linkcode ReplyParser}; the classic grammar unless given. */
  readonly readLine?: ReadLine;
  /** As for {@linkcode ReplyParser}. */
  readonly maxDataBytes?: number;
  /** Bodies with more than so many bytes to come are read into the parser's vacancy; none unless given. */
  readonly vacancyAbove?: number;
  /** The parser may leave open bodies in a buffer of this size, which is read on into; no such buffer unless given. */
  readonly room?: number;
}

/**
 * Feeds a stream as a connection does: through one buffer, which is overwritten as soon as the parser returns.
 *
 * @throws {Error} What the parser throws, unless it is a ProtocolError: that is part of the result.
 */
export function parse(
  chunks: Iterable<Uint8Array>,
  { readLine = readClassicLine, maxDataBytes, vacancyAbove = Infinity, room }: FeedOptions = {},
): Parsed {
  const recorder = new Recorder();
  const parser = new ReplyParser(recorder, readLine, maxDataBytes);
  let error: ProtocolError | undefined;
  try {
    const buffer = new Uint8Array(room ?? 0);
    let start = 0;
    for (const chunk of chunks) {
      if (room === undefined) feed(parser, chunk, vacancyAbove);
      else start = feedFrom(parser, chunk, vacancyAbove, buffer, start);
    }
  } catch (thrown) {
    if (!(thrown instanceof ProtocolError)) throw thrown;
    error = thrown;
  }
  return { events: recorder.events, error, parser };
}

function feed(parser: ReplyParser, chunk: Uint8Array, vacancyAbove: number): void {
  let at = 0;
  while (at < chunk.length) {
    const vacancy = parser.vacancy(vacancyAbove);
    if (vacancy !== undefined) {
      const count = Math.min(vacancy.length, chunk.length - at);
      vacancy.set(chunk.subarray(at, at + count));
      parser.filled(count);
      at += count;
      continue;
    }
    const count = Math.min(BUFFER.length, chunk.length - at);
    BUFFER.set(chunk.subarray(at, at + count));
    parser.feed(BUFFER, count);
    BUFFER.fill(0x2a, 0, count);
    at += count;
  }
}

/** As a connection does it: reads on behind what the parser has left in the buffer. */
function feedFrom(
  parser: ReplyParser,
  chunk: Uint8Array,
  vacancyAbove: number,
  buffer: Uint8Array,
  bufferStart: number,
): number {
  let start = bufferStart;
  for (let at = 0; at < chunk.length;) {
    const vacancy = parser.vacancy(vacancyAbove);
    const room = vacancy ?? buffer.subarray(start);
    // A connection that reads into no room would read for ever.
    if (room.length === 0) throw new Error(`Parser leaves no room behind ${start} bytes`);
    const count = Math.min(room.length, chunk.length - at);
    room.set(chunk.subarray(at, at + count));
    at += count;
    if (vacancy === undefined) {
      start = parser.feedFrom(buffer, start, start + count);
      buffer.fill(0x2a, start);
    } else {
      parser.filled(count);
    }
  }
  return start;
}

const BUFFER = new Uint8Array(64 * 1024);
