/**
 * Stores of Keyv, for its versions 6 and 5.
 *
 * @example `new Keyv({ store: new KeyvStore({ client }) })`
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
 * assertEquals(await store.set("greeting", "hello", Date.now() + 60_000), true);
 * assertEquals(await store.get("greeting"), "hello");
 * ```
 *
 * @module
 */

export { KeyvStore, type KeyvStoreEntry } from "./keyv_store.ts";
export { Keyv5Store, type Keyv5StoreEntry } from "./keyv5_store.ts";
export { NamespaceStore, type NamespaceStoreOptions } from "./namespace_store.ts";
