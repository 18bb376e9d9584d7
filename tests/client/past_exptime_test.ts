/** An exptime that has passed, where a proxy reads it first. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { startProxied } from "../support/nutcracker.ts";

Deno.test("An item whose Date has passed is gone at once behind a proxy that takes no negative exptime", async () => {
  await using proxy = await startProxied();
  await using client = new Client(proxy.address, { strict: true, pollTimeout: 5000 });
  const past = new Date(Date.now() - 1000);
  assertEquals(await client.set("a", "old"), true);
  assertEquals(await client.set("a", "new", { exptime: past }), true);
  assertEquals(await client.get("a"), undefined);
  assertEquals((await client.setMulti({ b: 1, c: 2 }, { exptime: past })).ok, true);
  assertEquals(await client.getMulti(["b", "c"]), new Map());
});
