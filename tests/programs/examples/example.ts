/** Runs the programs of `docs/examples/`, each as a process, by the command that the program itself names. */

import { eventually } from "../../support/eventually.ts";

const ROOT = new URL("../../../", import.meta.url);

/** A program that runs. */
export class Example implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  /** The lines that it has written so far, to its output and its errors. */
  readonly lines: string[] = [];
  #isRunning = true;

  /** Starts a program. It has the permissions of its command, and no others. */
  static async start(
    name: string,
    { env = {}, args = [] }: { env?: Record<string, string>; args?: readonly string[] } = {},
  ): Promise<Example> {
    const text = await Deno.readTextFile(new URL(`docs/examples/${name}.ts`, ROOT));
    const [, command] = /^ \* `deno (.+)`$/m.exec(text) ?? [];
    if (command === undefined) throw new Error(`${name} does not say how to run it`);
    const [verb, ...rest] = command.split(" ");
    const file = `docs/examples/${name}.ts`;
    const options = rest.slice(0, rest.indexOf(file));
    const place = verb === "serve" ? ["--host", "127.0.0.1", "--port", "0"] : [];
    return new Example([verb, ...options, ...place, file, ...args], env);
  }

  private constructor(args: readonly string[], env: Record<string, string>) {
    this.#process = new Deno.Command("deno", {
      args: [...args],
      cwd: ROOT,
      env: { ...env, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const streams = [this.#process.stdout, this.#process.stderr];
    this.#read = Promise.all(streams.map((stream) => this.#readLines(stream)));
    this.#process.status.then(() => this.#isRunning = false);
  }

  /** The address at which it serves, once it does. */
  async url(): Promise<string> {
    const line = await this.line(/Listening on (http:\S+)\/$/);
    return line[1];
  }

  /** Waits for a line. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    const find = () => this.lines.map((line) => pattern.exec(line)).find((found) => found !== null);
    await eventually(`it writes ${pattern}`, () => find() !== undefined || !this.#isRunning, 10_000)
      .catch((error) => Promise.reject(new Error(`${error.message}: ${this.lines.join("\n")}`)));
    const found = find();
    if (!found) {
      throw new Error(`It has ended before it wrote ${pattern}: ${this.lines.join("\n")}`);
    }
    return found;
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    if (this.#isRunning) this.#process.kill(signal);
  }

  /** Waits for its end, and gives its exit code. */
  async ended(): Promise<number> {
    const { code } = await this.#process.status;
    await this.#read;
    return code;
  }

  /** Tells it to end, as Ctrl-C does and Kubernetes, and gives its exit code. */
  async terminated(): Promise<number> {
    this.kill("SIGTERM");
    await eventually("it ends", () => !this.#isRunning, 10_000);
    return await this.ended();
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.ended();
  }

  async #readLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() as string;
      this.lines.push(...lines);
    }
  }
}
