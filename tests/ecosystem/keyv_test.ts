/** The stores under Keyv itself. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { Keyv5Store, KeyvStore } from "@libmc/libmc/keyv";
import { Keyv } from "keyv";
import { Keyv as Keyv5 } from "keyv5";
import { startMemcached } from "../support/memcached.ts";

/** What both versions have. */
interface AnyKeyv {
  readonly namespace?: string | undefined;
  readonly iterator?: unknown;
  get(key: string): Promise<unknown>;
  getMany(keys: string[]): Promise<unknown[]>;
  set(key: string, value: unknown, ttl?: number): Promise<boolean>;
  has(key: string): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  clear(): Promise<void>;
  disconnect(): Promise<void>;
}

type Open = (client: Client, namespace?: string) => AnyKeyv;

const OPEN: Record<string, Open> = {
  "Keyv 6": (client, namespace) =>
    new Keyv({ store: new KeyvStore({ client }), ...namespace && { namespace } }),
  "Keyv 5": (client, namespace) =>
    new Keyv5({ store: new Keyv5Store({ client }), ...namespace && { namespace } }),
};

for (const [version, open] of Object.entries(OPEN)) {
  Deno.test(`${version} keeps its values in memcached`, async () => {
    await using server = await startMemcached();
    await using client = new Client(server.address);
    const keyv = open(client);
    const values = ["text", 0, false, null, { a: [1, { b: "é" }] }, "'\"", ""];
    for (const [index, value] of values.entries()) {
      assertEquals(await keyv.set(`key ${index}`, value, 60_000), true);
    }
    for (const [index, value] of values.entries()) {
      assertEquals(await keyv.get(`key ${index}`), value);
      assertEquals(await keyv.has(`key ${index}`), true);
    }
    assertEquals(await keyv.getMany(["key 0", "none", "key 1"]), ["text", undefined, 0]);
    assertEquals(await keyv.get("none"), undefined);
    await keyv.set("short", "1", 30);
    await new Promise((resolve) => setTimeout(resolve, 40));
    assertEquals(await keyv.get("short"), undefined);
    assertEquals([await keyv.delete("key 0"), await keyv.delete("key 0")], [true, false]);
    await keyv.clear();
    assertEquals(await keyv.get("key 1"), undefined);
    await keyv.disconnect();
    assertEquals(await client.get("none"), undefined);
  });

  Deno.test(`${version} keeps its namespaces apart, and goes through one`, async () => {
    await using server = await startMemcached();
    await using client = new Client(server.address);
    const [users, orders] = [open(client, "users"), open(client, "orders")];
    for (const keyv of [users, orders]) {
      for (const key of ["1", "2", "3"]) await keyv.set(key, `${keyv.namespace} ${key}`);
    }
    assertEquals([await users.get("1"), await orders.get("1")], ["users 1", "orders 1"]);
    assertEquals(await users.delete("1"), true);
    assertEquals([await users.get("1"), await orders.get("1")], [undefined, "orders 1"]);
    if (version === "Keyv 6") {
      const pairs = (users.iterator as () => AsyncIterable<[string, string]>)();
      const listed = (await Array.fromAsync(pairs)).map(([key, value]) => `${key}=${value}`);
      assertEquals(listed.sort(), ["2=users 2", "3=users 3"]);
    }
    await users.clear();
    assertEquals([await users.get("2"), await orders.get("2")], [undefined, "orders 2"]);
  });
}
