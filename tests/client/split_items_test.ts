/** What verbs that change an item do to a split value: it is touched whole, and nothing is counted in or added to it. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Client, type ClientOptions, CodecError, MultiError, type Storable } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Recorder } from "../compat/recording_connect.ts";
import { startMemcached } from "../support/memcached.ts";
import { recordEvents } from "../support/failures.ts";
import { twoViews } from "../support/two_views.ts";

const PATIENT: ClientOptions = { connectTimeout: 5000, pollTimeout: 5000, timeout: 60_000 };
const BIG = "A".repeat(3_500_000);
const BYTES = new Uint8Array(2_000_000).fill(7);

type Touching = (client: Client, key: string, exptime: number) => Promise<unknown>;

const TOUCHING: Readonly<Record<string, Touching>> = {
  touch: (client, key, exptime) => client.touch(key, exptime),
  gat: (client, key, exptime) => client.gat(key, exptime),
  gats: (client, key, exptime) => client.gats(key, exptime),
  gatMulti: (client, key, exptime) => client.gatMulti(["absent", key, "small"], exptime),
};

for (const [name, touch] of Object.entries(TOUCHING)) {
  Deno.test(`Client.${name}() touches all items of a split value`, async () => {
    for (const noreply of [false, true]) {
      await using fixture = await twoViews({ noreply });
      const { client, server } = fixture;
      assert(await client.set("k", BIG, { exptime: 100 }));
      assert(await client.set("small", 1, { exptime: 100 }));
      await touch(client, "k", 1000);
      server.advance(500);
      assert(await client.get("k") === BIG);
      await touch(client, "k", 10);
      server.advance(11);
      assertEquals(server.items, 0);
      assertEquals(fixture.client.lastError, undefined);
    }
  });
}

Deno.test("Client.getMulti(), getsMulti() and getList() keep the order asked, wherever split values stand", async () => {
  await using fixture = await twoViews({});
  const { client } = fixture;
  const values: Record<string, Storable> = { a: 1, big: BIG, b: null, bytes: BYTES, c: { d: [2] } };
  assertEquals((await client.setMulti(values)).failed, []);
  const names = Object.keys(values);
  const orders = [names, names.toReversed(), ["big", "absent", "a", "big"], [
    "absent",
    "c",
    "bytes",
  ]];
  for (const asked of orders) {
    const hits = asked.filter((key, i) => key in values && asked.indexOf(key) === i);
    const many = await client.getMulti(asked);
    assertEquals([...many.keys()], hits);
    for (const key of hits) assertEquals(many.get(key), values[key]);
    const withCas = await client.getsMulti(asked);
    assertEquals([...withCas.keys()], hits);
    for (const key of hits) assertEquals(withCas.get(key)?.value, values[key]);
    assertEquals(await client.getList(asked), asked.map((key) => values[key]));
  }
  // A split value of which a chunk is gone is a miss, and what stands behind it is found.
  assert(await client.delete("~3big/0"));
  assertEquals([...(await client.getMulti(["a", "big", "c", "bytes"])).keys()], [
    "a",
    "c",
    "bytes",
  ]);
  assertEquals(await client.getList(["big", "a"]), [undefined, 1]);
});

Deno.test("Client.touch() of a split value goes through three servers, and of any other one costs one command more", async () => {
  await using servers = new AsyncDisposableStack();
  const started: MemcachedServer[] = [];
  for (let i = 0; i < 3; i++) started.push(servers.use(await MemcachedServer.start()));
  const recorder = new Recorder();
  const addresses = started.map(({ address }, i) => `${address} s${i}`);
  await using client = new Client(addresses, { ...PATIENT, connect: recorder.connect });
  for (let i = 0; i < 10; i++) {
    assert(await client.set(`k${i}`, BIG, { exptime: 100 }));
    assertEquals(await client.touch(`k${i}`, 1000), true);
  }
  for (const server of started) server.advance(500);
  for (let i = 0; i < 10; i++) assert(await client.get(`k${i}`) === BIG);

  assert(await client.set("small", 1));
  const before = recorder.connections.map(({ sent }) => sent.length);
  assertEquals(await client.touch("small", 60), true);
  assertEquals(await client.touch("absent", 60), false);
  assertEquals(await client.touch("small", -1), true);
  assertEquals(await client.touch("small", 60), false);
  const sent = recorder.connections.map(({ sent }, i) => sent.slice(before[i])).join("");
  assertEquals(sent.split("\r\n").filter((line) => line !== "").sort(), [
    "touch absent 60",
    "touch small -1",
    ...["touch small 60", "touch small 60"],
    "touch ~5small/0 60",
    "touch ~5small/0 60",
    "touch ~6absent/0 60",
  ]);
});

Deno.test("Client.touch() is true where the first chunk's server is dead, as nobody can read it", async () => {
  await using alive = await MemcachedServer.start();
  await using dead = await MemcachedServer.start();
  const addresses = [`${alive.address} alive`, `${dead.address} dead`];
  await using client = new Client(addresses, PATIENT);
  const keys = Array.from({ length: 1000 }, (_, i) => `k${i}`);
  const key = keys.find((key) =>
    client.getHostByKey(key) === "alive" &&
    client.getHostByKey(`~${key.length}${key}/0`) === "dead"
  )!;
  assert(await client.set(key, "small", { exptime: 10 }));
  await dead.stop();
  assertEquals(await client.touch(key, 100), true);
  assertEquals(await client.touch(key, 100), true);
  assertEquals(await client.append(key, "er"), true);
  assertEquals(await client.get(key), "smaller");
});

Deno.test("Client.touch() and append() work on what follows a split value", async () => {
  await using fixture = await twoViews();
  const { client, server } = fixture;
  assert(await client.set("k", BIG));
  assert(await client.set("k", "small", { exptime: 10 }));
  assert(await client.touch("k", 100));
  server.advance(50);
  assertEquals(await client.append("k", "er"), true);
  assertEquals(await client.prepend("k", "a "), true);
  assertEquals(await client.appendMulti(["k"], "!"), { ok: true, failed: [] });
  assertEquals(await client.get("k"), "a smaller!");
  assert(await client.set("k", 5));
  assertEquals([await client.incr("k"), await client.decr("k", 3)], [6, 3]);
});

type Changing = (client: Client, key: string) => Promise<unknown>;

const CHANGING: readonly [name: string, call: Changing, fallback: unknown][] = [
  ["append", (client, key) => client.append(key, "5"), false],
  ["append of bytes", (client, key) => client.append(key, new Uint8Array([200, 0, 50])), false],
  ["prepend", (client, key) => client.prepend(key, "1"), false],
  ["prepend of text", (client, key) => client.prepend(key, "ü"), false],
  ["incr", (client, key) => client.incr(key), undefined],
  ["incr by much", (client, key) => client.incr(key, 2n ** 64n - 1n), undefined],
  ["incr by nothing", (client, key) => client.incr(key, 0), undefined],
  ["decr", (client, key) => client.decr(key), undefined],
  ["decr by 2", (client, key) => client.decr(key, 2), undefined],
  ["decr by much", (client, key) => client.decr(key, 1000n), undefined],
  [
    "decr, meta, by 2",
    ({ meta }, key) => meta.arithmetic(key, { mode: "decr", delta: 2 }),
    undefined,
  ],
  [
    "decr, meta, by much",
    ({ meta }, key) => meta.arithmetic(key, { mode: "decr", delta: 99 }),
    undefined,
  ],
];

for (const where of ["memcached", "the embedded server"]) {
  for (const [name, call, fallback] of CHANGING) {
    Deno.test(`Client refuses ${name} on a split value, which stays, on ${where}`, async () => {
      await using server = where === "memcached"
        ? await startMemcached()
        : await MemcachedServer.start();
      for (const noreply of [false, true]) {
        await using client = new Client(server.address, { ...PATIENT, noreply });
        await using reader = new Client(server.address, PATIENT);
        for (const value of [BYTES, new Uint8Array(9_500_000)]) {
          assert(await reader.set("k", value, { exptime: 100 }));
          assertEquals(await call(client, "k"), fallback);
          assertInstanceOf(client.lastError, CodecError);
          const [method] = name.split(/[ ,]/);
          assertEquals(
            client.lastError.message,
            `Cannot ${method} as the value is split over several items`,
          );
          assertEquals([client.lastError.server, client.lastError.command], [
            server.address,
            method,
          ]);
          await client.version();
          assertEquals((await reader.get<Uint8Array>("k"))?.length, value.length, method);
        }
      }
    });
  }
}

Deno.test("Client refuses to add to split values among others, with strict too", async () => {
  await using fixture = await twoViews();
  const { client } = fixture;
  const { failure } = recordEvents(client);
  assert(await client.set("big", BIG));
  await client.setMulti({ a: "a", b: "b" });
  const keys = ["a", "big", "absent", "b"];
  const failed = { ok: false, failed: ["big", "absent"] };
  assertEquals(await client.appendMulti(keys, "!"), failed);
  assertEquals(await client.prependMulti(keys, "?"), failed);
  assertEquals(failure.map(({ error }) => error?.name), ["CodecError", "CodecError"]);
  const strict = { strict: true };
  const error = await assertRejects(() => client.appendMulti(keys, "!", strict), MultiError);
  assertInstanceOf(error.errors[0], CodecError);
  await assertRejects(() => client.append("big", "!", strict), CodecError);
  await assertRejects(() => client.incr("big", 1, strict), CodecError);
  assertEquals(await client.getList(["a", "b"]), ["?a!!", "?b!!"]);
  assert(await client.get("big") === BIG);
});

Deno.test("Client.decr() and incr() of counters are what they are, whatever the number", async () => {
  for (const noreply of [false, true]) {
    await using fixture = await twoViews({ noreply });
    const { client, raw } = fixture;
    for (let from = 0; from <= 12; from++) {
      for (const delta of [0, 1, 2, 5, 20]) {
        await raw.set("n", from);
        const up = await client.incr("n", delta);
        assertEquals(up, noreply ? undefined : from + delta);
        assertEquals(await client.get("n"), from + delta);
        const down = await client.decr("n", delta + 1);
        assertEquals(down, noreply ? undefined : Math.max(0, from - 1));
        assertEquals(await client.get("n"), Math.max(0, from - 1));
      }
    }
    assertEquals(await client.incr("absent"), undefined);
    assertEquals(await client.decr("absent", 2), undefined);
  }
});

Deno.test("Client.incr() and decr() of data with a manifest's flag that is none do what they do to any other", async () => {
  for (const noreply of [false, true]) {
    await using fixture = await twoViews({ noreply });
    const { client, raw } = fixture;
    const { failure } = recordEvents(client);
    for (const [text, counted] of [["abc", "abc"], ["77", "84"], ["", ""]] as const) {
      await raw.setRaw("k", new TextEncoder().encode(text), { flags: 4096 });
      await client.incr("k", 7);
      await client.version();
      assertEquals(new TextDecoder().decode((await raw.getRaw("k"))?.data), counted);
      await raw.setRaw("k", new TextEncoder().encode(text), { flags: 4096 });
      await client.decr("k", 3);
    }
    await client.version();
    // Without replies the server's complaint about what is no number goes unheard.
    assertEquals(failure.length, noreply ? 0 : 4);
  }
});

Deno.test("Client with doSplit false, and of keys too long to be split, asks for nothing besides", async () => {
  await using server = await MemcachedServer.start();
  const recorder = new Recorder();
  const options = { ...PATIENT, connect: recorder.connect };
  await using whole = new Client(server.address, { ...options, doSplit: false });
  await using client = new Client(server.address, options);
  const long = "k".repeat(201);
  for (const [each, key] of [[whole, "k"], [client, long]] as const) {
    await each.set(key, 5);
    await each.touch(key, 60);
    await each.append(key, "0");
    await each.incr(key);
    await each.decr(key, 2);
    await each.appendMulti([key], "0");
  }
  const requests = recorder.connections.map(({ sent }) => sent.replaceAll(long, "k"));
  assertEquals(requests[0], requests[1]);
  assert(!requests[0].includes("~") && !requests[0].includes("get"));
});
