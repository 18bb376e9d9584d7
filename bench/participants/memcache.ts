// memcache knows text only, and has a bulk read (`gets`) but no bulk write.

import { Memcache } from "npm:memcache@1.10.0";
import type { Participant, Session } from "./participant.ts";

/** The client `memcache`. */
export const participant: Participant = {
  name: "memcache",
  version: "1.10.0",
  manyServers: true,
  async connect(servers) {
    const client = new Memcache({
      nodes: [...servers],
      timeout: 60_000,
      maxValueSize: 4 * 1024 * 1024,
    });
    await client.connect();
    return new MemcacheSession(client);
  },
};

class MemcacheSession implements Session<Map<string, string>> {
  readonly #client: Memcache;

  constructor(client: Memcache) {
    this.#client = client;
  }

  get(key: string): Promise<string | undefined> {
    return this.#client.get(key);
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#client.set(key, value);
  }

  getMulti(keys: string[]): Promise<Map<string, string>> {
    return this.#client.gets(keys);
  }

  setMulti(items: [string, string][]): Promise<unknown> {
    return Promise.all(
      items.map(([key, value]) => this.#client.set(key, value)),
    );
  }

  values(
    answer: Map<string, string>,
    keys: readonly string[],
  ): (string | undefined)[] {
    return keys.map((key) => answer.get(key));
  }

  close(): Promise<void> {
    return this.#client.disconnect();
  }
}
