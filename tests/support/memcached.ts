/**
 * Starts the real memcached for tests, benches and the demo, and stops exactly the process it started.
 *
 * On TCP the daemon chooses its own free port (`-p -1`) and writes it into a file, so no other process can take the
 * port between choosing and binding, and what answers there is certainly ours. A port that is asked for by number is
 * tried again while it is taken. A start that fails leaves no process and no file behind.
 */

import { ensureProgram, MEMCACHED } from "./ensure_program.ts";
import { somePort } from "./some_port.ts";

/** How to start memcached. */
export interface MemcachedOptions {
  /** Listen on a Unix socket in a folder of its own, not on TCP. */
  unixSocket?: boolean;
  /** Further arguments, as in `["-m", "64"]`. */
  args?: string[];
  /** The port to listen on; a free one unless given. */
  port?: number;
  /** The address to listen on: `"127.0.0.1"` unless given. */
  host?: string;
  /** The longest time in milliseconds until it must be ready: 5000 unless given. */
  startTimeout?: number;
}

/** A memcached that was started here. */
export interface Memcached extends AsyncDisposable {
  /** The server as a client is given it: `host:port`, `[v6]:port` or `/path/to.sock`. */
  readonly address: string;
  /** The port, unless it listens on a Unix socket. */
  readonly port: number | undefined;
  /** The process. */
  readonly pid: number;
  /** What it wrote to its standard error so far, at most the last 4 kB. */
  readonly log: string;
  /** Ends the process and resolves when it is gone. Harmless when it is gone already. */
  stop(): Promise<void>;
  /** Sends a signal, as in `"SIGKILL"`; `stop()` is still to be called. */
  kill(signal: Deno.Signal): void;
  /** Stops the process from running: it keeps its sockets and answers nothing. */
  pause(): void;
  /** Lets a paused process run on. */
  resume(): void;
}

/**
 * Starts memcached and resolves when it accepts connections.
 *
 * @throws {Error} If it is not installed and cannot be, or does not start; the message has what it said.
 */
export async function startMemcached(options: MemcachedOptions = {}): Promise<Memcached> {
  const binary = await ensureProgram(MEMCACHED);
  const deadline = Date.now() + (options.startTimeout ?? 5000);
  let taken: unknown;
  while (true) {
    const daemon = await Daemon.spawn(binary, { ...options, port: options.port ?? somePort() });
    try {
      await daemon.ready(deadline);
      return daemon;
    } catch (error) {
      await daemon.stop();
      if (!daemon.log.includes("Address already in use")) throw taken ?? error;
      taken = error;
      if (Date.now() >= deadline) throw taken;
      if (options.port !== undefined) await pause(20);
    }
  }
}

const LOG_LENGTH = 4096;

/** Processes that still run: none outlives this one, even when a test throws outside of any `finally`. */
const running = new Set<Daemon>();
globalThis.addEventListener("unload", () => {
  for (const daemon of running) daemon.abandon();
});

class Daemon implements Memcached {
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;
  readonly #host: string;
  readonly #socketPath: string | undefined;
  readonly #logged: Promise<void>;
  #port: number | undefined;
  #log = "";
  #ended = false;
  #stopping: Promise<void> | undefined;

  static async spawn(binary: string, options: MemcachedOptions): Promise<Daemon> {
    const folder = await Deno.makeTempDir({ prefix: "libmc-memcached-" });
    try {
      return new Daemon(binary, options, folder);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  private constructor(binary: string, options: MemcachedOptions, folder: string) {
    this.#folder = folder;
    this.#host = options.host ?? "127.0.0.1";
    this.#socketPath = options.unixSocket ? `${folder}/memcached.sock` : undefined;
    const listen = this.#socketPath
      ? ["-s", this.#socketPath]
      : ["-l", this.#host, "-p", String(options.port)];
    this.#process = new Deno.Command(binary, {
      // memcached refuses to run as root unless it is told to.
      args: [
        ...(Deno.uid() === 0 ? ["-u", "root"] : []),
        ...listen,
        "-U",
        "0",
        ...options.args ?? [],
      ],
      env: { MEMCACHED_PORT_FILENAME: this.#portFile },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    running.add(this);
    this.#logged = this.#readLog();
    this.#process.status.then(() => {
      this.#ended = true;
      running.delete(this);
    });
  }

  get address(): string {
    if (this.#socketPath) return this.#socketPath;
    return this.#host.includes(":")
      ? `[${this.#host}]:${this.#port}`
      : `${this.#host}:${this.#port}`;
  }

  get port(): number | undefined {
    return this.#port;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get log(): string {
    return this.#log;
  }

  /** Resolves when the daemon accepts connections; throws when it ended or the deadline passed. */
  async ready(deadline: number): Promise<void> {
    while (!await this.#accepts()) {
      if (this.#ended) {
        await this.#logged;
        throw new Error(`Cannot start memcached: ${this.#log.trim() || "it ended at once"}`);
      }
      if (Date.now() >= deadline) {
        throw new Error(`Cannot start memcached: it was not ready in time: ${this.#log.trim()}`);
      }
      await pause(5);
    }
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  kill(signal: Deno.Signal): void {
    if (!this.#ended) this.#process.kill(signal);
  }

  pause(): void {
    this.kill("SIGSTOP");
    // Its main thread has to be scheduled first, which then stops the others; nothing tells when that is done.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }

  resume(): void {
    this.kill("SIGCONT");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** What can be done when this process ends without having called `stop()`. */
  abandon(): void {
    this.kill("SIGKILL");
    Deno.removeSync(this.#folder, { recursive: true });
  }

  get #portFile(): string {
    return `${this.#folder}/port`;
  }

  /** A cache has nothing to save, and SIGTERM takes it most of a second: it is killed. */
  async #stop(): Promise<void> {
    this.kill("SIGKILL");
    await this.#process.status;
    await this.#logged;
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #accepts(): Promise<boolean> {
    if (this.#socketPath) return await accepts(this.#socketPath);
    // The daemon renames the file into place once it listens: it is there whole or not at all, and no connection of
    // ours is counted in its stats.
    const text = await textOf(this.#portFile);
    const port = /^TCP INET6?: (\d+)$/m.exec(text)?.[1];
    if (port === undefined) return false;
    this.#port = Number(port);
    return true;
  }

  async #readLog(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#process.stderr) {
      this.#log = (this.#log + decoder.decode(chunk, { stream: true })).slice(-LOG_LENGTH);
    }
  }
}

async function accepts(path: string): Promise<boolean> {
  try {
    const connection = await Deno.connect({ transport: "unix", path });
    connection.close();
    return true;
  } catch {
    return false;
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return "";
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
