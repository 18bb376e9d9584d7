/** Servers whose dials end as a test says. */

import { Client, type ClientOptions, type Endpoint } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { platformConnect } from "../support/platform_connect.ts";

/** What becomes of dials. */
export type Fate = "refuse" | "connect" | "hang";

/** A client whose servers are all one memcached, and are dialled as the test says: at first each refuses. */
export class DialledWorld implements AsyncDisposable {
  readonly client: Client;
  readonly #server: MemcachedServer;
  readonly #fates = new Map<string, Fate>();
  /** Dials that hang. */
  readonly #hanging = new Map<string, PromiseWithResolvers<void>>();

  static async start(servers: readonly string[], options: ClientOptions): Promise<DialledWorld> {
    return new DialledWorld(await MemcachedServer.start(), [...servers], options);
  }

  private constructor(server: MemcachedServer, servers: string[], options: ClientOptions) {
    this.#server = server;
    this.client = new Client(servers, {
      retryTimeout: 1,
      connectTimeout: 0,
      pollTimeout: 5000,
      warn: false,
      ...options,
      connect: async (endpoint, signal) => {
        const host = (endpoint as Endpoint & { hostname: string }).hostname;
        if (this.#fates.get(host) === "hang") await this.#hang(host);
        if (this.#fates.get(host) !== "connect") throw new Error("no route");
        const [hostname, port] = this.#server.address.split(":");
        return await platformConnect({ hostname, port: Number(port) }, signal);
      },
    });
  }

  #hang(host: string): Promise<void> {
    let hanging = this.#hanging.get(host);
    if (hanging === undefined) this.#hanging.set(host, hanging = Promise.withResolvers<void>());
    return hanging.promise;
  }

  /** Says what becomes of dials of a server, those under way included. */
  let(host: string, fate: Fate): void {
    this.#fates.set(host, fate);
    if (fate === "hang") return;
    this.#hanging.get(host)?.resolve();
    this.#hanging.delete(host);
  }

  /** Gives a key whose servers are these, in this order. */
  keyOf(...hosts: readonly string[]): string {
    const keys = Array.from({ length: 2000 }, (_, i) => `key${i}`);
    return keys.find((key) => {
      const { server, standIns } = this.client.explain(key);
      const order = [server, ...standIns.map(({ server }) => server)];
      return hosts.every((host, i) => order[i] === `${host}:11211`);
    }) as string;
  }

  async allMayBeDialled(key: string): Promise<void> {
    await eventually("all pauses are over", () => {
      const { alive, standIns } = this.client.explain(key);
      return alive && standIns.every(({ alive }) => alive);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hanging.keys()) this.let(host, "refuse");
    await this.client.close();
    await this.#server.stop();
  }
}
