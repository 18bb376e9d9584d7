import { ProxyLink } from "./proxy_link.ts";
import type { ProxyFaultKind, ProxyFaults } from "./proxy_faults.ts";
import {
  aBoolean,
  aText,
  type Checks,
  integerFrom,
  MILLISECONDS,
  numberFrom,
  oneOf,
  PORT,
  readOptions,
  SEED,
  wrongValue,
} from "../../checks/check.ts";
import { SeededRandom } from "../random.ts";
import { Listener } from "../sockets/listener.ts";

/**
 * Where a {@linkcode FaultProxy} listens, which server it stands in front of, and what goes wrong from the start. An
 * option with another name makes it throw.
 *
 * @example One piece of data in ten is lost with its connection
 * ```ts
 * import { FaultProxy, type FaultProxyOptions, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * const options: FaultProxyOptions = {
 *   target: server.address,
 *   reset: "request",
 *   probability: 0.1,
 *   seed: 2026,
 * };
 * await using proxy = await FaultProxy.start(options);
 * assertEquals(proxy.seed, 2026);
 * ```
 */
export interface FaultProxyOptions extends ProxyFaults {
  /**
   * The server behind the proxy: `host:port` or `[v6]:port` with a port from 1 to 65,535, or the path of a Unix socket,
   * which begins with `/`.
   */
  target: string;
  /**
   * The port to listen on: an integer from 0 to 65,535, 0 for a free port.
   *
   * @default {0}
   */
  port?: number;
  /** The seed of the random numbers: an integer from 0 to 4,294,967,295. A fresh one unless given. */
  seed?: number;
}

/**
 * A TCP proxy that stands in front of a real server and lets its connections go wrong, as a test orders.
 *
 * What goes wrong can be changed while the proxy runs.
 *
 * @example A reply that breaks off
 * ```ts
 * import { Client, ConnectionError } from "@libmc/libmc";
 * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using proxy = await FaultProxy.start({ target: server.address });
 * await using client = new Client(proxy.address, { strict: true });
 * await client.set("a", "hello");
 *
 * await proxy.set({ dropAfter: 7 });
 * await assertRejects(() => client.get("a"), ConnectionError);
 * assertEquals(proxy.struck.get("dropAfter"), 1);
 *
 * await proxy.clear();
 * assertEquals(await client.get("a"), "hello");
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
   * Starts a proxy. It accepts connections when the promise resolves, or refuses them if `refuse` is set.
   *
   * @param options Where the proxy listens and leads to, and what goes wrong from the start.
   * @returns The proxy. Stop it by `stop()` or by `await using`.
   * @throws {TypeError} If the target is not an address, or an option has an unknown name or the wrong type.
   * @throws {RangeError} If an option, or the port of the target, is outside its bounds.
   * @throws {Error} If it cannot listen there. The `code` of the error is `"EADDRINUSE"` if the port is taken.
   *
   * @example A server that cannot be reached
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using proxy = await FaultProxy.start({ target: server.address, refuse: true });
   * await using client = new Client(proxy.address);
   * assertEquals(await client.set("a", "hello"), false);
   * ```
   */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const given = readOptions("a FaultProxy", options, CHECKS, ["target"]);
    const { target, port = 0, seed, ...faults } = given;
    const proxy = new FaultProxy(target, port, new SeededRandom(seed), faults);
    // It listens first even if it is to refuse, so that it has a port and `address` holds from now on.
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

  /** The address to give to a client: `host:port`. */
  get address(): string {
    return `${HOSTNAME}:${this.#port}`;
  }

  /** The port that the proxy listens on. */
  get port(): number {
    return this.#port;
  }

  /** The seed of the proxy's random numbers. Print it when a test fails, to run the same test again. */
  get seed(): number {
    return this.#random.seed;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#links.size;
  }

  /** How many connections the proxy has accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** What goes wrong at present. */
  get faults(): ProxyFaults {
    return this.#faults;
  }

  /** How often each fault struck: once for every piece of data, or connection, that met it. */
  get struck(): ReadonlyMap<ProxyFaultKind, number> {
    return this.#struck;
  }

  /**
   * Replaces what goes wrong, from now on and on open connections too.
   *
   * @param faults All that goes wrong; `{}` for nothing.
   * @returns A promise that resolves when the proxy listens again, or no longer.
   * @throws {TypeError} If a name is unknown or a value has the wrong type. What went wrong before goes on.
   * @throws {RangeError} If a value is outside its bounds. What went wrong before goes on.
   *
   * @example A server that is away for a while
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using proxy = await FaultProxy.start({ target: server.address });
   * await using client = new Client(proxy.address);
   * await proxy.set({ reset: "request" });
   * assertEquals(await client.set("a", "hello"), false);
   * await proxy.set({});
   * assertEquals(await client.set("a", "hello"), true);
   * ```
   */
  async set(faults: ProxyFaults): Promise<void> {
    this.#faults = readOptions("a FaultProxy", faults, FAULT_CHECKS);
    for (const link of this.#links) link.change();
    if (this.#faults.refuse) this.#refuse();
    else if (this.#listener === undefined && this.#stopping === undefined) await this.#listen();
  }

  /**
   * Lets nothing go wrong from now on. The same as `set({})`.
   *
   * @returns A promise that resolves when the proxy listens again.
   *
   * @example A network that recovers
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using proxy = await FaultProxy.start({ target: server.address, reset: "reply" });
   * await using client = new Client(proxy.address);
   * assertEquals(await client.set("a", "hello"), false);
   * await proxy.clear();
   * assertEquals(await client.get("a"), "hello");
   * ```
   */
  clear(): Promise<void> {
    return this.set({});
  }

  /**
   * Closes all open connections, and goes on accepting new ones.
   *
   * @example The client dials anew
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using proxy = await FaultProxy.start({ target: server.address });
   * await using client = new Client(proxy.address, { maxRetries: 1 });
   * await client.set("a", "hello");
   * proxy.disconnect();
   * assertEquals(await client.get("a"), "hello");
   * assertEquals(proxy.accepted, 2);
   * ```
   */
  disconnect(): void {
    for (const link of this.#links) link.close();
  }

  /**
   * Resets all open connections, so that clients see an error instead of an end, and goes on accepting new ones.
   *
   * @example The client dials anew
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using proxy = await FaultProxy.start({ target: server.address });
   * await using client = new Client(proxy.address, { maxRetries: 1 });
   * await client.set("a", "hello");
   * proxy.reset();
   * assertEquals(await client.get("a"), "hello");
   * assertEquals(proxy.accepted, 2);
   * ```
   */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  /**
   * Stops listening and closes all connections, also those whose client does not read. Harmless when repeated.
   *
   * @returns A promise that resolves when every socket is closed.
   *
   * @example The server behind the proxy runs on
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * const proxy = await FaultProxy.start({ target: server.address });
   * await using client = new Client(proxy.address);
   * await client.set("a", "hello");
   * await proxy.stop();
   * assertEquals(await client.get("a"), undefined);
   * assertEquals(server.items, 1);
   * ```
   */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /**
   * Stops the proxy, as `stop()` does, at the end of a block with `await using`.
   *
   * @returns A promise that resolves when every socket is closed.
   *
   * @example A proxy for one block
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * let address: string;
   * {
   *   await using proxy = await FaultProxy.start({ target: server.address });
   *   address = proxy.address;
   * }
   * await using client = new Client(address);
   * assertEquals(await client.set("a", "hello"), false);
   * ```
   */
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
