// memcache-client takes several servers as copies of each other and asks one at random. It cannot
// spread keys, so it is measured on one server only.

import { MemcacheClient } from "npm:memcache-client@1.0.5";
import type { Participant, Session } from "./participant.ts";

/** The client `memcache-client`. */
export const participant: Participant = {
  name: "memcache-client",
  version: "1.0.5",
  manyServers: false,
  connect(servers) {
    const client = new MemcacheClient({
      server: { server: servers[0], maxConnections: 1 },
      cmdTimeout: 60_000,
      lifetime: 0,
    });
    return Promise.resolve(new MemcacheClientSession(client));
  },
};

type Found = Record<string, { tokens: string[]; value: string }>;

class MemcacheClientSession implements Session<Found> {
  readonly #client: MemcacheClient;

  constructor(client: MemcacheClient) {
    this.#client = client;
  }

  async get(key: string): Promise<string | undefined> {
    const found = await this.#client.get<string>(key);
    return found?.value;
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#client.set(key, value);
  }

  getMulti(keys: string[]): Promise<Found> {
    return this.#client.get<Found>(keys);
  }

  setMulti(items: [string, string][]): Promise<unknown> {
    return Promise.all(
      items.map(([key, value]) => this.#client.set(key, value)),
    );
  }

  values(answer: Found, keys: readonly string[]): (string | undefined)[] {
    return keys.map((key) => answer[key]?.value);
  }

  close(): Promise<void> {
    this.#client.shutdown();
    return Promise.resolve();
  }
}
