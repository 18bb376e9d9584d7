/**
 * A stream that one owner has for itself, for replies which a shared connection cannot read: lines that end in LF alone,
 * and replies that go on for as long as somebody listens.
 *
 * It is read only when the owner asks for a line and none is left. So an owner who is slow holds up the server, and at
 * most BUFFER_BYTES wait here. Any failure ends the stream: from then on every call throws the same reason.
 */

import { type Clock, patiently } from "../clock.ts";
import { type MemcachedError, ProtocolError } from "../errors.ts";
import { MAX_LINE_BYTES } from "../protocol/reply_parser.ts";
import { ReplyWord } from "../protocol/reply.ts";
import { quietly } from "../thrown.ts";
import type { Transport } from "../transports/transport.ts";
import { impossibleCount, isCount } from "./byte_count.ts";
import { brokenConnection, passwordError, silentConnection } from "./connection_errors.ts";
import { asksForPassword, isFull } from "./error_lines.ts";

/** Options of a line stream. */
export interface LineStreamOptions {
  /** Display name of the server, for errors. */
  readonly server: string;
  /** The command that the stream is for, for errors. */
  readonly command: string;
  readonly clock: Clock;
  /** Takes secrets out of what the server has said, before it becomes part of an error. */
  readonly censor?: ((text: string) => string) | undefined;
  /** Called once, when the stream has ended. */
  readonly onClose: () => void;
}

/** Lines from one server, read on demand. */
export class LineStream {
  readonly #transport: Transport;
  readonly #options: LineStreamOptions;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  /** Number of bytes at the start of the buffer that belong to an unfinished line. */
  #held = 0;
  /** The lines of the last read, and which of them is next. */
  #lines: readonly string[] = [];
  #next = 0;
  /** True if a line that is too long follows them. */
  #isTooLong = false;
  #anySent = false;
  #ended: { readonly reason: unknown } | undefined;
  /** Rejects what is under way. */
  #interrupt: ((reason: unknown) => void) | undefined;

  constructor(transport: Transport, options: LineStreamOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Display name of the server. */
  get server(): string {
    return this.#options.server;
  }

  /** The command that it is for. */
  get command(): string {
    return this.#options.command;
  }

  /**
   * Sends a request, in at most `limit` milliseconds; 0: no limit.
   *
   * @throws {MemcachedError} If the transport fails, or the server takes nothing in that time.
   */
  async send(parts: readonly Uint8Array[], limit: number): Promise<void> {
    this.#anySent = true;
    await this.#bounded("write", limit, async () => {
      for (const part of parts) {
        for (let at = 0; at < part.length;) {
          const count = await this.#transport.write(part.subarray(at));
          if (!isCount(count, part.length - at)) {
            throw impossibleCount("write", count, part.length - at);
          }
          at += count;
          if (this.#ended !== undefined) return;
        }
      }
    });
  }

  /**
   * Gives the next line without its end, or `null` when the server has closed the stream.
   *
   * @param limit The longest silence in milliseconds; 0: none. Time in which nobody asks for a line does not count.
   * @throws {MemcachedError} If reading fails, the server is silent for too long, or a line is.
   * @throws The reason with which the owner has closed the stream.
   */
  async line(limit: number): Promise<string | null> {
    while (true) {
      if (this.#ended !== undefined) throw this.#ended.reason;
      if (this.#next < this.#lines.length) return this.#lines[this.#next++];
      if (this.#isTooLong) {
        this.close(this.#tooLong());
        continue;
      }
      const room = this.#buffer.subarray(this.#held);
      const count = await this.#bounded("read", limit, async () => {
        const count = await this.#transport.read(room);
        if (count === null || isCount(count, room.length)) return count;
        throw impossibleCount("read", count, room.length);
      });
      if (count === null) return null;
      this.#take(this.#held + count);
    }
  }

  /**
   * Gives the first line of a reply.
   *
   * @throws {MemcachedError} As {@linkcode LineStream.line}, or if there is no reply: the server closed the stream, is
   * full, or asks for a password.
   */
  async firstLine(limit: number): Promise<string> {
    const line = await this.line(limit);
    if (line === null) throw this.broken("the server closed it");
    const space = line.indexOf(" ");
    const rest = line.slice(space + 1);
    if (line.startsWith("ERROR ") && isFull(ReplyWord.ERROR, rest)) {
      throw this.broken(`the server is full: it said "${line}"`);
    }
    if (line.startsWith("CLIENT_ERROR ") && asksForPassword(ReplyWord.CLIENT_ERROR, rest)) {
      throw passwordError(line, true, this.#options.server, this.#options.command);
    }
    return line;
  }

  /** Waits so many milliseconds, or until the stream ends. */
  async pause(milliseconds: number): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended.reason;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(milliseconds, resolve);
    this.#interrupt = reject;
    await promise.finally(cancel);
  }

  /** Ends the stream. What is under way, and every later call, throws the reason. Harmless when repeated. */
  close(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    this.#lines = [];
    this.#interrupt?.(reason);
    // Whatever comes of it, nothing is read or written any more.
    new Promise((end) => end(this.#transport.close())).catch(() => {});
    this.#options.onClose();
  }

  /** Lets the program end although the stream is open. */
  unref(): void {
    // A transport that cannot do it keeps the program running, and serves on.
    quietly(() => this.#transport.unref?.());
  }

  /** Gives a line as an error shows it: its beginning, without secrets. */
  shown(line: string): string {
    const shown = this.#options.censor?.(line) ?? line;
    return JSON.stringify(shown.slice(0, MOST_SHOWN));
  }

  /** Makes the error for a stream that ended while the owner was waiting. */
  broken(reason: string, step: "read" | "write" = "read", cause?: unknown): MemcachedError {
    const { server, command } = this.#options;
    const sent = this.#anySent ? "maybe" : "no";
    return brokenConnection(reason, { server, command, step, sent, cause });
  }

  /** Waits for the transport, in at most `limit` milliseconds. A failure ends the stream. */
  async #bounded<T>(
    step: "read" | "write",
    limit: number,
    act: () => Promise<T>,
  ): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended.reason;
    const { server, command, clock } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#interrupt = reject;
    const bound = limit > 0
      ? patiently(clock, limit, () => this.close(silentConnection(limit, server, command)))
      : undefined;
    act().then(resolve, (cause) => {
      const how = step === "read" ? "reading from" : "writing to";
      this.close(this.broken(`${how} it failed`, step, cause));
    });
    try {
      return await promise;
    } finally {
      bound?.cancel();
    }
  }

  /** Takes the lines out of the buffer, whose first `end` bytes have come. */
  #take(end: number): void {
    const buffer = this.#buffer;
    // What was held before has no end of a line.
    const lf = this.#held + buffer.subarray(this.#held, end).lastIndexOf(LF);
    const isComplete = lf >= this.#held;
    const rest = isComplete ? lf + 1 : 0;
    this.#held = end - rest;
    this.#isTooLong = this.#held > MAX_LINE_BYTES;
    if (!isComplete) return;
    const lines = decoder.decode(buffer.subarray(0, lf)).split("\n").map(withoutCr);
    const tooLong = lines.findIndex(({ length }) => length > MAX_LINE_BYTES);
    this.#isTooLong ||= tooLong >= 0;
    this.#lines = tooLong < 0 ? lines : lines.slice(0, tooLong);
    this.#next = 0;
    buffer.copyWithin(0, rest, end);
  }

  #tooLong(): ProtocolError {
    const { server, command } = this.#options;
    return new ProtocolError(`Cannot read reply line as it must be <= ${MAX_LINE_BYTES} bytes`, {
      ...{ server, command },
      sent: "maybe",
    });
  }
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const LF = 0x0a;
/** One read of some hundred lines: more would not be faster, and so much may wait for each owner. */
const BUFFER_BYTES = 64 * 1024;
/** Most characters of a line in a message. */
const MOST_SHOWN = 80;
