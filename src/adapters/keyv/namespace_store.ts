/** What the stores of all versions of Keyv have in common. */

import { EventEmitter } from "node:events";
import type { Client, Exptime, Storable } from "../../../mod.ts";
import { type Checks, objectOf, readOptions } from "../../checks/check.ts";
import { adapterKey, textOfAdapterKey } from "../adapter_key.ts";
import { deleteExisting } from "../delete_existing.ts";
import { aKeyPrefix } from "../key_prefix.ts";
import { Namespaces, type Space } from "../namespaces.ts";
import { keysInNamespace } from "../namespace_keys.ts";
import { OWN_VALUES } from "../own_values.ts";

/**
 * Options of the stores.
 *
 * @example A store of a program of its own
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { KeyvStore, type NamespaceStoreOptions } from "@libmc/libmc/keyv";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: NamespaceStoreOptions = { client, prefix: "shop" };
 * await new KeyvStore(options).set("key", "value");
 * assertEquals(await new KeyvStore({ client }).has("key"), false);
 * ```
 */
export interface NamespaceStoreOptions {
  /** Where the values are kept. */
  client: Client;
  /** What the names of its namespaces begin with. @default {"keyv"} */
  prefix?: string;
}

/**
 * What {@linkcode KeyvStore} and {@linkcode Keyv5Store} have in common: a namespace of the client for each namespace of
 * Keyv, which `clear()` drops by counting its number up, so that nothing is ever flushed.
 *
 * Keys may be any text. Without memcached nothing is found and nothing is stored; with a `strict` client the methods
 * reject, and Keyv emits the errors. It is an emitter as Keyv wants it, and emits nothing itself.
 *
 * @example Namespaces do not see each other
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
 * store.namespace = "users"; // as Keyv does
 * await store.set("1", "Ada");
 * store.namespace = "orders";
 * assertEquals(await store.get("1"), undefined);
 * ```
 */
export abstract class NamespaceStore extends EventEmitter {
  /** Keyv's namespace, which Keyv sets. */
  namespace?: string | undefined;
  /** The options that it was made with. */
  readonly opts: NamespaceStoreOptions & Record<string, unknown>;
  readonly #client: Client;
  readonly #spaces: Namespaces;

  /**
   * Makes a store.
   *
   * @param options The client.
   * @throws {TypeError} If an option cannot be used.
   */
  constructor(options: NamespaceStoreOptions) {
    super();
    // Each Keyv listens to its store, and many may share one.
    this.setMaxListeners(0);
    const { client, prefix = "keyv" } = readOptions(new.target.name, options, OPTIONS, ["client"]);
    this.#client = client;
    this.#spaces = new Namespaces(client);
    // Keyv 5 looks for the names of the databases in it through which it goes; this is none of them.
    this.opts = { client, prefix, url: "memcached:" };
  }

  /**
   * Reads a value.
   *
   * @param key Any text.
   * @returns The value, or `undefined`.
   */
  async get<T>(key: string): Promise<T | undefined> {
    const { space, room } = this.#space;
    return await space.get<T>(adapterKey("", key, room), OWN_VALUES);
  }

  /**
   * Reads many values at once.
   *
   * @param keys Any texts.
   * @returns The value of each, or `undefined`.
   */
  async getMany<T>(keys: string[]): Promise<(T | undefined)[]> {
    const { space, room } = this.#space;
    const sent = keys.map((key) => adapterKey("", key, room));
    const values = await space.getMulti<T>(sent, OWN_VALUES);
    return sent.map((key) => values.get(key));
  }

  /**
   * Tells whether a key has a value. The value is read for it.
   *
   * @param key Any text.
   * @returns True if it has.
   */
  async has(key: string): Promise<boolean> {
    return await this.get(key) !== undefined;
  }

  /**
   * Tells of many keys at once whether they have values.
   *
   * @param keys Any texts.
   * @returns True for each that has.
   */
  async hasMany(keys: string[]): Promise<boolean[]> {
    return (await this.getMany(keys)).map((value) => value !== undefined);
  }

  /**
   * Deletes a key.
   *
   * @param key Any text.
   * @returns True if it was there.
   */
  async delete(key: string): Promise<boolean> {
    const { space, room } = this.#space;
    return await deleteExisting(space, adapterKey("", key, room));
  }

  /** Drops all keys of the namespace. Other processes see that after a second at the latest. */
  async clear(): Promise<void> {
    await this.#space.space.clear();
  }

  /** Does nothing: the client belongs to the program, which closes it. */
  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Goes through the keys and values of the namespace. All servers send all their keys for it (memcached 1.4.31), so that is
   * for administration. Keys of more than 150 bytes are hashed, and left out here.
   *
   * @returns Pairs of key and value.
   */
  async *iterator<T>(): AsyncGenerator<(string | Awaited<T> | undefined)[], void> {
    const { space } = this.#space;
    for await (const key of keysInNamespace(this.#client, space.name)) {
      const text = textOfAdapterKey("", key);
      const value = text === undefined ? undefined : await space.get<Awaited<T>>(key, OWN_VALUES);
      if (value !== undefined) yield [text, value];
    }
  }

  /**
   * Stores a value.
   *
   * @param key Any text.
   * @param value A value that the client's codec takes.
   * @param exptime When it is gone.
   * @returns True if it is stored.
   */
  protected async store(key: string, value: unknown, exptime: Exptime): Promise<boolean> {
    const { space, room } = this.#space;
    return await space.set(adapterKey("", key, room), value as Storable, { exptime });
  }

  /** The present namespace of the client. */
  get #space(): Space {
    const { namespace, opts: { prefix = "" } } = this;
    return namespace === undefined
      ? this.#spaces.of("", prefix)
      : this.#spaces.of(`${prefix}:`, namespace);
  }
}

const OPTIONS: Checks<NamespaceStoreOptions> = {
  client: objectOf,
  prefix(name, value) {
    aKeyPrefix(name, value);
    if (value === "") throw new TypeError(`Cannot use ${name} as it is empty`);
  },
};
