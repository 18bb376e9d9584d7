/** `Deno.Command`, on `node:child_process`. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { constants } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import type { Readable } from "node:stream";
import { errors, translated } from "./errors.ts";

type Stdio = "piped" | "null" | "inherit";

interface CommandOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: Stdio;
  readonly stdout?: Stdio;
  readonly stderr?: Stdio;
  readonly signal?: AbortSignal;
}

interface Status {
  readonly success: boolean;
  readonly code: number;
  readonly signal: string | null;
}

/** A program to run. `deno run` stands for this runtime with the same program, which has no permissions to ask for. */
export class Command {
  readonly #program: string;
  readonly #options: CommandOptions;

  constructor(program: string, options: CommandOptions = {}) {
    const { args = [], ...others } = options;
    const [command, ...rest] = program === "deno" && args[0] === "run"
      ? ownProgram(args.slice(1))
      : [program, ...args];
    this.#program = command;
    this.#options = { ...others, args: rest };
  }

  spawn(): Child {
    return new Child(this.#program, this.#options);
  }

  async output(): Promise<Status & { readonly stdout: Uint8Array; readonly stderr: Uint8Array }> {
    const child = new Child(this.#program, { stdout: "piped", stderr: "piped", ...this.#options });
    const [stdout, stderr, status] = await Promise.all([
      this.#options.stdout === "null" ? new Uint8Array(0) : bytesOf(child.stdout),
      this.#options.stderr === "null" ? new Uint8Array(0) : bytesOf(child.stderr),
      child.status,
    ]);
    return { ...status, stdout, stderr };
  }
}

/** A program that runs. */
class Child {
  readonly #process: ChildProcess;
  readonly status: Promise<Status>;

  constructor(
    program: string,
    { args = [], env = {}, cwd, stdin, stdout, stderr, signal }: CommandOptions,
  ) {
    this.#process = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [stdioOf(stdin, "ignore"), stdioOf(stdout, "inherit"), stdioOf(stderr, "inherit")],
    });
    signal?.addEventListener("abort", () => void this.#process.kill("SIGKILL"));
    this.status = new Promise((resolve, reject) => {
      this.#process.once("error", (error) => reject(translated(error)));
      this.#process.once("close", (code, signal) => {
        resolve({
          success: code === 0,
          code: code ?? 128 + constants.signals[signal ?? "SIGKILL"],
          signal,
        });
      });
    });
    // Whoever asks for it is told all the same.
    this.status.catch(() => {});
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get stdout(): ReadableStream<Uint8Array> {
    return streamOf(this.#process.stdout!);
  }

  get stderr(): ReadableStream<Uint8Array> {
    return streamOf(this.#process.stderr!);
  }

  kill(signal: NodeJS.Signals = "SIGTERM"): void {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) {
      throw new TypeError("Child process has already terminated");
    }
    this.#process.kill(signal);
  }

  ref(): void {
    this.#process.ref();
  }

  unref(): void {
    this.#process.unref();
  }
}

/** What runs a program of the tests on this runtime, in place of `deno run`. */
function ownProgram(args: readonly string[]): [string, ...string[]] {
  const at = args.findIndex((arg) => !arg.startsWith("-"));
  const name = basename(args[at]).replace(/\.ts$/, ".js");
  const inside = dirname(process.argv[1]);
  // Where a bundled module takes its own place to be says nothing of where the program lies.
  const tests = join(inside, "../..");
  const room = readdirSync(tests).find((room) => existsSync(join(tests, room, "programs", name)));
  if (room === undefined) throw new errors.NotFound(`Cannot find program ${name}`);
  const program = join(tests, room, "programs", name);
  return [process.execPath, join(inside, "run_program.js"), program, ...args.slice(at + 1)];
}

function stdioOf(
  stdio: Stdio | undefined,
  otherwise: "ignore" | "inherit",
): "pipe" | "ignore" | "inherit" {
  if (stdio === "piped") return "pipe";
  if (stdio === "null") return "ignore";
  return stdio ?? otherwise;
}

function streamOf(readable: Readable): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      readable.on("data", (bytes: Uint8Array) => controller.enqueue(new Uint8Array(bytes)));
      readable.on("end", () => controller.close());
      readable.on("error", (error) => controller.error(error));
    },
    cancel: () => void readable.destroy(),
  });
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
