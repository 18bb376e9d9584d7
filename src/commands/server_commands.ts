/** The commands that concern a server and not a key: version, stats, flush_all, verbosity, quit. */

import type { Receiver } from "./receiver.ts";
import { ProtocolError } from "../errors.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { SingleCommand, unexpected } from "./command.ts";
import { ASKS, changes } from "./traits.ts";

/** Asks for the server's version. */
export class VersionCommand extends SingleCommand<string> {
  override readonly name = "version";
  override readonly traits = ASKS;
  override readonly key = undefined;

  override write(writer: RequestWriter): void {
    writer.latin1("version\r\n");
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.VERSION) throw unexpected(this, word, bytes, start, end);
    this.succeed(decoder.decode(bytes.subarray(start, end)));
    return true;
  }
}

/**
 * Statistics of a server by name, as memcached's `doc/protocol.txt` lists them. Values that look like a number are one.
 *
 * @example How many gets of a server are hits
 * ```ts
 * import { Client, type ServerStats } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const hitRate = ({ get_hits, cmd_get }: ServerStats) => Number(get_hits) / Number(cmd_get);
 * await client.set("key", "value");
 * await client.getMulti(["key", "other"]);
 * const stats = (await client.stats()).get(server.address);
 * assert(stats !== undefined);
 * assertEquals(hitRate(stats), 0.5);
 * ```
 */
export type ServerStats = Record<string, string | number>;

/** Asks for statistics: the general ones, or those of a name such as `items`. `reset` clears them. */
export class StatsCommand extends SingleCommand<ServerStats> {
  override readonly name = "stats";
  override readonly traits = ASKS;
  override readonly key = undefined;
  readonly #argument: string;
  #stats: ServerStats = {};
  #bytes = 0;

  constructor(argument: string, receiver: Receiver<ServerStats>) {
    super(receiver);
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
      // A name without a value has the empty one.
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
  override readonly traits = ORDER;
  override readonly key = undefined;
  readonly #request: string;

  constructor(name: "flush_all" | "verbosity", argument: string, receiver: Receiver<true>) {
    super(receiver);
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
  override readonly traits = LAST_WORD;
  override readonly key = undefined;

  override write(writer: RequestWriter): void {
    writer.latin1("quit\r\n");
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    throw unexpected(this, word, bytes, start, end);
  }

  override completeWithoutReply(): void {
    this.succeed();
  }
}

/** Turns a text into a number, if it looks like one and loses nothing by it. */
function statValue(text: string): string | number {
  if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return text;
  const value = Number(text);
  return !Number.isFinite(value) || Number.isInteger(value) && !Number.isSafeInteger(value)
    ? text
    : value;
}

const decoder = new TextDecoder();
/** More than any server needs: memcached 1.6.18 sends 138 bytes per connection, so 480,000 connections fit. */
const MAX_STATS_BYTES = 64 * 2 ** 20;
const ORDER = changes("never");
const LAST_WORD = changes("never", { noreply: true });
