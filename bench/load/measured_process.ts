/** The parent's side of `child.ts` and `libmc_python.py`: one participant, in a process of its own, asked one thing at a time. */
import type { Greeting, Order, Prepared, Quantiles, Round } from "./orders.ts";
import { linesOf } from "./lines.ts";
import type { Player } from "./measure.ts";
import type { Work } from "./work.ts";

/** One participant's process. */
export class MeasuredProcess implements Player, AsyncDisposable {
  readonly name: string;
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<string>;

  /** Starts it: `program` with the servers as its last arguments. */
  static async start(
    name: string,
    program: readonly string[],
    servers: readonly string[],
  ): Promise<[MeasuredProcess, Greeting]> {
    const child = new MeasuredProcess(name, program, servers);
    return [child, await child.#answer<Greeting>()];
  }

  private constructor(
    name: string,
    [command, ...args]: readonly string[],
    servers: readonly string[],
  ) {
    this.name = name;
    this.#process = new Deno.Command(command, {
      args: [...args, ...servers],
      cwd: ROOT,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#orders = this.#process.stdin.getWriter();
    this.#answers = linesOf(this.#process.stdout);
  }

  get pid(): number {
    return this.#process.pid;
  }

  prepare(work: Work): Promise<Prepared> {
    return this.#ask<Prepared>({ order: "prepare", work });
  }

  run(milliseconds: number, timed: boolean): Promise<Round> {
    return this.#ask<Round>({ order: "run", milliseconds, timed });
  }

  quantiles(): Promise<Quantiles> {
    return this.#ask<Quantiles>({ order: "quantiles" });
  }

  /** The child ends when it has no more orders to wait for. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#orders.close().catch(() => {});
    await this.#answers.return(undefined);
    await this.#process.status;
  }

  async #ask<T>(order: Order): Promise<T> {
    await this.#orders.write(
      new TextEncoder().encode(`${JSON.stringify(order)}\n`),
    );
    return await this.#answer<T>();
  }

  async #answer<T>(): Promise<T> {
    const { value, done } = await this.#answers.next();
    if (done) {
      throw new Error(`Cannot go on with ${this.name} as its process ended`);
    }
    const answer = JSON.parse(value);
    if (answer.error !== undefined) {
      throw new Error(`${this.name}: ${answer.error}`);
    }
    return answer;
  }
}

const ROOT = new URL("../..", import.meta.url).pathname;

/** What runs a client on Deno. `flags` are further flags of `deno run`, such as `--cpu-prof`. */
export function denoProgram(name: string, flags: readonly string[] = []): string[] {
  // The package `memcached` does not start without `--unsafe-proto`; all are run alike.
  return ["deno", "run", "-q", "-P=bench", "--unsafe-proto", ...flags, "bench/load/child.ts", name];
}

/** What runs libmc itself, on a Python that can import it. */
export function pythonProgram(python: string): string[] {
  return [python, "bench/participants/libmc_python.py"];
}
