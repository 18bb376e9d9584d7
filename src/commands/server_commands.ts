/** The commands that concern a server and not a key: version, stats, flush_all, verbosity, quit. */

import { ProtocolError } from "../errors.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { type Outcome, SingleCommand, unexpected } from "./command.ts";

/** Asks for the server's version. */
export class VersionCommand extends SingleCommand<string> {
  override readonly name = "version";
  override readonly isRetrieval = true;
  override readonly isSafeToRepeat = true;

  override write(writer: RequestWriter): void {
    writer.latin1("version\r\n");
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.VERSION) throw unexpected(this, word, bytes, start, end);
    this.succeed(decoder.decode(bytes.subarray(start, end)));
    return true;
  }
}

/** What a server tells of itself, by name. */
export type ServerStats = Record<string, string | number>;

/** Asks for statistics: the general ones, or those of a name such as `items`. `reset` clears them. */
export class StatsCommand extends SingleCommand<ServerStats> {
  override readonly name = "stats";
  override readonly isRetrieval = true;
  override readonly isSafeToRepeat = true;
  readonly #argument: string;
  #stats: ServerStats = {};
  #bytes = 0;

  constructor(argument: string, outcome: Outcome<ServerStats>) {
    super(outcome);
    this.#argument = argument === "" ? "" : " " + argument;
  }

  override write(writer: RequestWriter): void {
    this.#stats = {};
    this.#bytes = 0;
    writer.latin1("stats" + this.#argument + "\r\n");
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word === ReplyWord.STAT) {
      this.#bytes += end - start;
      if (this.#bytes > MAX_STATS_BYTES) {
        throw new ProtocolError(
          `Cannot take statistics as they must be <= ${MAX_STATS_BYTES} bytes: more have come`,
        );
      }
      if (this.abandoned) return false;
      const text = decoder.decode(bytes.subarray(start, end));
      const space = text.indexOf(" ");
      // A name may stand alone: its value is empty.
      const name = space < 0 ? text : text.slice(0, space);
      Object.defineProperty(this.#stats, name, {
        value: space < 0 ? "" : statValue(text.slice(space + 1)),
        enumerable: true,
        writable: true,
        configurable: true,
      });
      return false;
    }
    if (word !== ReplyWord.END && word !== ReplyWord.RESET) {
      throw unexpected(this, word, bytes, start, end);
    }
    this.succeed(this.#stats);
    return true;
  }
}

/** A command answered by OK: flush_all, verbosity. */
export class OkCommand extends SingleCommand<true> {
  override readonly name: "flush_all" | "verbosity";
  readonly #request: string;

  constructor(name: "flush_all" | "verbosity", argument: string, outcome: Outcome<true>) {
    super(outcome);
    this.name = name;
    this.#request = name + (argument === "" ? "" : " " + argument) + "\r\n";
  }

  override write(writer: RequestWriter): void {
    writer.latin1(this.#request);
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.OK) throw unexpected(this, word, bytes, start, end);
    this.succeed(true);
    return true;
  }
}

/** Tells the server to close the connection. There is no reply. */
export class QuitCommand extends SingleCommand<void> {
  override readonly name = "quit";
  override readonly expectsReply = false;

  override write(writer: RequestWriter): void {
    writer.latin1("quit\r\n");
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    throw unexpected(this, word, bytes, start, end);
  }

  override written(): void {
    this.succeed();
  }
}

/** A number where the text is one and loses nothing by it; else the text. */
function statValue(text: string): string | number {
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return text;
  const value = Number(text);
  return !Number.isFinite(value) || Number.isInteger(value) && !Number.isSafeInteger(value)
    ? text
    : value;
}

const decoder = new TextDecoder();
/** More than a server has to tell: memcached 1.6.18 sends 138 bytes for a connection, so that 480,000 of them fit. */
const MAX_STATS_BYTES = 64 * 2 ** 20;
