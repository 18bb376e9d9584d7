/** libmc's own tests run against one, two and ten servers: so do those that take their place here. */

import { Client, type ClientOptions, libmcCodec } from "@libmc/libmc";
import { type Memcached, startMemcached } from "../support/memcached.ts";

/** What a test gets: live servers that are empty, and clients of all of them. */
export interface Fixture {
  readonly servers: readonly Memcached[];
  readonly addresses: readonly string[];
  /** A client that writes as libmc does, and is strict so that no failure goes unseen. */
  client(options?: ClientOptions): Client;
}

/** Registers a test that runs once for each number of servers. */
export function everywhere(name: string, run: (fixture: Fixture) => Promise<void>): void {
  Deno.test(name, async (t) => {
    await using stack = new AsyncDisposableStack();
    const servers = await Promise.all(Array.from({ length: 10 }, () => startMemcached()));
    for (const server of servers) stack.use(server);
    for (const count of [1, 2, 10]) {
      await t.step(`${count} servers`, async () => {
        await using fixture = new LiveFixture(servers.slice(0, count));
        await fixture.client({ allowFlushAll: true }).flushAll();
        await run(fixture);
      });
    }
  });
}

class LiveFixture implements Fixture, AsyncDisposable {
  readonly servers: readonly Memcached[];
  readonly #clients: Client[] = [];

  constructor(servers: readonly Memcached[]) {
    this.servers = servers;
  }

  get addresses(): string[] {
    return this.servers.map(({ address }) => address);
  }

  client(options: ClientOptions = {}): Client {
    const client = new Client(this.addresses, { ...PATIENT, ...options });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

const PATIENT: ClientOptions = {
  codec: libmcCodec,
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
};
