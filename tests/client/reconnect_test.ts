/** How a client gets its connections, and how it gets them back. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually, within } from "../support/eventually.ts";
import { systemClock } from "../../src/clock.ts";
import { recordEvents } from "../support/failures.ts";
import { startMemcached } from "../support/memcached.ts";

Deno.test("Client makes one connection for 1,000 callers before the first is there", async () => {
  await using server = await MemcachedServer.start();
  await using client = clientOf(server.address);
  const keys = Array.from({ length: 1000 }, (_, i) => `key${i}`);
  const stored = await Promise.all(keys.map((key) => client.set(key, key)));
  assert(stored.every(Boolean));
  assertEquals(server.accepted, 1);

  await using daemon = await startMemcached();
  await using observer = clientOf(daemon.address);
  const connections = async () =>
    (await observer.stats()).get(daemon.address)!.total_connections as number;
  const before = await connections();
  await using other = clientOf(daemon.address);
  await Promise.all(keys.map((key) => other.get(key)));
  assertEquals(await connections(), before + 1);
});

Deno.test("Client replaces a connection that the server closed while it was idle without a word", async () => {
  await using server = await MemcachedServer.start();
  await using client = clientOf(server.address);
  const { failure, disconnect, dead } = recordEvents(client);
  await client.set("a", 1);
  for (let round = 1; round <= 5; round++) {
    server.disconnect();
    await eventually("it is noticed", () => disconnect.length === round);
    assertEquals(disconnect[round - 1].error, undefined);
    assertEquals(await client.get("a"), 1);
  }
  assertEquals([failure.length, dead.length], [0, 0]);
  assertEquals([client.lastError, server.accepted], [undefined, 6]);
});

Deno.test("Client asks at once after a rest, and looks for the end of the stream before it stores", async () => {
  await using server = await startMemcached();
  const waits: number[] = [];
  let ahead = 0;
  const clock = {
    now: () => performance.now() + ahead,
    after: (milliseconds: number, callback: () => void) => {
      if (milliseconds < 5) waits.push(milliseconds);
      return systemClock.after(milliseconds, callback);
    },
  };
  await using client = new Client(server.address, { clock, strict: true });
  await client.set("a", 1);
  ahead += 1100;
  assertEquals([await client.get("a"), waits], [1, []]);
  ahead += 1100;
  assertEquals([await client.set("a", 2), waits], [true, [2, 2]]);
});

Deno.test("Client lives through a kill of memcached under load, and is back when that is", async () => {
  let server = await startMemcached();
  const port = server.port!;
  const retryTimeout = 50;
  await using client = new Client(server.address, { retryTimeout, connectTimeout: 1000 });
  const { alive } = recordEvents(client);
  let running = true;
  let calls = 0;
  async function load(id: number): Promise<void> {
    while (running) {
      const key = `key${id}`;
      await client.set(key, id);
      const value = await client.get(key);
      assert(value === undefined || value === id, `${key} gave ${value}`);
      const found = await client.getMulti([key, "none"]);
      assert(found.size === 0 || found.get(key) === id);
      await client.incr("count");
      calls += 4;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  const callers = Array.from({ length: 50 }, (_, id) => load(id));
  try {
    await eventually("the load is on", () => calls > 2000, 20_000);
    for (let round = 1; round <= 2; round++) {
      server.kill("SIGKILL");
      await server.stop();
      const sinceDeath = calls;
      await eventually("callers get misses", () => calls > sinceDeath + 1000, 20_000);
      server = await startMemcached({ port });
      const since = performance.now();
      await eventually("it is back", () => alive.length === round);
      assertLess(performance.now() - since, retryTimeout + 1000);
      assertEquals(await client.set("a", round), true);
    }
  } finally {
    running = false;
    await within("the callers", Promise.all(callers));
    await server.stop();
  }
  assertEquals(client.counters().get(server.address)!.desyncs, 0);
});

function clientOf(server: string): Client {
  return new Client(server, {
    strict: true,
    connectTimeout: 5000,
    pollTimeout: 5000,
  });
}
