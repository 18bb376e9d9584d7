/** How many writes leave for how many calls, and how many lines. Counted, not timed. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { takes, VERBS } from "../support/verbs.ts";
import { MemoryServers } from "./memory_servers.ts";

const THREE = ["one", "two", "three"];
/** Retrievals of many whose lines have no limit in memcached. */
const BY_LINES = VERBS.filter((verb) => takes(verb, "keys") && /^gets?$/.test(verb.command));

Deno.test("Client sends all that is asked in one tick in one write", async () => {
  for (const count of [1, 2, 100, 1000]) {
    await using rig = await start(["one"]);
    const { client, servers: { connections: [connection] } } = rig;
    const ticks: [what: string, lines: number, call: (i: number) => Promise<unknown>][] = [
      ["gets", Math.ceil(count / 100), (i) => client.get(`key${i}`)],
      ["sets", count, (i) => client.set(`key${i}`, i)],
      ["incrs", count, (i) => client.incr(`key${i}`)],
      ["deletes", count, (i) => client.delete(`key${i}`)],
    ];
    for (const [what, lines, call] of ticks) {
      connection.forget();
      await Promise.all(Array.from({ length: count }, (_, i) => call(i)));
      // After 1,000 replies of one form a proof of their place goes along.
      const sent = connection.lines.filter((line) => !line.includes("place-of-replies"));
      assertEquals([connection.writes.length, sent.length], [1, lines], what);
    }
    connection.forget();
    await Promise.all(
      ticks.flatMap(([, , call]) => Array.from({ length: count }, (_, i) => call(i))),
    );
    assertEquals(connection.writes.length, 1, "all kinds together");
  }
});

Deno.test("Client sends gets by themselves, but in one write, with mergeGets false", async () => {
  await using rig = await start(["one"], { mergeGets: false });
  const { client, servers: { connections: [connection] } } = rig;
  await Promise.all(Array.from({ length: 500 }, (_, i) => client.get(`key${i}`)));
  assertEquals([connection.writes.length, connection.lines.length], [1, 500]);
});

Deno.test("Client sends one write a tick to each of its servers", async () => {
  await using rig = await start(THREE);
  const { client, servers } = rig;
  await Promise.all(Array.from({ length: 300 }, (_, i) => client.set(`key${i}`, i)));
  assertEquals(servers.connections.map(({ writes }) => writes.length), [1, 1, 1]);
});

Deno.test("Client sends what is long in writes of at least 128 KiB", async () => {
  await using rig = await start(["one"]);
  const { client, servers: { connections: [connection] } } = rig;
  const value = "v".repeat(100);
  await Promise.all(Array.from({ length: 20_000 }, (_, i) => client.set(`key${i}`, value)));
  const lengths = connection.writes.map(({ length }) => length);
  assert(lengths.slice(0, -1).every((length) => length >= 128 * 1024), `${lengths}`);
  assertEquals(client.counters().get("one:11211")!.writes, lengths.length + 1);

  connection.forget();
  await client.setMulti(Array.from({ length: 20_000 }, (_, i) => [`key${i}`, value] as const));
  const many = connection.writes.map(({ length }) => length);
  assert(many.slice(0, -1).every((length) => length >= 100_000), `${many}`);
});

Deno.test("Client.getMulti() asks each server with one line for every 1,000 keys", async () => {
  for (const servers of [["one"], THREE]) {
    for (const count of [1, 10, 999, 1000, 1001, 5000]) {
      await using rig = await start(servers);
      const { client } = rig;
      const keys = Array.from({ length: count }, (_, i) => `key${i}`);
      for (const { name, call } of BY_LINES) {
        rig.servers.forget();
        await call(client, undefined, { keys });
        for (const { lines, writes } of rig.servers.connections) {
          const asked = lines.flatMap((line) => line.split(" ").slice(1));
          assertEquals(lines.length, Math.ceil(asked.length / 1000), `${name}, ${count} keys`);
          assertEquals(writes.length, Math.min(1, lines.length), `${count} keys`);
        }
      }
    }
  }
});

Deno.test("Client.gatMulti() asks with lines as long as memcached takes them", async () => {
  await using rig = await start(["one"]);
  const { client, servers: { connections: [connection] } } = rig;
  await client.gatMulti(Array.from({ length: 2000 }, (_, i) => `key${10_000 + i}`), 100);
  const lengths = connection.lines.map(({ length }) => length + 2);
  assert(lengths.every((length) => length <= 2000), `${lengths}`);
  assert(lengths.slice(0, -1).every((length) => length > 1960), `${lengths}`);
  assertEquals(connection.writes.length, 1);
});

/** A client that is connected, and its servers. */
async function start(names: string[], options: ClientOptions = {}) {
  const servers = new MemoryServers();
  const client = new Client(names, { connect: servers.connect, ...options });
  await Promise.all(Array.from({ length: 50 }, (_, i) => client.get(`first${i}`)));
  assertEquals(servers.connections.length, names.length);
  servers.forget();
  return { client, servers, [Symbol.asyncDispose]: () => client.close() };
}
