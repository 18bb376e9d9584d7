/** Calls for a key are carried out in the order in which they were made, wherever they wait while servers are dialled. */

import type { ClientOptions } from "@libmc/libmc";
import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { settle } from "../support/settle.ts";
import { DialledWorld } from "./dialled_world.ts";

const STAND_INS: readonly (readonly [servers: string[], options: ClientOptions, other: string])[] =
  [
    [["a", "b", "c"], { failover: true }, "c"],
    [["a", "b"], { gutter: ["g"] }, "g"],
  ];

for (const [servers, options, other] of STAND_INS) {
  Deno.test(`Client with ${Object.keys(options)} lets no call overtake a setMulti() while another of its servers is dialled`, async () => {
    await using world = await DialledWorld.start(servers, options);
    const { client } = world;
    const [lost, slow] = [world.keyOf("a", other), world.keyOf("b")];
    world.let("b", "hang");
    world.let(other, "connect");
    const first = client.setMulti([[lost, "one"], [slow, "one"]]);
    const second = client.set(lost, "two");
    await settle();
    world.let("b", "connect");
    assertEquals(await Promise.all([first, second]), [{ ok: true, failed: [] }, true]);
    assertEquals(await client.get(lost), "two");
  });
}

Deno.test("Client with failover lets no call overtake one that waits for a stand-in which was never dead", async () => {
  await using world = await DialledWorld.start(["a", "b"], { failover: true });
  const { client } = world;
  const key = world.keyOf("a");
  world.let("b", "connect");
  await client.set(key, "none");
  await client.quit();
  await world.allMayBeDialled(key);
  world.let("a", "hang");
  world.let("b", "hang");
  const first = client.set(key, "one");
  await settle();
  world.let("a", "connect");
  await eventually("the owner is back", () => client.explain(key).goesTo === "a:11211");
  const second = client.set(key, "two");
  assertEquals(await Promise.all([first, second]), [true, true]);
  assertEquals(await client.get(key), "two");
});

Deno.test("Client with a gutter lets no call overtake one that waits there while others connect", async () => {
  await using world = await DialledWorld.start(["a", "b"], { gutter: ["g"] });
  const { client } = world;
  const [key, other] = [world.keyOf("b"), world.keyOf("a")];
  for (const each of [key, other]) await client.set(each, "none");
  await world.allMayBeDialled(key);
  world.let("g", "hang");
  // The server refuses, and it waits for the gutter.
  const first = client.set(key, "one");
  await settle();
  await eventually("the pause is over", () => client.explain(key).alive);
  world.let("b", "hang");
  const second = client.set(key, "two");
  await settle();
  world.let("a", "connect");
  await eventually("another one is back", () => client.set(other, "one"));
  world.let("g", "connect");
  assertEquals(await Promise.all([first, second]), [true, true]);
  assertEquals(await client.get(key), "two");
});

Deno.test("Client lets no call overtake one that waits for a server which loses the key", async () => {
  await using world = await DialledWorld.start(["a"], {});
  const { client } = world;
  const keys = Array.from({ length: 200 }, (_, i) => `key${i}`);
  world.let("a", "hang");
  world.let("n", "connect");
  const first = keys.map((key) => client.set(key, "one"));
  await settle();
  client.setServers(["a", "n"]);
  const key = world.keyOf("n");
  const second = client.set(key, "two");
  assertEquals(await second, true);
  world.let("a", "connect");
  assertEquals(await Promise.all(first), keys.map(() => true));
  assertEquals(await client.get(key), "two");
});
