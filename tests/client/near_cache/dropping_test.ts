/** The option nearCache: when a client drops the values that it keeps, and what leaves them alone. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, ClosedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { META_VERBS } from "../../support/meta_verbs.ts";
import { settle } from "../../support/settle.ts";
import { ALL_VERBS, KEY, KEYS, takes, VERB, type Verb } from "../../support/verbs.ts";
import { countersOf, NEAR, PATIENT, start } from "./rig.ts";
import { startRestartable } from "../../support/some_port.ts";

/** Calls of every kind that may change an item, by name. */
const CHANGES: readonly (readonly [name: string, change: (client: Client) => Promise<unknown>])[] =
  [
    ...ALL_VERBS.filter(changes).map((verb) =>
      [verb.name, (client: Client) => verb.call(client)] as const
    ),
    ...META_VERBS.filter(({ name }) => !/meta\.(get|getMulti|noop|debug)$/.test(name)).map(
      (verb) => {
        const given = {
          key: KEY,
          keys: KEYS,
          value: "6",
          items: KEYS.map((key) => [key, "6"] as const),
        };
        return [verb.name, (client: Client) => verb.call(client, {}, given)] as const;
      },
    ),
    ["meta.get with touch", (client) => client.meta.get(KEY, { touch: -1 })],
    ["meta.getMulti with touch", (client) => client.meta.getMulti(KEYS, { touch: -1 })],
    ["update", (client) => client.update(KEY, () => "updated")],
    ["getOrSet", (client) => client.getOrSet(KEY, () => "loaded", { ttl: 60, forceFresh: true })],
    ["lock", (client) => client.lock(KEY, { ttl: 60 })],
    ["flushAll", (client) => client.flushAll()],
    ["admin.raw", (client) => client.admin.raw(client.servers[0], "unheard of", { strict: false })],
  ];

for (const options of [{}, { noreply: true }]) {
  Deno.test(`nearCache drops what this client changes, when the change begins and when it ends: ${Deno.inspect(options)}`, async () => {
    for (const [name, change] of CHANGES) {
      await using rig = await start({ ...options, allowFlushAll: true });
      const { client, another } = rig;
      // Behind the value that is kept there is another one.
      await another.setMulti(KEYS.map((key) => [key, "1"]));
      await client.getMulti(KEYS);
      await another.setMulti(KEYS.map((key) => [key, "5"]));
      assertEquals(await client.get(KEY), "1", name);
      const changing = change(client);
      const meanwhile = client.get(KEY);
      await changing;
      assert(await meanwhile !== "1", `${name}: a get behind it gave the value that was kept`);
      const keys = /Multi|flushAll|raw/.test(name) ? KEYS : [KEY];
      assertEquals(await client.getMulti(keys), await another.getMulti(keys), name);
    }
  });
}

Deno.test("nearCache is not used by methods that read in other ways, which leave it alone", async () => {
  const readers: [name: string, read: (client: Client) => Promise<unknown>][] = [
    ...ALL_VERBS.filter(({ kind, command }) => kind === "retrieval" && !/^gat/.test(command))
      .filter(({ name }) => !["get", "getMulti", "getList"].includes(name))
      .map((verb) => [verb.name, (client: Client) => verb.call(client)] as never),
    ["meta.get", (client) => client.meta.get(KEY)],
    ["meta.getMulti", (client) => client.meta.getMulti(KEYS)],
    ["meta.debug", (client) => client.meta.debug(KEY)],
    ["getOrSet", (client) => client.getOrSet(KEY, () => "loaded", { ttl: 60 })],
  ];
  for (const [name, read] of readers) {
    await using rig = await start();
    const { client, another } = rig;
    await another.setMulti(KEYS.map((key) => [key, "new"]));
    assertEquals((await client.getMulti(KEYS)).size, KEYS.length);
    await another.set(KEY, "newer");
    const shown = Deno.inspect(await textsIn(await read(client)), { depth: 9 });
    assert(name === "meta.debug" || shown.includes("newer"), `${name} gave ${shown}`);
    assertEquals(await client.get(KEY), "new", name);
    await another.set("unread", "new");
    await read(client);
    assertEquals(countersOf(client).nearMisses, KEYS.length, `${name} looked at it`);
  }
});

Deno.test("a read that is under way when a change begins does not put the old value back", async () => {
  await using rig = await start();
  const { client, another } = rig;
  for (
    const read of [
      () => client.get("a"),
      () => client.getMulti(["a", "b"]),
      () => client.getList(["b", "a"]),
    ]
  ) {
    await another.setMulti({ a: "old", b: 1 });
    const reading = read();
    const writing = client.set("a", "new");
    await Promise.all([reading, writing]);
    assertEquals(await client.get("a"), "new");
    await client.delete("a");
  }
});

Deno.test("a read that is under way when a change ends does not put back what it has read", async () => {
  await using rig = await start({ strict: false });
  const { client, another, server } = rig;
  await another.set("a", "old");
  await client.version();
  const controller = new AbortController();
  // The reply to the set never comes: the caller gives up, and the get behind it is answered on a new connection.
  const silence = server.fault({ kind: "missingReply", commands: ["set"], then: "close" });
  const writing = client.set("a", "new", { signal: controller.signal });
  const reading = client.get("a");
  controller.abort(new Error("gone"));
  await assertRejects(() => writing, Error, "gone");
  await reading;
  silence.remove();
  await another.set("a", "newer");
  assertEquals(await client.get("a"), "newer");
});

Deno.test("nearCache drops the values of a server that is lost, and gives nothing in its name", async () => {
  const first = await startRestartable();
  await using other = await MemcachedServer.start();
  await using client = new Client([first.address, other.address], {
    ...{ nearCache: NEAR, retryTimeout: 1, connectTimeout: 5000 },
  });
  const keys = Array.from({ length: 40 }, (_, i) => `key${i}`);
  await client.setMulti(keys.map((key) => [key, key]));
  assertEquals((await client.getMulti(keys)).size, 40);
  const isLost = (key: string) => client.getHostByKey(key) === first.address;
  const { commands } = countersOf(client, other.address);
  await first.stop();
  await settle();
  while (countersOf(client, first.address).disconnects === 0) await settle();
  assertEquals([...(await client.getMulti(keys)).keys()], keys.filter((key) => !isLost(key)));
  assertEquals(countersOf(client, first.address).nearBytes, 0);
  assertEquals(countersOf(client, other.address).commands, commands, "the other is not asked");
  await using again = await MemcachedServer.start({ port: first.port });
  assertEquals(again.address, first.address);
  await settle();
  const lost = keys.find(isLost) as string;
  assertEquals(await client.get(lost), undefined, "it has come back without its items");
});

Deno.test("with failover nearCache drops all values when a server dies, and when it is back", async () => {
  await using first = await MemcachedServer.start();
  await using other = await MemcachedServer.start();
  await using client = new Client([first.address, other.address], {
    ...{ nearCache: NEAR, failover: true, connectTimeout: 5000 },
  });
  const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);
  await client.setMulti(keys.map((key) => [key, key]));
  await client.getMulti(keys);
  await first.stop();
  while (countersOf(client, first.address).disconnects === 0) await settle();
  const bytes = [first, other].map(({ address }) => countersOf(client, address).nearBytes);
  assertEquals(bytes, [0, 0]);
});

Deno.test("nearCache drops all values when keys may have moved, and when the client closes", async () => {
  await using first = await MemcachedServer.start();
  await using other = await MemcachedServer.start();
  for (const client of [new Client(first.address, PATIENT), new Client(other.address, PATIENT)]) {
    await client.set("a", client.servers[0]);
    await client.close();
  }
  await using client = new Client(`${first.address} one`, PATIENT);
  assertEquals(await client.get("a"), first.address);
  client.updateServers([`${other.address} one`]);
  assertEquals(await client.get("a"), other.address);
  await using another = new Client(other.address, PATIENT);
  await another.set("a", "new");
  assertEquals(await client.get("a"), other.address);
  client.config({ hashFn: "crc_32" });
  assertEquals(await client.get("a"), "new");
  await client.close();
  assertEquals(countersOf(client, "one").nearBytes, 0);
  await assertRejects(() => client.get("a"), ClosedError);
  await assertRejects(() => client.getMulti(["a"]), ClosedError);
});

Deno.test("nearCache is for each key's own server: a call with routeBy asks, and drops what it changes", async () => {
  await using first = await MemcachedServer.start();
  await using other = await MemcachedServer.start();
  await using client = new Client([first.address, other.address], PATIENT);
  const route = KEYS.find((key) => client.getHostByKey(key) !== client.getHostByKey("a"));
  const options = { routeBy: route as string };
  await client.set("a", "own");
  await client.set("a", "routed", options);
  for (let i = 0; i < 2; i++) {
    assertEquals([await client.get("a"), await client.get("a", options)], ["own", "routed"]);
    assertEquals(await client.getList(["a"]), ["own"]);
    assertEquals(await client.getMulti(["a"], options), new Map([["a", "routed"]]));
  }
});

Deno.test("a namespace has values near as well: its clear drops them, one of others is seen after a second", async () => {
  await using rig = await start();
  const { client, another, clock } = rig;
  const space = client.namespace("n");
  await space.setMulti({ a: 1, b: { x: 1 } });
  await client.set("c", 3);
  assertEquals([...await space.getList(["a", "b"]), await client.get("c")], [1, { x: 1 }, 3]);
  const { commands, nearBytes } = countersOf(client);
  assertEquals([await space.get("a"), await space.get("b")], [1, { x: 1 }]);
  assertEquals(countersOf(client).commands, commands);
  await space.clear();
  assert(countersOf(client).nearBytes < nearBytes / 2, "only what is not of the namespace is left");
  assertEquals(await space.getMulti(["a", "b"]), new Map());
  assertEquals(await client.get("c"), 3);
  await space.set("a", 2);
  await space.get("a");
  await another.namespace("n").clear();
  assertEquals(await space.get("a"), 2);
  clock.ahead += 1000;
  assertEquals(await space.get("a"), undefined);
});

/** True for a verb that may change the usual key. */
function changes(verb: Verb): boolean {
  if (verb.kind === "retrieval") return verb.command.startsWith("gat");
  return (["key", "keys", "items"] as const).some((name) => takes(verb, name)) &&
    verb !== VERB.getRealtimeHostByKey;
}

/** Makes texts of bytes and streams. */
async function textsIn(answer: unknown): Promise<unknown> {
  if (answer instanceof ReadableStream) return await new Response(answer).text();
  if (typeof answer !== "object" || answer === null) return answer;
  if ("data" in answer) return new TextDecoder().decode(answer.data as Uint8Array);
  return answer;
}
