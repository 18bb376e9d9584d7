/** What a client does about a connection that memcached has closed for being idle. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { eventually } from "../support/eventually.ts";
import { recordEvents } from "../support/failures.ts";
import { startMemcached } from "../support/memcached.ts";

Deno.test("Client replaces a connection that memcached closed for being idle without a word", async () => {
  await using server = await startMemcached({ args: ["-o", "idle_timeout=1"] });
  await using client = clientOf(server.address);
  const { failure, disconnect } = recordEvents(client);
  await client.set("a", 1);
  await eventually("it is idle for too long", () => disconnect.length === 1, 10_000);
  assertEquals(await client.incr("a"), 2);
  assertEquals([failure.length, client.lastError], [0, undefined]);
});

Deno.test("Client replaces a connection that memcached closed while the program was busy without a word", async () => {
  await using server = await startMemcached({ args: ["-o", "idle_timeout=1"] });
  // The first call would let the others see what has happened to theirs.
  const calls = [
    { is: 1, call: (client: Client) => client.get("a") },
    { is: 1, call: (client: Client) => client.incr("a", 0) },
    { is: true, call: (client: Client) => client.set("b", 1) },
  ].map((call) => ({ ...call, client: clientOf(server.address) }));
  const events = calls.map(({ client }) => recordEvents(client));
  for (const { client } of calls) await client.set("a", 1);
  // memcached goes by whole seconds, and looks every second or two: it may take more than four.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5500);
  for (const { disconnect } of events) {
    assertEquals(disconnect.length, 0, "nobody has heard of it so far");
  }
  const answers = await Promise.all(calls.map(({ client, call }) => call(client)));
  assertEquals(answers, calls.map(({ is }) => is));
  calls.forEach(({ client }, i) => {
    const { failure, disconnect } = events[i];
    assertEquals([failure.length, client.lastError, disconnect.length], [0, undefined, 1]);
  });
  for (const { client } of calls) await client.close();
});

function clientOf(server: string): Client {
  return new Client(server, {
    strict: true,
    connectTimeout: 5000,
    pollTimeout: 5000,
  });
}
