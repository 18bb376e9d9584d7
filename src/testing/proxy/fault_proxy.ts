import { ProxyLink } from "./proxy_link.ts";
import type { ProxyFaultKind, ProxyFaults } from "./proxy_faults.ts";
import {
  aBoolean,
  aText,
  checkOptions,
  type Checks,
  integerFrom,
  MILLISECONDS,
  numberFrom,
  oneOf,
  PORT,
  SEED,
  wrongValue,
} from "../../checks/check.ts";
import { SeededRandom } from "../random.ts";
import { Listener } from "../sockets/listener.ts";

/** Where a {@linkcode FaultProxy} listens and leads to. There are no options of other names. */
export interface FaultProxyOptions extends ProxyFaults {
  /**
   * The server behind it: `host:port`, `[v6]:port`, its port from 1 to 65,535, or the path of a Unix socket, which
   * begins with `/`.
   */
  target: string;
  /** The port to listen on, from 0 to 65,535; 0 for a free one. @default {0} */
  port?: number;
  /** Seed of its random numbers, an integer from 0 to 4,294,967,295: a fresh one unless given. */
  seed?: number;
}

/**
 * A TCP proxy in front of a real server, whose connections go wrong as they are told to. What it does can be changed
 * while it runs.
 *
 * @example A reply that breaks off
 * ```ts
 * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start({ version: "1.6.18" });
 * await using proxy = await FaultProxy.start({ target: server.address });
 * await proxy.set({ dropAfter: 7 });
 * using connection = await Deno.connect({ port: proxy.port });
 * await connection.write(new TextEncoder().encode("version\r\n"));
 * const reply = await new Response(connection.readable).text();
 * assertEquals(reply, "VERSION");
 * assertEquals(proxy.struck.get("dropAfter"), 1);
 * ```
 */
export class FaultProxy implements AsyncDisposable {
  readonly #target: string;
  readonly #random: SeededRandom;
  readonly #links = new Set<ProxyLink>();
  readonly #struck = new Map<ProxyFaultKind, number>();
  #listener: Listener | undefined;
  #port: number;
  #faults: ProxyFaults;
  #accepted = 0;
  #stopping: Promise<void> | undefined;

  /**
   * Starts a proxy. It accepts connections when the promise resolves, unless it is to refuse them.
   *
   * @param options Where it leads, and what goes wrong from the start.
   * @returns The proxy, to be stopped by `stop()` or `await using`.
   * @throws {TypeError} If the target is no address, or an option has the wrong name or type.
   * @throws {RangeError} If an option, or the target's port, is out of its bounds.
   */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    checkOptions("a FaultProxy", options, CHECKS, ["target"]);
    const { target, port = 0, seed, ...faults } = options;
    const proxy = new FaultProxy(target, port, new SeededRandom(seed), faults);
    // The port is taken in any case, so that `address` holds from now on.
    await proxy.#listen();
    if (faults.refuse) proxy.#refuse();
    return proxy;
  }

  private constructor(target: string, port: number, random: SeededRandom, faults: ProxyFaults) {
    this.#target = target;
    this.#port = port;
    this.#random = random;
    this.#faults = faults;
  }

  /** The proxy as a client is given it: `host:port`. */
  get address(): string {
    return `${HOSTNAME}:${this.#port}`;
  }

  /** The port it listens on. */
  get port(): number {
    return this.#port;
  }

  /** The seed of its random numbers: print it where a test fails. */
  get seed(): number {
    return this.#random.seed;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#links.size;
  }

  /** How many connections it accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** What goes wrong at present. */
  get faults(): ProxyFaults {
    return this.#faults;
  }

  /** Kind of a fault → how often it struck: once for each piece of data, or connection, that it befell. */
  get struck(): ReadonlyMap<ProxyFaultKind, number> {
    return this.#struck;
  }

  /**
   * Lets these things go wrong from now on, on open connections too, and no others.
   *
   * @param faults What goes wrong; `{}` for nothing.
   * @returns When the proxy listens again, or no longer.
   * @throws {TypeError} If one has the wrong name or type.
   * @throws {RangeError} If one is out of its bounds.
   */
  async set(faults: ProxyFaults): Promise<void> {
    checkOptions("a FaultProxy", faults, FAULT_CHECKS);
    this.#faults = faults;
    for (const link of this.#links) link.change();
    if (faults.refuse) this.#refuse();
    else if (this.#listener === undefined && this.#stopping === undefined) await this.#listen();
  }

  /** Lets nothing go wrong from now on. The same as `set({})`. */
  clear(): Promise<void> {
    return this.set({});
  }

  /** Closes all open connections, and goes on accepting new ones. */
  disconnect(): void {
    for (const link of this.#links) link.close();
  }

  /** Resets all open connections, so that the clients see an error and no end, and goes on accepting new ones. */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  /** Stops listening, closes all connections, and resolves when every socket is closed. Harmless when repeated. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /** The same as `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    this.#refuse();
    for (const link of this.#links) link.abandon();
    await Promise.all([...this.#links].map((link) => link.ended));
  }

  async #listen(): Promise<void> {
    const listener = await Listener.listen({ hostname: HOSTNAME, port: this.#port });
    this.#listener = listener;
    this.#port = listener.port;
    listener.serve((socket) => {
      this.#accepted++;
      const link = new ProxyLink(socket, this.#target, {
        faults: () => this.#faults,
        random: this.#random,
        strike: (kind) => this.#struck.set(kind, (this.#struck.get(kind) ?? 0) + 1),
      });
      this.#links.add(link);
      link.ended.then(() => this.#links.delete(link));
    });
  }

  /** Stops listening, so that the system refuses new connections. Open ones stay, which is why nothing waits here. */
  #refuse(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }
}

const HOSTNAME = "127.0.0.1";

function checkTarget(name: string, value: unknown): void {
  aText(name, value);
  const target = value as string;
  if (target.startsWith("/")) return;
  const [, port] = /^[^/\s]*[^/\s:]:(\d+)$/.exec(target) ?? [];
  if (port === undefined) throw wrongValue(name, "host:port, [v6]:port or a path", target);
  integerFrom(1, 65535)(`port of ${name}`, Number(port));
}

const FAULT_CHECKS: Checks<ProxyFaults> = {
  delayMs: MILLISECONDS,
  stall: aBoolean,
  dropAfter: integerFrom(0, Number.MAX_SAFE_INTEGER),
  singleBytes: aBoolean,
  reset: oneOf("request", "reply"),
  refuse: aBoolean,
  bytesPerSecond: integerFrom(1, Number.MAX_SAFE_INTEGER),
  probability: numberFrom(0, 1),
};

const CHECKS: Checks<FaultProxyOptions> = {
  ...FAULT_CHECKS,
  target: checkTarget,
  port: PORT,
  seed: SEED,
};
