/** Every verb of the client that takes keys, in a namespace. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  ConnectionError,
  type Lock,
  MemcachedError,
  type Namespace,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertSoftFailure, assertStrictFailure } from "../support/failures.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { META_VERBS } from "../support/meta_verbs.ts";
import { methodsOf } from "../support/methods_of.ts";
import { settle } from "../support/settle.ts";
import { ALL_VERBS, isOfNamespaces, isOfStream, KEY, KEYS } from "../support/verbs.ts";

const PATIENT: ClientOptions = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };
const NUMBER = "libmc:namespace:n";

const OF_KEYS = ALL_VERBS.filter(({ name }) => isOfNamespaces(name));

Deno.test("a namespace has every method of the client that takes keys, and no other", async () => {
  await using client = new Client("any");
  const space = client.namespace("n");
  assertEquals(
    methodsOf(Object.getPrototypeOf(space)).toSorted(),
    [...methodsOf(Client.prototype).filter(isOfNamespaces), "clear"].toSorted(),
    "A verb that takes keys has its entry in src/client/namespace.ts",
  );
  assertEquals(
    methodsOf(Object.getPrototypeOf(space.meta)).toSorted(),
    methodsOf(Object.getPrototypeOf(client.meta)).filter((name) => name !== "noop").toSorted(),
    "A meta verb has its entry in src/client/namespace.ts",
  );
});

Deno.test("every verb does in a namespace what it does in a client", async () => {
  for (const isThere of [false, true]) {
    for (const verb of OF_KEYS) {
      const answers: unknown[] = [];
      for (const isNamespace of [false, true]) {
        await using server = await MemcachedServer.start();
        await using client = new Client(`${server.address} name`, PATIENT);
        const target = isNamespace ? inNamespace(client, client.namespace("n")) : client;
        if (isThere) await target.setMulti(KEYS.map((key) => [key, "7"]));
        const cas = (await target.gets(KEY))?.cas ?? 1n;
        const answer = await shown(await verb.call(target, undefined, { cas }));
        answers.push([answer, await target.getMulti(KEYS)]);
        if (isNamespace) assertEquals(await client.getMulti(KEYS), new Map(), "none of the client");
      }
      assertEquals(answers[1], answers[0], `${verb.name}, ${isThere ? "there" : "not there"}`);
    }
  }
});

Deno.test("every meta verb works in a namespace, with keys of any bytes", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const space = client.namespace("n");
  for (const verb of META_VERBS.filter(({ name }) => name !== "meta.noop")) {
    const isCounter = verb.command === "ma";
    await space.setMulti({ one: isCounter ? 5 : "text", two: isCounter ? 5 : "text" });
    const given = {
      key: "one",
      keys: ["one", "two"],
      value: "text",
      items: [["one", "text"], ["two", "text"]] as const,
    };
    const result = await verb.call(inNamespace(client, space), {}, given);
    const one = verb.isMulti ? (result as Map<string, unknown>).get("one") : result;
    assert(verb.isRight(one, "text"), `${verb.name} gave ${Deno.inspect(result)}`);
  }
  const bytes = new Uint8Array([0, 32, 255]);
  await space.meta.set(bytes, "of bytes");
  assertEquals((await space.meta.get(bytes))?.value, "of bytes");
  assertEquals(await client.meta.get(bytes), undefined);
  await space.clear();
  assertEquals(await space.meta.get(bytes), undefined);
});

Deno.test("every verb of a namespace fails in its own way while the number cannot be learned", async () => {
  for (const verb of OF_KEYS.filter(({ command }) => command !== "none")) {
    await using server = await MemcachedServer.start();
    const clock = new ManualClock();
    await using client = new Client(server.address, { clock });
    const space = client.namespace("n");
    const target = inNamespace(client, space);
    await client.set(NUMBER, "something else");
    for (const isKnown of [false, true]) {
      // What went with the question may have been carried out.
      const sent = isKnown && !isOfStream(verb) ? "maybe" : "no";
      assertEquals((await assertSoftFailure(target, verb)).sent, sent, verb.name);
      await assertStrictFailure(target, verb);
      await client.delete(NUMBER);
      await space.get("a");
      await client.set(NUMBER, "something else");
      clock.advance(1000);
    }
  }
});

Deno.test("getOrSet(), update() and lock() of a namespace fail in their own way as well", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.set(NUMBER, "something else");
  const space = client.namespace("n");
  let loads = 0;
  const load = () => `loaded ${++loads}`;
  const both = [space.getOrSet("a", load, { ttl: 60 }), space.getOrSet("a", load, { ttl: 60 })];
  assertEquals(await Promise.all(both), ["loaded 1", "loaded 1"], "it loads, and stores nothing");
  await assertRejects(() => space.getOrSet("a", load, { ttl: 60, strict: true }), MemcachedError);
  assertEquals(await space.update("a", () => 1), undefined);
  assertEquals(await space.lock("a", { ttl: 60 }), undefined);
  await assertRejects(() => space.update("a", () => 1, { strict: true }), MemcachedError);
  const stats = await client.stats();
  assertEquals(stats.get(server.address)?.curr_items, 1);
});

Deno.test("a verb of a namespace reads what it is given once, however often it is carried out", async () => {
  for (const verb of OF_KEYS.filter(({ isMulti }) => isMulti)) {
    await using server = await MemcachedServer.start();
    await using rig = await cleared(server);
    const keys = generator(KEYS);
    const items = generator(KEYS.map((key) => [key, 1] as const));
    await verb.call(rig.target, undefined, { keys: keys as never, items });
    if (verb.name === "setMulti") assertEquals((await rig.fresh.getMulti(KEYS)).size, KEYS.length);
  }
});

Deno.test("after a clear by another client, each verb of a namespace is carried out among the new keys", async () => {
  for (const verb of OF_KEYS.filter(({ command }) => command !== "none")) {
    await using server = await MemcachedServer.start();
    await using rig = await cleared(server);
    const answer = await shown(await verb.call(rig.target));
    await using empty = await MemcachedServer.start();
    await using client = new Client(empty.address, PATIENT);
    assertEquals(answer, await shown(await verb.call(client)), verb.name);
    assertEquals(await rig.fresh.getMulti(KEYS), await client.getMulti(KEYS), verb.name);
  }
});

Deno.test("what must not be done twice is done once, although another client has cleared the namespace", async () => {
  await using server = await MemcachedServer.start();
  await using rig = await cleared(server);
  let loads = 0;
  const { space, clock, fresh } = rig;
  assertEquals(await space.getOrSet("a", () => ++loads, { ttl: 60 }), 1);
  assertEquals(await fresh.get("a"), 1);
  clock.advance(1000);
  await fresh.clear();
  let changes = 0;
  assertEquals(await space.update<number>("a", (old = 10) => old + ++changes), 11);
  clock.advance(1000);
  await fresh.clear();
  assertEquals([changes, await space.getStream("a")], [1, undefined]);
});

Deno.test("calls of a namespace behind one that waits for the number do not overtake it", async () => {
  await using server = await MemcachedServer.start();
  const clock = new ManualClock();
  await using client = new Client(server.address, { ...PATIENT, clock });
  const space = client.namespace("n");
  await space.set("a", "old");
  clock.advance(1000);
  const stream = new Blob(["new"]).stream() as ReadableStream<Uint8Array>;
  const { signal } = new AbortController();
  const answers = await Promise.all([
    space.get("a"),
    space.setStream("a", stream),
    space.getRaw("a", { signal }),
    space.set("a", "newer"),
    space.get("a", { signal }),
    space.getMulti(["a"]),
  ]);
  assertEquals(answers[0], "old");
  assertEquals(answers[2]?.data, new TextEncoder().encode("new"));
  assertEquals(answers.slice(4), ["newer", new Map([["a", "newer"]])]);
});

Deno.test("what was called before the first clear does not come after it", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const space = client.namespace("n");
  const answers = await Promise.all([
    space.set("a", 1),
    space.clear(),
    space.get("a"),
    space.set("a", 2),
  ]);
  assertEquals(answers, [true, true, undefined, true]);
  await settle();
  assertEquals(await space.get("a"), 2);
});

Deno.test("a call of a namespace that waits for the number can be aborted, and no more wait than maxPending", async () => {
  await using server = await MemcachedServer.start();
  const silence = server.fault({ kind: "missingReply", commands: ["get"] });
  const clock = new ManualClock();
  await using client = new Client(server.address, { ...PATIENT, clock, maxPending: 3 });
  const space = client.namespace("n");
  const controller = new AbortController();
  const waiting = [
    assertRejects(() => space.get("a", { signal: controller.signal }), Error, "gone"),
    assertRejects(() => space.set("a", 1), MemcachedError),
    assertRejects(() => space.lock("a", { ttl: 5 }), MemcachedError),
  ];
  const error = await assertRejects(() => space.get("a"), ConnectionError, "<= 3");
  assertEquals([error.command, error.sent, error.server], ["get", "no", server.address]);
  controller.abort(new Error("gone"));
  await waiting[0];
  silence.remove();
  while (client.counters().get(server.address)?.connects === 0) await settle();
  await settle();
  clock.advance(10_000);
  await Promise.all(waiting);
});

Deno.test("a lock of a namespace is released in the generation that it is of", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const space = client.namespace("n");
  const first = await space.lock("job", { ttl: 60 });
  assertInstanceOf(first?.release, Function);
  assertEquals(await space.lock("job", { ttl: 60 }), undefined);
  await space.clear();
  const second = await space.lock("job", { ttl: 60 });
  assertEquals([await (first as Lock).release(), await second?.release()], [true, true]);
});

/** Gives a client whose verbs are those of a namespace. */
function inNamespace(client: Client, space: Namespace): Client {
  return new Proxy(client, {
    get(target, name) {
      const from: object = name in space ? space : target;
      const value: unknown = Reflect.get(from, name, from);
      return typeof value === "function" ? value.bind(from) : value;
    },
  });
}

/** A namespace with items, whose number is known and old, and that another client has cleared. */
async function cleared(server: MemcachedServer) {
  const clock = new ManualClock();
  const client = new Client(server.address, { ...PATIENT, clock });
  const space = client.namespace("n");
  await space.setMulti(KEYS.map((key) => [key, 7]));
  const another = new Client(server.address, PATIENT);
  const fresh = another.namespace("n");
  await fresh.clear();
  clock.advance(1000);
  return {
    ...{ space, clock, fresh, target: inNamespace(client, space) },
    async [Symbol.asyncDispose]() {
      await client.close();
      await another.close();
    },
  };
}

function* generator<T>(values: readonly T[]): Generator<T> {
  yield* values;
}

/** What a verb gives, so that it can be compared: no two servers give the same cas. */
async function shown(answer: unknown): Promise<unknown> {
  if (answer instanceof ReadableStream) return await new Response(answer).text();
  if (answer instanceof Map) {
    return await Promise.all(Array.from(answer, async ([k, value]) => [k, await shown(value)]));
  }
  const isCasValue = typeof answer === "object" && answer !== null && "cas" in answer;
  return isCasValue ? { ...answer, cas: "a cas" } : answer;
}
