/** What libmc's router tests and the scripts in its tests/shabby check, in our words. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";
import { systemClock } from "../../src/clock.ts";
import { within } from "../support/eventually.ts";

const SERVERS = ["localhost", "myhost:11211", "127.0.0.1:11212", "myhost:11213"];
const KEYS = Array.from({ length: 1000 }, (_, i) => `test:${i}`);

Deno.test("Client.getHostByKey() gives a key that is the name of a point to the server of that point", async () => {
  await using client = new Client(SERVERS);
  const points = [["localhost", 0], ["myhost", 1], ["127.0.0.1:11212", 2], ["myhost:11213", 3]];
  const names = ["localhost:11211", "myhost:11211", "127.0.0.1:11212", "myhost:11213"];
  for (const [ringName, server] of points) {
    for (const i of [0, 10, 99]) {
      assertEquals(client.getHostByKey(`${ringName}-${i}`), names[Number(server)]);
    }
  }
});

Deno.test("Client.getHostByKey() routes by aliases in place of addresses", async () => {
  await using plain = new Client(SERVERS);
  const ringNames = ["localhost", "myhost", "127.0.0.1:11212", "myhost:11213"];
  await using same = new Client(ringNames.map((name, i) => `10.0.0.${i} ${name}`));
  await using other = new Client(SERVERS.map((server, i) => `${server} alias${i}`));
  const routes = (client: Client, names: string[]) =>
    KEYS.map((key) => names.indexOf(client.getHostByKey(key)));
  const names = ["localhost:11211", "myhost:11211", "127.0.0.1:11212", "myhost:11213"];
  const expected = routes(plain, names);
  assertEquals(new Set(expected), new Set([0, 1, 2, 3]));
  assertEquals(routes(same, ringNames), expected);
  const byAlias = routes(other, ["alias0", "alias1", "alias2", "alias3"]);
  assertEquals(new Set(byAlias), new Set([0, 1, 2, 3]));
  assert(byAlias.some((server, i) => server !== expected[i]));
});

Deno.test("Client.getHostByKey() routes by the key with its prefix", async () => {
  await using plain = new Client(SERVERS);
  await using prefixed = new Client(SERVERS, { prefix: "/prefix" });
  for (const key of KEYS) {
    assertEquals(prefixed.getHostByKey(key), plain.getHostByKey(`/prefix${key}`));
    assertEquals(prefixed.getHostByKey(`?${key}`), plain.getHostByKey(`?/prefix${key}`));
  }
  assert(KEYS.some((key) => prefixed.getHostByKey(key) !== plain.getHostByKey(key)));
});

Deno.test("Client.getRealtimeHostByKey() and getHostByKey() agree while all servers are alive", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const addresses = [one.address, two.address];
  await using off = new Client(addresses, { connectTimeout: 5000 });
  await using on = new Client(addresses, { connectTimeout: 5000, failover: true });
  const hosts = KEYS.map((key) => off.getHostByKey(key));
  assertEquals(new Set(hosts), new Set(addresses));
  assertEquals(KEYS.map((key) => on.getHostByKey(key)), hosts);
  for (const client of [off, on]) {
    assertEquals(await Promise.all(KEYS.map((key) => client.getRealtimeHostByKey(key))), hosts);
  }
});

Deno.test("Client.config() of a timeout concerns one client and no other", async () => {
  await using silent = await ScriptedServer.start({ script: [[], []] });
  await using quick = new Client(silent.address, { connectTimeout: 5000 });
  await using slow = new Client(silent.address, { connectTimeout: 5000, pollTimeout: 400 });
  quick.config({ pollTimeout: 50 });
  const start = performance.now();
  const took = async (client: Client) => {
    assertEquals(await client.set("k", 1), false);
    assertEquals(client.lastError?.code, -6);
    return performance.now() - start;
  };
  const [first, second] = await Promise.all([took(quick), took(slow)]);
  assert(first >= 49 && first < second, `${first} ms and ${second} ms`);
  assert(second >= 399, `${second} ms`);
});

Deno.test("Client is back with a call right after a SERVER_ERROR", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { connectTimeout: 5000 });
  server.fault({ kind: "serverError", commands: ["set"], times: 1 });
  assertEquals(await client.set("k", 1), false);
  assertEquals(client.lastError?.code, -4);
  assertEquals(await client.set("k", 1), true);
});

Deno.test("Client leaves a server that could not be dialled alone until retryTimeout has passed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "libmc-reconnect-" });
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const path = `${folder}/server.sock`;
  let skipped = 0;
  const options: ClientOptions = {
    retryTimeout: 5000,
    connectTimeout: 4000,
    clock: { now: () => systemClock.now() + skipped, after: systemClock.after },
  };
  await using client = new Client(path, options);
  const first = await MemcachedServer.start({ path });
  assertEquals(await client.set("k", 1), true);
  const lost = new Promise((resolve) => client.addEventListener("disconnect", resolve));
  await first.stop();
  await within("the client to notice", lost);
  assertEquals(await client.set("k", 1), false);
  assertEquals(client.lastError?.code, -4);

  await using again = await MemcachedServer.start({ path });
  assertEquals(await client.set("k", 1), false);
  assertEquals(await client.getRealtimeHostByKey("k"), undefined);
  assertEquals(again.accepted, 0);
  skipped = 5000;
  assertEquals(await client.set("k", 1), true);
  assertEquals(await client.getRealtimeHostByKey("k"), path);
});

Deno.test("Client.getMulti() that runs into silence in the middle of a value gives the whole ones, and goes on", async () => {
  await using server = await ScriptedServer.start({
    script: [
      ["VALUE a 4 1\r\n1\r\nVALUE b 4 10\r\n12345"],
      ["VALUE a 4 1\r\n1\r\nVALUE b 4 10\r\n1234567890\r\nEND\r\n"],
    ],
  });
  await using client = new Client(server.address, { pollTimeout: 50, connectTimeout: 5000 });
  assertEquals(await client.getMulti(["a", "b"]), new Map([["a", 1]]));
  assertEquals(client.lastError?.code, -6);
  client.config({ pollTimeout: 5000 });
  assertEquals(await client.getMulti(["a", "b"]), new Map([["a", 1], ["b", 1234567890]]));
  assertEquals(server.connections.length, 2);
});
