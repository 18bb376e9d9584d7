// memcached (3rd-Eden) gives its answers to callbacks. `__proto__` is part of how it is built, so that
// it starts on Deno only with `--unsafe-proto`. Idle connections are kept: the participants take turns.

import Memcached from "npm:memcached@2.2.2";
import type { Participant, Session } from "./participant.ts";

/** The client `memcached`. */
export const participant: Participant = {
  name: "memcached",
  version: "2.2.2",
  manyServers: true,
  connect(servers) {
    const client: MemcachedClient = new Memcached([...servers], {
      poolSize: 1,
      timeout: 60_000,
      idle: 3_600_000,
      maxValue: 4 * 1024 * 1024,
    });
    return Promise.resolve(new MemcachedSession(client));
  },
};

type Callback<T> = (error: unknown, data: T) => void;

/** The part of memcached that is measured; the package has no types of its own. */
interface MemcachedClient {
  get(key: string, callback: Callback<string | undefined>): void;
  set(
    key: string,
    value: string,
    exptime: number,
    callback: Callback<boolean>,
  ): void;
  getMulti(keys: string[], callback: Callback<Record<string, string>>): void;
  end(): void;
}

class MemcachedSession implements Session<Record<string, string>> {
  readonly #client: MemcachedClient;

  constructor(client: MemcachedClient) {
    this.#client = client;
  }

  get(key: string): Promise<string | undefined> {
    return new Promise((resolve, reject) =>
      this.#client.get(
        key,
        (error, value) => error ? reject(error) : resolve(value),
      )
    );
  }

  set(key: string, value: string): Promise<unknown> {
    return new Promise((resolve, reject) =>
      this.#client.set(
        key,
        value,
        0,
        (error, stored) => error ? reject(error) : resolve(stored),
      )
    );
  }

  getMulti(keys: string[]): Promise<Record<string, string>> {
    return new Promise((resolve, reject) =>
      this.#client.getMulti(
        keys,
        (error, found) => error ? reject(error) : resolve(found),
      )
    );
  }

  setMulti(items: [string, string][]): Promise<unknown> {
    return Promise.all(items.map(([key, value]) => this.set(key, value)));
  }

  values(
    answer: Record<string, string>,
    keys: readonly string[],
  ): (string | undefined)[] {
    return keys.map((key) => answer[key]);
  }

  close(): Promise<void> {
    this.#client.end();
    return Promise.resolve();
  }
}
