/** What a client does when its list of servers is replaced: `setServers()`. */

import { assertEquals, assertThrows } from "@std/assert";
import { Client, type ServersChange } from "../../mod.ts";
import { MemcachedServer } from "../../src/testing/mod.ts";
import { settle } from "../support/settle.ts";

Deno.test("Client.setServers() keeps the connections and counters of a server that stays", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  await using client = new Client([one.address, two.address], { strict: true });
  await client.version();
  client.setServers([`${two.address} other`, one.address]);
  await client.version();
  assertEquals(client.servers, [`${two.address} other`, one.address]);
  const counters = client.counters();
  assertEquals([...counters.keys()], ["other", one.address]);
  assertEquals(counters.get(one.address)?.connects, 1);
  assertEquals([one.connections, two.connections], [1, 1]);
});

Deno.test("Client.setServers() loses no call of the moment of the change", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  await using client = new Client(one.address, { strict: true });
  const keys = Array.from({ length: 50 }, (_, i) => `key:${i}`);
  await client.set("warm", "up");
  const calls = keys.map((key) => client.set(key, key));
  client.setServers([two.address]);
  calls.push(...keys.map((key) => client.set(`${key}:more`, key)));
  assertEquals(new Set(await Promise.all(calls)), new Set([true]));
  assertEquals((await client.getMulti(keys)).size, 50);
  assertEquals([one.items, two.items], [1, 100]);
});

Deno.test("Client tells what has changed by the event servers, and nothing if the list is the same", async () => {
  const changes: (ServersChange | undefined)[] = [];
  await using client = new Client(["10.0.0.1", "10.0.0.2 b", "10.0.0.3"]);
  client.addEventListener("servers", ({ change, server, error }) => {
    changes.push(change);
    assertEquals([server, error], [undefined, undefined]);
  });
  client.setServers(["10.0.0.1", "10.0.0.2:11211 b", "10.0.0.3:11211"]);
  client.setServers(["10.0.0.1", "10.0.0.9 b", "10.0.0.4"]);
  client.setServers(["10.0.0.4", "10.0.0.1", "10.0.0.9 b"]);
  client.updateServers(["10.0.0.4", "10.0.0.1", "10.0.0.8 b"]);
  await settle();
  assertEquals(changes, [
    {
      servers: ["10.0.0.1", "10.0.0.9 b", "10.0.0.4"],
      added: ["10.0.0.4:11211"],
      removed: ["10.0.0.3:11211"],
      moved: ["b"],
    },
    { servers: ["10.0.0.4", "10.0.0.1", "10.0.0.9 b"], added: [], removed: [], moved: [] },
    { servers: ["10.0.0.4", "10.0.0.1", "10.0.0.8 b"], added: [], removed: [], moved: ["b"] },
  ]);
});

Deno.test("Client.setServers() tells of a change of weights alone", async () => {
  let changes = 0;
  const options = { distribution: "ketama_weighted" } as const;
  await using client = new Client(["10.0.0.1", { server: "10.0.0.2", weight: 2 }], options);
  client.addEventListener("servers", () => changes++);
  client.setServers(["10.0.0.1", { server: "10.0.0.2", weight: 2 }]);
  client.setServers(["10.0.0.1", { server: "10.0.0.2", weight: 1000 }]);
  await settle();
  assertEquals(changes, 1);
  const owners = Array.from({ length: 20 }, (_, i) => client.getHostByKey(`key:${i}`));
  assertEquals(new Set(owners), new Set(["10.0.0.2:11211"]));
});

Deno.test("Client.setServers() refuses a list that cannot be used, and changes nothing", async () => {
  await using client = new Client("10.0.0.1");
  assertThrows(() => client.setServers([]), RangeError, "empty list");
  assertThrows(() => client.setServers(["a", "a"]), TypeError, "Cannot use two servers named");
  assertThrows(() => client.setServers(["a:0"]), RangeError, "port");
  assertThrows(() => client.setServers(3 as never), TypeError, "neither a string nor an array");
  assertThrows(() => client.setServers([{ server: "a", weight: 2 }]), TypeError, "weight");
  assertEquals(client.servers, ["10.0.0.1"]);
});
