/** The store of Keyv 6, which gives the time at which a value expires. */

import { exptimeFor } from "../exptime.ts";
import { NamespaceStore } from "./namespace_store.ts";

/**
 * A value among many, as Keyv 6 gives it.
 *
 * @example Two values for a minute
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { KeyvStore, type KeyvStoreEntry } from "@libmc/libmc/keyv";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const expires = Date.now() + 60_000;
 * const entries: KeyvStoreEntry[] = [{ key: "a", value: "1", expires }, { key: "b", value: "2" }];
 * const store = new KeyvStore({ client });
 * assertEquals(await store.setMany(entries), [true, true]);
 * assertEquals(await store.getMany(["a", "b", "c"]), ["1", "2", undefined]);
 * ```
 */
export interface KeyvStoreEntry {
  /** Any text. */
  key: string;
  /** A value that the client's codec takes: Keyv gives a text. */
  value: unknown;
  /** When it is gone: milliseconds since 1970. */
  expires?: number;
}

/**
 * A store of Keyv 6: `new Keyv({ store: new KeyvStore({ client }) })`.
 *
 * @example Deleting tells whether there was something
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { KeyvStore } from "@libmc/libmc/keyv";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const store = new KeyvStore({ client });
 * await store.set("key", "value");
 * assertEquals(await store.deleteMany(["key", "other"]), [true, false]);
 * await store.clear();
 * ```
 */
export class KeyvStore extends NamespaceStore {
  /** Says that `set()` takes the time at which a value expires. */
  readonly capabilities: {
    readonly compatible: boolean;
    readonly store: "keyvStorage";
    readonly expires: true;
    readonly methods: Record<
      | ("get" | "getMany" | "has" | "hasMany" | "set" | "setMany" | "delete" | "deleteMany")
      | ("clear" | "disconnect" | "iterator"),
      { exists: boolean; methodType: "async" }
    >;
  } = {
    compatible: true,
    store: "keyvStorage",
    expires: true,
    methods: {
      get: ASYNC,
      getMany: ASYNC,
      has: ASYNC,
      hasMany: ASYNC,
      set: ASYNC,
      setMany: ASYNC,
      delete: ASYNC,
      deleteMany: ASYNC,
      clear: ASYNC,
      disconnect: ASYNC,
      iterator: ASYNC,
    },
  };

  /**
   * Stores a value.
   *
   * @param key Any text.
   * @param value A value that the client's codec takes: Keyv gives a text.
   * @param expires When it is gone: milliseconds since 1970. Never unless given.
   * @returns True if it is stored.
   */
  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    if (expires === undefined) return await this.store(key, value, 0);
    const seconds = (expires - Date.now()) / 1000;
    if (seconds > 0) return await this.store(key, value, exptimeFor(seconds));
    // It is gone already, and so is what was there before.
    await this.delete(key);
    return true;
  }

  /**
   * Stores many values, side by side.
   *
   * @param entries Keys, values, and when they are gone.
   * @returns True for each that is stored.
   */
  setMany(entries: KeyvStoreEntry[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, expires }) => this.set(key, value, expires)));
  }

  /**
   * Deletes many keys, side by side.
   *
   * @param keys Any texts.
   * @returns True for each that was there.
   */
  deleteMany(keys: string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.delete(key)));
  }
}

const ASYNC = { exists: true, methodType: "async" } as const;
