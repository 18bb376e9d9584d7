/** What a client makes of a memcached that is stopped (SIGSTOP): the kernel takes its connections, and nobody answers. */

import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ServerDeadError, TimeoutError } from "@libmc/libmc";
import { eventually } from "../support/eventually.ts";
import { keysOf, recordEvents } from "../support/failures.ts";
import { startMemcached } from "../support/memcached.ts";

const KEYS: readonly string[] = Array.from({ length: 60 }, (_, i) => `key${i}`);

Deno.test("Client of a stopped memcached serves on: calls fail at once after three silences, until it runs again", async () => {
  await using server = await startMemcached();
  await using client = clientOf(server.address);
  const { dead, alive } = recordEvents(client);
  await client.set("key", "value");
  server.pause();
  assertEquals(await serve(client, () => dead.length > 0), 3);
  assertEquals(client.lastError?.name, "TimeoutError");

  // Each would take the poll timeout.
  const connects = client.counters().get(server.address)!.connects;
  assertEquals(await serve(client, () => false, 200), 200);
  const error = await assertRejects(() => client.get("key", { strict: true }), ServerDeadError);
  assert(error.cause instanceof TimeoutError);
  assertEquals(client.counters().get(server.address)!.connects, connects);

  // The kernel takes the connection of a server that sleeps on: that says nothing.
  client.config({ retryTimeout: 0 });
  assertEquals(await client.get("key"), undefined);
  assertEquals([dead.length, alive.length], [1, 0]);

  server.resume();
  await eventually("it is asked again", async () => await client.get("key") === "value");
  assertEquals([dead.length, alive.length], [1, 1]);
});

Deno.test("Client with failover uses the server that stands in for a stopped memcached", async () => {
  await using one = await startMemcached();
  await using two = await startMemcached();
  await using client = clientOf([one.address, two.address], { failover: true, deadAfter: 2 });
  const { dead } = recordEvents(client);
  const keys = keysOf(client, one.address, KEYS);
  assertGreater(keys.length, 0);
  await client.set(keys[0], "before");
  one.pause();
  await serve(client, () => dead.length > 0, Infinity, keys[0]);
  assertEquals((await client.setMulti(keys.map((key) => [key, key]))).ok, true);
  assertEquals((await client.getMulti(keys)).size, keys.length);
  assertEquals(await client.getRealtimeHostByKey(keys[0]), two.address);
  one.resume();
});

Deno.test("Client with deadAfter 0 tries a stopped memcached again and again, as libmc does", async () => {
  await using server = await startMemcached();
  await using client = clientOf(server.address, { deadAfter: 0, pollTimeout: 20 });
  const { dead } = recordEvents(client);
  await client.set("key", "value");
  server.pause();
  await serve(client, () => false, 6);
  assertEquals([dead.length, client.lastError?.name], [0, "TimeoutError"]);
  client.config({ deadAfter: 1 });
  await serve(client, () => false, 1);
  assertEquals(dead.length, 1);
  server.resume();
});

/** Gets one value after the other, until it is enough. Gives the number of calls. */
async function serve(
  client: Client,
  isEnough: () => boolean,
  most = Infinity,
  key = "key",
): Promise<number> {
  let calls = 0;
  while (calls < most && !isEnough()) {
    calls++;
    assertEquals(await client.get(key), undefined);
  }
  return calls;
}

function clientOf(servers: string | string[], options: ClientOptions = {}): Client {
  return new Client(servers, {
    pollTimeout: 100,
    connectTimeout: 5000,
    retryTimeout: 60_000,
    ...options,
  });
}
