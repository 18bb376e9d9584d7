/** A client whose keys have copies, and its servers, each behind a proxy that can be cut off and slowed down. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { type FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../../support/eventually.ts";
import { startProxy } from "../../support/some_port.ts";

/** Chooses the servers of a client and its options. */
export type Setting = (servers: readonly string[]) => [servers: string[], options: ClientOptions];

/** So many servers, and a client of some of them. */
export class CopiesRig implements AsyncDisposable {
  readonly servers: readonly MemcachedServer[];
  readonly proxies: readonly FaultProxy[];
  /** As a client is given them: they are called `s0`, `s1` and so on. */
  readonly names: readonly string[];
  readonly client: Client;
  readonly #setting: Setting;
  readonly #others: Client[] = [];

  static async start(count: number, setting: Setting): Promise<CopiesRig> {
    const servers = await Promise.all(
      Array.from({ length: count }, () => MemcachedServer.start()),
    );
    const proxies = await Promise.all(
      servers.map(({ address }) => startProxy(address)),
    );
    return new CopiesRig(servers, proxies, setting);
  }

  private constructor(
    servers: readonly MemcachedServer[],
    proxies: readonly FaultProxy[],
    setting: Setting,
  ) {
    this.servers = servers;
    this.proxies = proxies;
    this.names = proxies.map(({ address }, i) => `${address} s${i}`);
    this.#setting = setting;
    this.client = this.another();
  }

  /** Makes one more client of the same kind. */
  another(more: ClientOptions = {}): Client {
    const [servers, options] = this.#setting(this.names);
    const limits = { connectTimeout: 2000, pollTimeout: 2000, retryTimeout: 60_000, warn: false };
    const client = new Client(servers, { ...limits, ...options, ...more });
    this.#others.push(client);
    return client;
  }

  /** Gives the numbers of the servers of a key, the leading one first. */
  copiesOf(key: string): number[] {
    return this.client.explain(key).copies!.map(({ server }) => Number(server.slice(1)));
  }

  /** How many items all servers have. */
  get items(): number {
    return this.servers.reduce((sum, { items }) => sum + items, 0);
  }

  /** Reads a key until the servers have so many items. */
  async copied(key: string, items: number): Promise<void> {
    await eventually("it is copied", async () => {
      await this.client.get(key);
      return this.items >= items;
    });
  }

  async cut(server: number): Promise<void> {
    await this.proxies[server].set({ refuse: true });
    this.proxies[server].reset();
    await eventually("it is dead", async () => {
      await this.client.version();
      return (this.client.counters().get(`s${server}`)?.failedDials ?? 0) > 0;
    });
  }

  async heal(server: number): Promise<void> {
    await this.proxies[server].clear();
  }

  /** Gives all different values that some calls give. */
  async seen(call: () => Promise<unknown>, times = 16): Promise<unknown[]> {
    const values = new Set<unknown>();
    for (let i = 0; i < times; i++) values.add(await call());
    return [...values];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#others) await client.close();
    for (const proxy of this.proxies) await proxy.stop();
    for (const server of this.servers) await server.stop();
  }
}

/** Each key has so many copies on the first servers. */
export function replicas(count: number, servers = count, more: ClientOptions = {}): Setting {
  return (names) => [names.slice(0, servers), { replicas: count, ...more }];
}
