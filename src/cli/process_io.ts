/** Standard input and output, signals and files of the process: what the program runs with unless it is given another. */

import { readFile } from "node:fs/promises";
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { WriteStream } from "node:tty";
import { environmentVariable } from "../transports/environment.ts";
import type { CliInput, CliIo, CliOutput } from "./cli_io.ts";

/**
 * Gives what the process has. From then on the first Ctrl-C aborts `signal`, and a second one ends the process; after
 * `leave()` the first one does again.
 */
export function processIo(): { readonly io: CliIo; readonly leave: () => void } {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Error("Interrupted"));
  for (const name of SIGNALS) process.once(name, interrupt);
  const io: CliIo = {
    out: new ProcessOutput(process.stdout),
    err: new ProcessOutput(process.stderr),
    in: new ProcessInput(interrupt, controller.signal),
    signal: controller.signal,
    env: environmentVariable,
    readFile: (path) => readFile(path),
  };
  return {
    io,
    leave: () => {
      for (const name of SIGNALS) process.removeListener(name, interrupt);
    },
  };
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

class ProcessOutput implements CliOutput {
  readonly #stream: WriteStream;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    // The write that failed tells of it.
    stream.on("error", () => {});
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  get rows(): number {
    return this.#stream.rows || 24;
  }

  /** Looks now and then: not every runtime tells a stream that its window has changed. */
  async resized(signal: AbortSignal): Promise<void> {
    const { columns, rows } = this;
    while (!signal.aborted && this.columns === columns && this.rows === rows) {
      // Rejects when the signal is aborted.
      await setTimeout(LOOK_EVERY, undefined, { signal }).catch(() => {});
    }
  }

  write(data: string | Uint8Array): Promise<void> {
    if (data.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#stream.write(data, (error) => error ? reject(error) : resolve());
    });
  }
}

/** Milliseconds. */
const LOOK_EVERY = 100;

class ProcessInput implements CliInput {
  readonly #interrupt: () => void;
  readonly #interrupted: AbortSignal;

  constructor(interrupt: () => void, interrupted: AbortSignal) {
    this.#interrupt = interrupt;
    this.#interrupted = interrupted;
  }

  get isTerminal(): boolean {
    return process.stdin.isTTY === true;
  }

  async *bytes(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    for await (const chunk of process.stdin) yield new Uint8Array(chunk);
  }

  async *keys(signal: AbortSignal): AsyncGenerator<string, void, void> {
    if (!this.isTerminal || signal.aborted) return;
    const { stdin } = process;
    stdin.setRawMode(true);
    try {
      let wake = () => {};
      const pressed: string[] = [];
      const press = (data: Uint8Array) => {
        pressed.push(new TextDecoder().decode(data));
        wake();
      };
      const stop = () => wake();
      stdin.on("data", press);
      signal.addEventListener("abort", stop);
      try {
        while (!signal.aborted) {
          yield* pressed.splice(0);
          if (signal.aborted) break;
          await new Promise<void>((resolve) => wake = resolve);
        }
      } finally {
        stdin.removeListener("data", press);
        signal.removeEventListener("abort", stop);
      }
    } finally {
      stdin.setRawMode(false);
      stdin.pause();
    }
  }

  async ask(question: string, isSecret: boolean): Promise<string | undefined> {
    if (!this.isTerminal || !process.stderr.isTTY) return undefined;
    const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({
      input: process.stdin,
      output: isSecret ? hidden : process.stderr,
      terminal: true,
    });
    // A terminal that is asked sends Ctrl-C and Ctrl-D as keys.
    reader.once("SIGINT", this.#interrupt);
    const gone = new Promise<undefined>((resolve) => {
      const leave = () => resolve(undefined);
      reader.once("close", leave);
      this.#interrupted.addEventListener("abort", leave, { once: true });
    });
    try {
      if (isSecret) process.stderr.write(question);
      // When nobody answers it is pending for ever, or rejects.
      const answer = reader.question(isSecret ? "" : question).catch(() => undefined);
      const line = await Promise.race([answer, gone]);
      // Enter has ended the line only where what is typed is shown.
      if (isSecret || line === undefined) process.stderr.write("\n");
      return line;
    } finally {
      reader.close();
    }
  }
}
