/** The driver of `unstorage`. Its methods are those of the interface `Driver` of unstorage 1. */

import { type Client, type Namespace, type Storable, UnsupportedError } from "../../../mod.ts";
import { type Checks, numberFrom, objectOf, readOptions } from "../../checks/check.ts";
import { adapterKey } from "../adapter_key.ts";
import { exptimeFor } from "../exptime.ts";
import { aKeyPrefix } from "../key_prefix.ts";
import { keyRoom } from "../key_room.ts";
import { OWN_VALUES } from "../own_values.ts";

/**
 * Options of {@linkcode memcachedDriver}.
 *
 * @example A driver whose items can be dropped together
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { memcachedDriver, type MemcachedDriverOptions } from "@libmc/libmc/unstorage";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: MemcachedDriverOptions = { client: client.namespace("pages") };
 * const driver = memcachedDriver(options);
 * await driver.setItem("home", "Welcome");
 * await driver.clear("");
 * assertEquals(await driver.getItem("home"), null);
 * ```
 */
export interface MemcachedDriverOptions {
  /** Where the items are kept. With a namespace `clear()` drops all of them. */
  client: Client | Namespace;
  /** What the keys begin with. @default {""} */
  base?: string;
  /** Seconds after which an item is gone for which none are given. 0: never. @default {0} */
  ttl?: number;
}

/**
 * What may be given with an item.
 *
 * @example An item for a minute
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { memcachedDriver, type MemcachedDriverTransaction } from "@libmc/libmc/unstorage";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 * const driver = memcachedDriver({ client });
 *
 * const aMinute: MemcachedDriverTransaction = { ttl: 60 };
 * await driver.setItem("code", "1234", aMinute);
 * server.advance(60);
 * assertEquals(await driver.hasItem("code"), false);
 * ```
 */
export interface MemcachedDriverTransaction {
  /** Seconds after which the item is gone; those of the driver unless given. 0: never. */
  ttl?: number;
}

/**
 * An item among many.
 *
 * @example Two at once
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { memcachedDriver, type MemcachedDriverItem } from "@libmc/libmc/unstorage";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 * const driver = memcachedDriver({ client });
 *
 * const items: MemcachedDriverItem[] = [{ key: "a", value: "1" }, { key: "b", value: "2" }];
 * await driver.setItems(items);
 * assertEquals(await driver.getItems([{ key: "b" }, { key: "c" }]), [
 *   { key: "b", value: "2" },
 *   { key: "c", value: null },
 * ]);
 * ```
 */
export interface MemcachedDriverItem {
  /** Its key. */
  key: string;
  /** Its value. */
  value: string;
  /** What holds for this item alone. */
  options?: MemcachedDriverTransaction;
}

/**
 * What is known of an item.
 *
 * @example When it is gone
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { memcachedDriver, type MemcachedDriverMeta } from "@libmc/libmc/unstorage";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 * const driver = memcachedDriver({ client, ttl: 60 });
 *
 * await driver.setItem("code", "1234");
 * const meta: MemcachedDriverMeta | null = await driver.getMeta("code");
 * assertEquals(meta?.ttl, 60);
 * ```
 */
export type MemcachedDriverMeta = {
  /** Seconds until it is gone; not there if it stays. */
  ttl?: number;
  /** When it was last read, to the second. */
  atime?: Date;
  /** Bytes of its value as it is stored. */
  size?: number;
};

/**
 * The driver that {@linkcode memcachedDriver} makes.
 *
 * @example Bytes as they are
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { type MemcachedDriver, memcachedDriver } from "@libmc/libmc/unstorage";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const driver: MemcachedDriver = memcachedDriver({ client });
 * await driver.setItemRaw("icon", new Uint8Array([1, 2, 3]));
 * assertEquals(await driver.getItemRaw("icon"), new Uint8Array([1, 2, 3]));
 * ```
 */
export interface MemcachedDriver {
  /** Names the driver in messages. */
  readonly name: "memcached";
  /** It knows `ttl`. */
  readonly flags: { readonly ttl: true };
  /** The options that it was made with. */
  readonly options: MemcachedDriverOptions;
  /**
   * Gives the client.
   *
   * @returns That of the options.
   */
  getInstance(): Client | Namespace;
  /**
   * Tells whether an item is there. Its value is read for it.
   *
   * @param key Any text.
   * @returns True if it is.
   */
  hasItem(key: string): Promise<boolean>;
  /**
   * Reads an item.
   *
   * @param key Any text.
   * @returns Its value, or `null`.
   */
  getItem(key: string): Promise<string | null>;
  /**
   * Reads many items at once.
   *
   * @param items Their keys.
   * @returns Key and value of each, with `null` where there is none.
   */
  getItems(items: { key: string }[]): Promise<{ key: string; value: string | null }[]>;
  /**
   * Reads an item that may be no text.
   *
   * @param key Any text.
   * @returns Its value, or `null`.
   */
  getItemRaw(key: string): Promise<unknown>;
  /**
   * Stores an item.
   *
   * @param key Any text.
   * @param value Its value.
   * @param transaction Its `ttl`.
   */
  setItem(key: string, value: string, transaction?: MemcachedDriverTransaction): Promise<void>;
  /**
   * Stores many items at once.
   *
   * @param items Keys and values, and the `ttl` of single ones.
   * @param transaction The `ttl` of the others.
   */
  setItems(items: MemcachedDriverItem[], transaction?: MemcachedDriverTransaction): Promise<void>;
  /**
   * Stores any value that the client's codec takes, bytes as they are.
   *
   * @param key Any text.
   * @param value Its value.
   * @param transaction Its `ttl`.
   */
  setItemRaw(key: string, value: unknown, transaction?: MemcachedDriverTransaction): Promise<void>;
  /**
   * Removes an item.
   *
   * @param key Any text.
   */
  removeItem(key: string): Promise<void>;
  /**
   * Tells what is known of an item. Needs a server with meta commands.
   *
   * @param key Any text.
   * @returns `null` if it is not there, or the server cannot tell.
   */
  getMeta(key: string): Promise<MemcachedDriverMeta | null>;
  /**
   * Gives no keys: memcached has no list of its keys that would be complete.
   *
   * @returns An empty list.
   */
  getKeys(): Promise<string[]>;
  /**
   * Drops all items, if the driver has a namespace. memcached cannot drop a part of them, and nothing is flushed.
   *
   * @param base The empty text, or nothing.
   * @throws {TypeError} If the driver has no namespace, or a part of the items is meant.
   */
  clear(base?: string): Promise<void>;
  /** Does nothing: the client belongs to the program, which closes it. */
  dispose(): Promise<void>;
}

/**
 * Makes a driver of `unstorage` that keeps its items in memcached.
 *
 * Keys may be any text. A failure of memcached looks like a missing item, unless the client is `strict`; the client's events
 * and counters have it in any case.
 *
 * @param options The client, and how to store.
 * @returns The driver, for `createStorage({ driver })`.
 * @throws {TypeError} If an option cannot be used.
 * @throws {RangeError} If `ttl` is less than 0.
 *
 * @example Behind a storage of unstorage, as Nitro mounts it
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { memcachedDriver } from "@libmc/libmc/unstorage";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * // const storage = createStorage({ driver });
 * const driver = memcachedDriver({ client, base: "nitro:", ttl: 600 });
 * await driver.setItem("cache:page", "{}");
 * assertEquals(await client.get("nitro:cache:page"), "{}");
 * ```
 */
export function memcachedDriver(options: MemcachedDriverOptions): MemcachedDriver {
  const { client, base = "", ttl = 0 } = readOptions("memcachedDriver", options, OPTIONS, [
    "client",
  ]);
  const room = keyRoom(client);
  const keyOf = (key: string) => adapterKey(base, key, room);
  const exptimeOf = (transaction?: MemcachedDriverTransaction) => ({
    exptime: exptimeFor(transaction?.ttl ?? ttl),
  });
  async function set(
    key: string,
    value: unknown,
    transaction?: MemcachedDriverTransaction,
  ): Promise<void> {
    await client.set(keyOf(key), value as Storable, exptimeOf(transaction));
  }

  return {
    name: "memcached",
    flags: { ttl: true },
    options,
    getInstance: () => client,

    hasItem: async (key) => await client.getRaw(keyOf(key)) !== undefined,
    getItem: async (key) => textOf(await client.get<unknown>(keyOf(key), OWN_VALUES)),
    getItemRaw: async (key) => await client.get<unknown>(keyOf(key), OWN_VALUES) ?? null,

    async getItems(items) {
      const keys = items.map(({ key }) => keyOf(key));
      const values = await client.getMulti<unknown>(keys, OWN_VALUES);
      return items.map(({ key }, index) => ({ key, value: textOf(values.get(keys[index])) }));
    },

    setItem: set,
    setItemRaw: set,

    async setItems(items, transaction) {
      const sets = Map.groupBy(
        items,
        ({ options }) => exptimeOf({ ...transaction, ...options }).exptime,
      );
      await Promise.all(Array.from(sets, ([exptime, items]) => {
        const values = items.map(({ key, value }) => [keyOf(key), value] as const);
        return client.setMulti(values, { exptime });
      }));
    },

    async removeItem(key) {
      await client.delete(keyOf(key));
    },

    async getMeta(key) {
      const asked = { value: false, ttl: true, lastAccess: true, size: true } as const;
      try {
        const item = await client.meta.get(keyOf(key), asked);
        return item === undefined ? null : metaOf(item);
      } catch (error) {
        if (error instanceof UnsupportedError) return null;
        throw error;
      }
    },

    getKeys: () => Promise.resolve([]),

    async clear(part = "") {
      if (part !== "") {
        throw new TypeError(
          `Cannot clear "${part}" as memcached has no list of keys: give it a driver of its own with a namespace`,
        );
      }
      if (!("clear" in client)) {
        throw new TypeError(
          "Cannot clear as the driver has no namespace: give it client.namespace(name) as its client",
        );
      }
      await client.clear();
    },

    dispose: () => Promise.resolve(),
  };
}

const OPTIONS: Checks<MemcachedDriverOptions> = {
  client: objectOf,
  base: aKeyPrefix,
  ttl: numberFrom(0, Number.MAX_SAFE_INTEGER),
};

/** Bytes that were stored as they are, or that the codec gives for a text, are read as text, as from a file. */
function textOf(value: unknown): string | null {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return value as string | undefined ?? null;
}

function metaOf(item: { ttl?: number; lastAccess?: number; size?: number }): MemcachedDriverMeta {
  const { ttl = Infinity, lastAccess = 0, size = 0 } = item;
  const atime = new Date(Date.now() - lastAccess * 1000);
  return ttl === Infinity ? { atime, size } : { ttl, atime, size };
}
