import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type DistributionName, DISTRIBUTIONS } from "../../../src/placement/distributions.ts";

const SERVERS = ["10.0.0.1", "10.0.0.2:7", "10.0.0.3 c"];
const NAMES = ["10.0.0.1:11211", "10.0.0.2:7", "c"];

Deno.test("explain() names the owner and all who stand in, by every distribution", async () => {
  for (const distribution of Object.keys(DISTRIBUTIONS) as DistributionName[]) {
    await using client = new Client(SERVERS, { distribution });
    for (const key of ["a", "ü", "key:1"]) {
      const { server, standIns, alive, goesTo, hash } = client.explain(key);
      assertEquals(server, client.getHostByKey(key));
      assertEquals([server, ...standIns.map(({ server }) => server)].toSorted(), NAMES);
      assertEquals([alive, goesTo, typeof hash], [true, server, "number"]);
    }
  }
});

Deno.test("explain() gives the key as it is sent, and the part that decides", async () => {
  const explained = async (options: ClientOptions, key: string) => {
    await using client = new Client(SERVERS, options);
    const { wireKey, placedBy } = client.explain(key);
    return [wireKey, placedBy];
  };
  assertEquals(await explained({}, "a"), ["a", "a"]);
  assertEquals(await explained({ prefix: "p:" }, "ü"), ["p:\u00c3\u00bc", "p:\u00c3\u00bc"]);
  assertEquals(await explained({ prefix: "p:", hashPrefix: false }, "a"), ["p:a", "a"]);
  assertEquals(await explained({ hashTag: "{}" }, "a{b}c"), ["a{b}c", "b"]);
});

Deno.test("explain() knows of one server that nothing has to be reckoned", async () => {
  await using client = new Client("10.0.0.1");
  const { server, standIns, point } = client.explain("a");
  assertEquals([server, standIns, point], ["10.0.0.1:11211", [], undefined]);
});

Deno.test("explain() says who is dead, and who gets the key", async () => {
  for (const failover of [false, true]) {
    await using one = await MemcachedServer.start();
    const other = await MemcachedServer.start();
    await using client = new Client([one.address, other.address], { failover });
    const key = Array.from({ length: 50 }, (_, i) => `key:${i}`)
      .find((key) => client.getHostByKey(key) === other.address)!;
    assertEquals(client.explain(key).goesTo, other.address);
    await other.stop();
    await client.get(key);
    const { server, alive, standIns, goesTo } = client.explain(key);
    assertEquals([server, alive, goesTo], [
      other.address,
      false,
      failover ? one.address : undefined,
    ]);
    assertEquals(standIns, [{ server: one.address, alive: true }]);
  }
});

Deno.test("explain() rejects what is no key", () => {
  const client = new Client("10.0.0.1");
  assertThrows(() => client.explain("a b"), TypeError, "a space");
  assertThrows(() => client.explain("a".repeat(251)), RangeError, "250");
});

Deno.test("explain() of a distribution of one's own says what that says", async () => {
  await using client = new Client(SERVERS, { distribution: () => ({ indexFor: () => 2 }) });
  const found = client.explain("a");
  assertEquals(found.server, "c");
  assert(!("hash" in found) && !("point" in found));
  await using telling = new Client(SERVERS, {
    distribution: () => ({ indexFor: () => 1, reckon: () => ({ hash: 5 }) }),
  });
  assertEquals(telling.explain("a").hash, 5);
});
