/**
 * Cuts the bytes of one connection into commands. Pure: bytes in, commands out.
 *
 * It has two states, as the daemon: it waits for a line, or for the data block of a line that it understood. It
 * allocates a block once, and only after its length was found to be within the item limit; it counts off longer blocks
 * and throws them away. It keeps the bytes of an unfinished line in a buffer that doubles, and searches none twice.
 */

import type { Command } from "./command.ts";
import { textOf } from "./latin1.ts";

/** A command and its data block, which is empty for commands without one. */
export interface ReadCommand {
  readonly command: Command;
  /** Owned by the command: the store keeps it. */
  readonly data: Uint8Array;
}

/** The client sent a line that can only be a mistake, as it is too long. The daemon closes the connection then. */
export class LineTooLong extends Error {}

/** Reads commands from chunks that may be cut anywhere. */
export class CommandReader {
  readonly #dispatch: (line: string) => Command;
  #line: Uint8Array = new Uint8Array(256);
  #lineLength = 0;
  #mayBeLong = false;
  #awaited: { command: Command; data: Uint8Array; missing: number } | undefined;

  /** @param dispatch Gives the command for a line without its line end. */
  constructor(dispatch: (line: string) => Command) {
    this.#dispatch = dispatch;
  }

  /**
   * Takes a chunk and gives the commands that it completes.
   *
   * @throws {LineTooLong} If a line does not end and begins with neither `get` nor `gets`.
   */
  *feed(chunk: Uint8Array): Generator<ReadCommand> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#awaited === undefined) {
        const end = chunk.indexOf(LF, at);
        if (end < 0) {
          this.#keep(chunk.subarray(at));
          this.#checkUnfinished();
          return;
        }
        const command = this.#dispatch(this.#lineUpTo(chunk.subarray(at, end)));
        at = end + 1;
        if (command.dataLength === 0) yield { command, data: NO_DATA };
        else this.#await(command);
      } else {
        const { command, data } = this.#awaited;
        const taken = Math.min(this.#awaited.missing, chunk.length - at);
        if (!command.swallow) {
          data.set(chunk.subarray(at, at + taken), data.length - this.#awaited.missing);
        }
        at += taken;
        this.#awaited.missing -= taken;
        if (this.#awaited.missing > 0) return;
        this.#awaited = undefined;
        yield { command, data };
      }
    }
  }

  #await(command: Command): void {
    const data = command.swallow ? NO_DATA : new Uint8Array(command.dataLength);
    this.#awaited = { command, data, missing: command.dataLength };
  }

  #lineUpTo(last: Uint8Array): string {
    let line = last;
    if (this.#lineLength > 0) {
      this.#keep(last);
      line = this.#line.subarray(0, this.#lineLength);
      this.#lineLength = 0;
      this.#mayBeLong = false;
    }
    // The daemon takes a line of CR alone for a word, and not for an empty line.
    const hasCr = line.length > 1 && line[line.length - 1] === CR;
    return textOf(hasCr ? line.subarray(0, -1) : line);
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#lineLength + bytes.length;
    if (length > this.#line.length) {
      const grown = new Uint8Array(Math.max(length, this.#line.length * 2));
      grown.set(this.#line.subarray(0, this.#lineLength));
      this.#line = grown;
    }
    this.#line.set(bytes, this.#lineLength);
    this.#lineLength = length;
  }

  /** Only get and gets may exceed 2,048 bytes before their line end arrives, after at most 100 spaces. */
  #checkUnfinished(): void {
    if (this.#lineLength <= MAX_UNFINISHED || this.#mayBeLong) return;
    const start = textOf(this.#line.subarray(0, MAX_SPACES + LONGEST_NAME + 1));
    const trimmed = start.replace(/^ +/, "");
    if (start.length - trimmed.length > MAX_SPACES || !/^gets? /.test(trimmed)) {
      throw new LineTooLong("Cannot read a line of more than 2048 bytes unless it is a get");
    }
    this.#mayBeLong = true;
  }
}

const CR = 13;
const LF = 10;
const NO_DATA = new Uint8Array(0);
const MAX_UNFINISHED = 2048;
const MAX_SPACES = 100;
const LONGEST_NAME = "gets".length;
