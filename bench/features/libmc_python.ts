// libmc itself, as Python's users call it: a process of its own, which is told what to call, line by line.

import { linesOf } from "../load/lines.ts";
import type { Asked, AskedClient } from "./clients.ts";

/** libmc on a Python that can import it. */
export function libmcPython(python: string): AskedClient {
  return {
    name: "libmc on Python",
    typed: undefined,
    manyServers: true,
    tls: false,
    text: true,
    open: (servers) => new PythonProcess(python, servers),
  };
}

class PythonProcess implements Asked {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #answers: AsyncGenerator<string>;

  constructor(python: string, servers: readonly string[]) {
    this.#process = new Deno.Command(python, {
      args: [new URL("libmc_python.py", import.meta.url).pathname, ...servers],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#answers = linesOf(this.#process.stdout);
  }

  ready(): Promise<unknown> {
    return this.#order("version");
  }

  get(key: string): Promise<unknown> {
    return this.#order("get", key);
  }

  set(key: string, value: unknown): Promise<unknown> {
    return this.#order("set", key, value);
  }

  incr(key: string): Promise<unknown> {
    return this.#order("incr", key);
  }

  async typesThatComeBack(): Promise<number> {
    return Number(await this.#order("types"));
  }

  async loadsOfHotKey(callers: number): Promise<number> {
    return Number(await this.#order("loads", callers));
  }

  load(): Promise<never> {
    throw new TypeError(
      "Cannot load as libmc has one caller: ask for loadsOfHotKey()",
    );
  }

  close(): void {
    this.#process.kill();
  }

  /** One call at a time, as libmc does. */
  async #order(...order: unknown[]): Promise<unknown> {
    await this.#writer.write(
      new TextEncoder().encode(`${JSON.stringify(order)}\n`),
    );
    const { value } = await this.#answers.next();
    const { answer, error } = JSON.parse(value ?? `{"error":"it has ended"}`);
    if (error !== undefined) throw new Error(error);
    return answer ?? undefined;
  }
}
