/** What the command line program reads and writes: the seam between it and a process, or a test. */

import type { Clock } from "../clock.ts";

/**
 * Where the program writes: its output, or its messages.
 *
 * @example Keep what is written
 * ```ts
 * import type { CliOutput } from "@libmc/libmc/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const decoder = new TextDecoder();
 * let text = "";
 * const out: CliOutput = {
 *   isTerminal: false,
 *   columns: 80,
 *   rows: 24,
 *   write(data) {
 *     text += typeof data === "string" ? data : decoder.decode(data);
 *     return Promise.resolve();
 *   },
 * };
 * await out.write("a\n");
 * assertEquals(text, "a\n");
 * ```
 */
export interface CliOutput {
  /** True if a person sees it: then tables have lines, and colours are used. */
  readonly isTerminal: boolean;
  /** Characters of a line. */
  readonly columns: number;
  /** Lines of the window. */
  readonly rows: number;
  /**
   * Waits for the window to get another size. Without it, what is drawn fits again with the next picture only.
   *
   * @param signal Ends the wait.
   * @returns A promise that resolves when it has, or when the signal is aborted.
   */
  resized?(signal: AbortSignal): Promise<void>;
  /**
   * Writes.
   *
   * @returns A promise that resolves when more may be written, and rejects with an error whose `code` is `"EPIPE"` when
   * nobody reads any more.
   */
  write(data: string | Uint8Array): Promise<void>;
}

/**
 * What the program is given to read.
 *
 * @example Standard input from a text
 * ```ts
 * import type { CliInput } from "@libmc/libmc/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const input: CliInput = {
 *   isTerminal: false,
 *   bytes: () => new Blob(["value"]).stream(),
 *   async *keys() {},
 *   ask: () => Promise.resolve(undefined),
 * };
 * assertEquals(await new Response(new Blob(await Array.fromAsync(input.bytes()))).text(), "value");
 * ```
 */
export interface CliInput {
  /** True if a person types. */
  readonly isTerminal: boolean;
  /** All that there is to read, to its end. */
  bytes(): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** The keys that are pressed, each as the text that a terminal sends for it, until the signal is aborted. */
  keys(signal: AbortSignal): AsyncIterable<string>;
  /**
   * Asks a person for a line.
   *
   * @param question What is shown.
   * @param isSecret True if what is typed is not to be seen.
   * @returns The line without its end, or `undefined` if there is nobody to ask.
   */
  ask(question: string, isSecret: boolean): Promise<string | undefined>;
}

/**
 * All that the program has of the world, beside the network. {@linkcode run} takes that of the process unless it is given
 * another.
 *
 * @example Run a command, and keep what it says
 * ```ts
 * import { type CliIo, type CliOutput, run } from "@libmc/libmc/cli";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const written: unknown[] = [];
 * const out: CliOutput = {
 *   isTerminal: false,
 *   columns: 80,
 *   rows: 24,
 *   write: (data) => Promise.resolve(void written.push(data)),
 * };
 * const io: CliIo = {
 *   out,
 *   err: out,
 *   in: {
 *     isTerminal: false,
 *     bytes: () => new Blob(["hello"]).stream(),
 *     async *keys() {},
 *     ask: () => Promise.resolve(undefined),
 *   },
 *   signal: new AbortController().signal,
 *   env: (name) => name === "LIBMC_SERVERS" ? server.address : undefined,
 *   readFile: () => Promise.reject(new Error("There are no files")),
 * };
 * assertEquals(await run(["set", "greeting", "-"], io), 0);
 * assertEquals(await run(["get", "greeting"], io), 0);
 * assertEquals(written, ["stored\n", "hello\n"]);
 * ```
 */
export interface CliIo {
  /** Standard output: what was asked for. */
  readonly out: CliOutput;
  /** Standard error: messages, questions and progress. */
  readonly err: CliOutput;
  /** Standard input. */
  readonly in: CliInput;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** A variable of the environment; `undefined` if it is not set or may not be read. */
  env(name: string): string | undefined;
  /** Reads a whole file. */
  readFile(path: string): Promise<Uint8Array>;
  /** The time that commands measure, and the pauses of `top`: the platform's unless given. */
  readonly clock?: Clock;
}
