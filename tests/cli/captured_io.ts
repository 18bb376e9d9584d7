/** Runs the command line program inside a test, and keeps what it writes. */

import type { Clock } from "@libmc/libmc";
import { type CliIo, type CliOutput, run } from "@libmc/libmc/cli";

/** What the program finds. */
export interface World {
  readonly servers?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly stdin?: string | Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** What a person types when asked; without it there is nobody. */
  readonly answers?: string[];
  /** Keys that are pressed. */
  readonly keys?: AsyncIterable<string>;
  /** True if a person looks at the output. */
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Resolves when the window has another size. */
  readonly resized?: (signal: AbortSignal) => Promise<void>;
  /** Called with each piece of output. It throws where the output is closed. */
  readonly onWrite?: (text: string) => void;
}

/** What the program left behind. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the program, in the clear and without colours unless the world says otherwise. */
export async function cli(args: readonly string[], world: World = {}): Promise<Ended> {
  const out = new CapturedOutput(world);
  const err = new CapturedOutput(world);
  const { stdin = new Uint8Array(), env = {}, files = {}, answers } = world;
  const io: CliIo = {
    out,
    err,
    in: {
      isTerminal: answers !== undefined || world.keys !== undefined,
      bytes: () => {
        const isWhole = typeof stdin === "string" || stdin instanceof Uint8Array;
        return isWhole ? new Blob([stdin]).stream() : stdin;
      },
      keys: () => world.keys ?? (async function* () {})(),
      ask(question) {
        const answer = answers?.shift();
        if (answer !== undefined) err.write(`${question}\n`);
        return Promise.resolve(answer);
      },
    },
    signal: world.signal ?? new AbortController().signal,
    env: (name) => env[name] ?? (name === "LIBMC_SERVERS" ? world.servers?.join(",") : undefined),
    readFile(path) {
      const data = files[path];
      if (data === undefined) return Promise.reject(new Error("No such file"));
      return Promise.resolve(typeof data === "string" ? new TextEncoder().encode(data) : data);
    },
    ...(world.clock !== undefined && { clock: world.clock }),
  };
  const code = await run(args, io);
  return { code, out: out.text, err: err.text };
}

/** The lines of JSON that the program wrote. */
export function jsonLines({ out }: Ended): unknown[] {
  return out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

class CapturedOutput implements CliOutput {
  readonly isTerminal: boolean;
  readonly resized?: NonNullable<World["resized"]>;
  readonly #world: World;
  readonly #decoder = new TextDecoder();
  text = "";

  constructor(world: World) {
    this.isTerminal = world.isTerminal ?? false;
    this.#world = world;
    if (world.resized !== undefined) this.resized = world.resized;
  }

  /** As a window, which may have another size at each look. */
  get columns(): number {
    return this.#world.columns ?? 80;
  }

  get rows(): number {
    return this.#world.rows ?? 24;
  }

  write(data: string | Uint8Array): Promise<void> {
    const text = typeof data === "string" ? data : this.#decoder.decode(data);
    try {
      this.#world.onWrite?.(text);
    } catch (error) {
      return Promise.reject(error);
    }
    this.text += text;
    return Promise.resolve();
  }
}
