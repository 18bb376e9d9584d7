import { assertEquals, assertThrows } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";

Deno.test("Client refuses the same server twice, however it is written, and two servers with one name", () => {
  const wrong = [
    ["localhost:11211", "localhost"],
    ["localhost:11211", "b:1", "localhost:11211"],
    ["localhost:011211", "localhost"],
    ["/run/a.sock", "/run/a.sock"],
    ["a:1 one", "b:1 one"],
    ["a:1 one", "one"],
  ];
  for (const servers of wrong) {
    assertThrows(() => new Client(servers), TypeError, "Cannot use two servers", servers.join());
  }
});

Deno.test("Client.updateServers() refuses two servers with one name, and changes nothing", async () => {
  await using client = new Client(["localhost:1", "localhost:2"]);
  const before = client.servers;
  for (const servers of [["localhost:3", "localhost:3"], ["localhost", "localhost:11211"]]) {
    assertThrows(() => client.updateServers(servers), TypeError, "Cannot use two servers named");
    assertEquals(client.servers, before);
  }
});

Deno.test("Client takes one server under two aliases for two, which it counts apart", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client([`${server.address} x`, `${server.address} y`]);
  const keys = Array.from({ length: 50 }, (_, i) => `key${i}`);
  await client.setMulti(keys.map((key) => [key, key]));
  assertEquals((await client.getMulti(keys)).size, 50);
  const servers = client.counters();
  assertEquals(Array.from(servers.keys()), ["x", "y"]);
  const hits = Array.from(servers.values(), ({ hits }) => hits);
  assertEquals(hits[0] + hits[1], 50);
  assertEquals(hits.every((count) => count > 0), true);
});
