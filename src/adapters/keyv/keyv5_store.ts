/** The store of Keyv 5, which gives the time for which a value lives. */

import { exptimeFor } from "../exptime.ts";
import { NamespaceStore } from "./namespace_store.ts";

/**
 * A value among many, as Keyv 5 gives it.
 *
 * @example Two values for a minute
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { Keyv5Store, type Keyv5StoreEntry } from "@libmc/libmc/keyv";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const entries: Keyv5StoreEntry[] = [{ key: "a", value: "1", ttl: 60_000 }];
 * const store = new Keyv5Store({ client });
 * await store.setMany(entries);
 * assertEquals(await store.hasMany(["a", "b"]), [true, false]);
 * ```
 */
export interface Keyv5StoreEntry {
  /** Any text. */
  key: string;
  /** A value that the client's codec takes: Keyv gives a text. */
  value: unknown;
  /** Milliseconds for which it lives. */
  ttl?: number;
}

/**
 * A store of Keyv 5, as cache-manager 7 uses it: `new Keyv({ store: new Keyv5Store({ client }) })`. Keyv 5 goes through the
 * values of certain databases only, so `keyv.iterator` is not there; that of the store is.
 *
 * @example Values live for milliseconds, which memcached rounds up to seconds
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { Keyv5Store } from "@libmc/libmc/keyv";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const store = new Keyv5Store({ client });
 * await store.set("key", "value", 1500);
 * server.advance(2);
 * assertEquals(await store.get("key"), undefined);
 * ```
 */
export class Keyv5Store extends NamespaceStore {
  /**
   * Stores a value.
   *
   * @param key Any text.
   * @param value A value that the client's codec takes: Keyv gives a text.
   * @param ttl Milliseconds for which it lives. For ever unless given.
   * @returns True if it is stored.
   */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    return await this.store(key, value, exptimeFor((ttl ?? 0) / 1000));
  }

  /**
   * Stores many values, side by side.
   *
   * @param entries Keys, values, and how long they live.
   */
  async setMany(entries: Keyv5StoreEntry[]): Promise<void> {
    await Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl)));
  }

  /**
   * Deletes many keys, side by side.
   *
   * @param keys Any texts.
   * @returns True if one of them was there.
   */
  async deleteMany(keys: string[]): Promise<boolean> {
    const deleted = await Promise.all(keys.map((key) => this.delete(key)));
    return deleted.includes(true);
  }
}
