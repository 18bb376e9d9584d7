/** What libmc says of keys whose servers do not listen: 22 cases, with listeners where it had some. */

import { assertEquals } from "@std/assert";
import { Client, type MemcachedError } from "@libmc/libmc";
import { MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";
import { Listener } from "../../src/testing/sockets/listener.ts";
import { type FailoverCase, ROUTING } from "../placement/vectors.ts";

Deno.test("Client.getRealtimeHostByKey() names the server that libmc names", async () => {
  const folder = await Deno.makeTempDir({ prefix: "libmc-failover-" });
  try {
    const facts = await Promise.all(ROUTING.failover.map((routing) => check(routing, folder)));
    const sum = facts.reduce((total, count) => total + count);
    assertEquals(sum, 22 * 80 * 3);
    console.log(`failover: ${ROUTING.failover.length} cases, ${sum} facts checked, 0 differ`);
  } finally {
    await Deno.remove(folder);
  }
});

async function check(routing: FailoverCase, folder: string): Promise<number> {
  const { servers, hash, dead, host, realtime_failover_off, realtime_failover_on } = routing;
  await using listeners = new AsyncDisposableStack();
  const addresses = await Promise.all(servers.map(async (server, i) => {
    // The alias is the name that takes part in the ring. Nobody will ever listen at that path.
    if (dead.includes(i)) return `${folder}/${i}.sock ${server}`;
    const listener = await Listener.listen({ hostname: "127.0.0.1", port: 0 });
    listeners.defer(() => listener.close());
    listener.serve((socket) => {
      socket.on("error", () => {});
      socket.on("end", () => socket.destroy());
      socket.resume();
    });
    return `${listener.address} ${server}`;
  }));
  const label = `${servers.length} servers, ${hash}, dead: ${dead.join(" ") || "none"}`;
  const nameOf = (index: number) => index < 0 ? undefined : servers[index];
  const expected = { off: realtime_failover_off, on: realtime_failover_on };
  for (const failover of ["off", "on"] as const) {
    const options = { hashFn: hash, failover: failover === "on", connectTimeout: 5000 };
    await using client = new Client(addresses, { ...options, retryTimeout: 60_000 });
    const found: (string | undefined)[] = [];
    for (const key of ROUTING.failover_keys) found.push(await client.getRealtimeHostByKey(key));
    assertEquals(found, expected[failover].map(nameOf), `${label}, failover ${failover}`);
    const owners = ROUTING.failover_keys.map((key) => client.getHostByKey(key));
    assertEquals(owners, host.map(nameOf), label);
  }
  return host.length + realtime_failover_off.length + realtime_failover_on.length;
}

Deno.test("Client with failover fails the call during which a server goes, the next goes elsewhere", async () => {
  const owner = await ScriptedServer.start({ script: [["STORED\r\n"], [{ close: true }]] });
  await using other = await MemcachedServer.start();
  const addresses = [`${owner.address} owner`, `${other.address} other`];
  await using client = new Client(addresses, { failover: true, connectTimeout: 5000 });
  const key = Array.from({ length: 100 }, (_, i) => `key${i}`)
    .find((key) => client.getHostByKey(key) === "owner")!;
  const failures: (MemcachedError | undefined)[] = [];
  client.addEventListener("failure", ({ error }) => failures.push(error));

  assertEquals(await client.set(key, 1), true);
  assertEquals(await client.set(key, 2), false);
  assertEquals(failures.map((error) => error?.code), [-8]);
  assertEquals(other.items, 0);

  await owner.stop();
  assertEquals(await client.set(key, 3), true);
  assertEquals(await client.get(key), 3);
  assertEquals(failures.length, 1);
  assertEquals(other.items, 1);
  assertEquals(await client.getRealtimeHostByKey(key), "other");
  assertEquals(client.getHostByKey(key), "owner");
});

Deno.test("Client leaves values with the stand-in when their server is back", async () => {
  await using cleanup = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "libmc-failover-" });
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const path = `${folder}/owner.sock`;
  await using other = await MemcachedServer.start();
  const addresses = [`${path} owner`, `${other.address} other`];
  await using client = new Client(addresses, { failover: true, retryTimeout: 0 });
  const key = Array.from({ length: 100 }, (_, i) => `key${i}`)
    .find((key) => client.getHostByKey(key) === "owner")!;
  assertEquals(await client.set(key, "stays"), true);
  assertEquals(other.items, 1);

  const alive = new Promise((resolve) => client.addEventListener("alive", resolve, { once: true }));
  await using owner = await MemcachedServer.start({ path });
  assertEquals(await client.get(key), "stays", "its server is tried behind the call");
  await alive;
  assertEquals(await client.get(key), undefined);
  assertEquals(await client.getRealtimeHostByKey(key), "owner");
  assertEquals([owner.items, other.items], [0, 1]);
});
