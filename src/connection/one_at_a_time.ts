/** Carries out commands on a line stream, one at a time: those with which every new connection begins. */

import type { Clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import { MemcachedError, type ReplyError } from "../errors.ts";
import { readClassicLine } from "../protocol/classic_lines.ts";
import { ReplyLine } from "../protocol/reply_line.ts";
import { isErrorWord, spell } from "../protocol/reply.ts";
import { RequestWriter } from "../protocol/request_writer.ts";
import { isSound } from "../thrown.ts";
import { replyError } from "./connection_errors.ts";
import { isFull, shownLine } from "./error_lines.ts";
import type { LineStream } from "./line_stream.ts";

/** Where it works, and what it needs for that. */
export interface OneAtATimeOptions {
  readonly clock: Clock;
  readonly censor?: ((text: string) => string) | undefined;
}

/** Takes commands as a connection does, whose replies are single lines. */
export class OneAtATime {
  readonly #stream: LineStream;
  readonly #options: OneAtATimeOptions;

  constructor(stream: LineStream, options: OneAtATimeOptions) {
    this.#stream = stream;
    this.#options = options;
  }

  /** Takes a command. The one before it must have ended. */
  submit(command: Command): void {
    this.#carryOut(command).catch((error) => {
      command.fail(isSound(error, MemcachedError) ? error : this.#stream.broken(CLOSED));
    });
  }

  async #carryOut(command: Command): Promise<void> {
    const { at } = command.deadline;
    const limit = at === Infinity ? 0 : Math.max(1, at - this.#options.clock.now());
    const writer = new RequestWriter(false);
    command.write(writer);
    await this.#stream.send(writer.handOut(), limit);
    const line = await this.#stream.line(limit);
    if (line === null) throw this.#stream.broken("the server closed it");
    this.#answer(command, encoder.encode(`${line}\r\n`));
  }

  #answer(command: Command, bytes: Uint8Array): void {
    const into = new ReplyLine();
    readClassicLine(bytes, 0, bytes.length, into);
    const { word, restStart, restEnd } = into;
    if (!isErrorWord(word)) {
      command.line(word, bytes, restStart, restEnd);
      return;
    }
    const text = decoder.decode(bytes.subarray(restStart, restEnd));
    const line = shownLine(word, text, this.#options.censor);
    if (isFull(word, text)) {
      throw this.#stream.broken(`the server is full: it said "${line}"`);
    }
    const kind = spell(word) as ReplyError["kind"];
    command.errorLine(replyError(kind, line, this.#stream.server, command.name));
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CLOSED = "it was closed";
