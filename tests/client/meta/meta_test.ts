/** What the meta verbs do, on the daemon and on the embedded server alike; and the traps of the protocol. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, MultiError, ReplyError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Recorder } from "../../compat/recording_connect.ts";
import { assertTtl } from "../../support/assert_ttl.ts";
import { startMemcached } from "../../support/memcached.ts";

const PATIENT: ClientOptions = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };
const PLAIN = { won: false, stale: false, taken: false };
const BYTES = new Uint8Array([0, 10, 13, 32, 255]);

/** Keys that a meta command takes, each with what it is as a classic key, if it is one. */
const KEYS: readonly [key: string | Uint8Array, classic: string | undefined][] = [
  ["plain", "plain"],
  ["電", "電"],
  ["?marked", "?marked"],
  [new TextEncoder().encode("bytes"), "bytes"],
  ["k".repeat(247), "k".repeat(247)],
  ["with space", undefined],
  ["line\r\nend", undefined],
  ["nul\0é", undefined],
  [BYTES, undefined],
  [" ".repeat(183), undefined],
];

type Case = (client: Client) => Promise<void>;

const CASES: Record<string, Case> = {
  "keys of any kind are one key in every verb, and the classic one where there is one": async (
    client,
  ) => {
    for (const [key, classic] of KEYS) {
      const where = Deno.inspect(key);
      assertEquals(await client.meta.set(key, "v"), { status: "stored" }, where);
      if (classic !== undefined) assertEquals(await client.get(classic), "v", where);
      assertEquals(await client.meta.get(key), { value: "v", ...PLAIN }, where);
      assertEquals(
        [...await client.meta.getMulti([key])],
        [[key, { value: "v", ...PLAIN }]],
        where,
      );
      assertEquals(await client.meta.delete(key), { status: "deleted" }, where);
      assertEquals(await client.meta.delete(key), { status: "notFound" }, where);
      assertEquals(await client.meta.arithmetic(key), { status: "notFound" }, where);
    }
  },
  "get gives what is asked for, and no more": async (client) => {
    await client.set("a", "value", { exptime: 100 });
    const cas = (await client.gets("a"))?.cas;
    assertEquals(await client.meta.get("a"), { value: "value", ...PLAIN });
    assertEquals(await client.meta.get("a", { value: false }), PLAIN);
    const asked = { cas: true, ttl: true, size: true, hit: true, lastAccess: true } as const;
    const { ttl, lastAccess, ...item } = await client.meta.get("a", asked) ?? {};
    assertEquals(item, {
      value: "value",
      cas: cas as bigint,
      size: 5,
      hitBefore: true,
      ...PLAIN,
    });
    assertTtl(ttl, 100);
    assert(lastAccess !== undefined && lastAccess <= 2, String(lastAccess));
    assertEquals(await client.meta.get("a", { touch: 0, ttl: true }), {
      value: "value",
      ttl: Infinity,
      ...PLAIN,
    });
    assertEquals(await client.meta.get("none", { ttl: true }), undefined);
    await client.set("new", "x");
    assertEquals((await client.meta.get("new", { hit: true, noBump: true }))?.hitBefore, false);
  },
  "values have the codec, compressed ones too": async (client) => {
    for (
      const value of ["", "text", 5, 2n ** 70n, { a: [1] }, BYTES, null, true, "x".repeat(5000)]
    ) {
      await client.meta.set("value", value);
      assertEquals(await client.get("value"), value);
      assertEquals((await client.meta.get("value"))?.value, value);
    }
    await client.meta.set("raw", "y".repeat(5000), { compress: false });
    assertEquals((await client.meta.get("raw", { size: true }))?.size, 5000);
  },
  "modes and cas say what became of a set": async (client) => {
    const status = async (key: string, options: Parameters<typeof client.meta.set>[2]) =>
      (await client.meta.set(key, "x", options))?.status;
    assertEquals(await status("m", { mode: "replace" }), "notStored");
    assertEquals(await status("m", { mode: "append" }), "notStored");
    assertEquals(await status("m", { mode: "add" }), "stored");
    assertEquals(await status("m", { mode: "add" }), "notStored");
    assertEquals(await status("m", { mode: "append" }), "stored");
    assertEquals(await status("m", { mode: "prepend" }), "stored");
    assertEquals(await client.get("m"), "xxx");
    const { cas = 0n } = await client.meta.set("m", "y", { returnCas: true }) ?? {};
    assertEquals(await status("m", { cas: cas + 1n }), "exists");
    assertEquals(await status("m", { cas }), "stored");
    assertEquals(await status("none", { cas }), "notFound");
    const refused = await client.meta.set("m", "z", { mode: "add", returnCas: true });
    assertEquals(refused, { status: "notStored" });
  },
  "arithmetic counts, begins and wraps, in the type of its delta": async (client) => {
    assertEquals(await client.meta.arithmetic("n"), { status: "notFound" });
    const { ttl, ...made } =
      await client.meta.arithmetic("n", { initial: 5, vivify: 60, ttl: true }) ?? {};
    assertEquals(made, { status: "stored", value: 5 });
    assertTtl(ttl, 60);
    assertEquals((await client.meta.arithmetic("n", { delta: 10n }))?.value, 15n);
    assertEquals((await client.meta.arithmetic("n", { mode: "decr", delta: 20 }))?.value, 0);
    assertEquals(await client.meta.arithmetic("n", { value: false }), { status: "stored" });
    await client.meta.set("n", String(2n ** 64n - 1n));
    await assertRejects(() => client.meta.arithmetic("n", { delta: 0 }), RangeError, "rounding");
    assertEquals((await client.meta.arithmetic("n", { delta: 2n }))?.value, 1n);
    const counted = await client.meta.arithmetic("n", { returnCas: true, touch: 30, ttl: true });
    assertEquals([counted?.value, counted?.ttl, typeof counted?.cas], [2, 30, "bigint"]);
    assertEquals(await client.meta.arithmetic("n", { cas: 1n }), { status: "exists" });
    await client.set("text", "no number");
    await assertRejects(() => client.meta.arithmetic("text"), ReplyError, "non-numeric");
  },
  "pipelines say what became of every key": async (client) => {
    const keys = Array.from({ length: 2500 }, (_, i) => `p${i}${i % 7 === 0 ? " x" : ""}`);
    const stored = await client.meta.setMulti(keys.map((key, i) => [key, i] as const));
    assertEquals([stored.size, new Set([...stored.values()].map(({ status }) => status))], [
      2500,
      new Set(["stored" as const]),
    ]);
    assertEquals([...stored.keys()], keys);
    const asked = [...keys, "none"].toReversed();
    const items = await client.meta.getMulti<number>(asked);
    assertEquals([...items].map(([_key, { value }]) => value), keys.map((_, i) => i).toReversed());
    const odd = keys.filter((_, i) => i % 2 === 1);
    const deleted = await client.meta.deleteMulti(odd);
    assert([...deleted.values()].every(({ status }) => status === "deleted"));
    const again = await client.meta.deleteMulti(keys);
    assertEquals(
      [...again.values()].map(({ status }) => status),
      keys.map((_, i) => i % 2 === 1 ? "notFound" : "deleted"),
    );
    const added = await client.meta.setMulti({ p1: 1, p2: 2 }, { mode: "add", returnCas: true });
    assertEquals([...added.values()].map(({ cas }) => typeof cas), ["bigint", "bigint"]);
    const counted = await client.meta.arithmeticMulti(["p1", "p2", "p3"]);
    assertEquals([...counted.values()].map(({ status }) => status), [
      "stored",
      "stored",
      "notFound",
    ]);
    const values = await client.meta.arithmeticMulti(["p1", "p2", "p3"], { value: true });
    assertEquals([...values.values()].map(({ value }) => value), [3, 4, undefined]);
    assertEquals(await client.meta.getMulti([]), new Map());
    assertEquals(await client.meta.setMulti([]), new Map());
  },
  "an error line in a pipeline fails its key, and the stream is in step after it": async (
    client,
  ) => {
    await client.meta.setMulti({ c1: 1, c2: "text", c3: 3 });
    const error = await assertRejects(
      () => client.meta.arithmeticMulti(["c1", "c2", "c3"], { value: true }),
      MultiError<Map<string, { value: number }>>,
    );
    assertEquals([...error.partial], [
      ["c1", { status: "stored", value: 2 }],
      ["c3", { status: "stored", value: 4 }],
    ] as never);
    assertEquals(error.errors.length, 1);
    assertEquals((await client.meta.get("c3"))?.value, 4);
  },
  "a value that set() has split is read as a whole, and not added to": async (client) => {
    const big = "é".repeat(1_200_000);
    await client.set("big", big);
    assertEquals((await client.meta.get("big", { ttl: true }))?.value, big);
    const items = await client.meta.getMulti(["none", "big", "big"]);
    assertEquals(items.get("big"), { value: big, ...PLAIN });
    await assertRejects(() => client.meta.set("big", "x", { mode: "append" }), Error, "is split");
    await assertRejects(() => client.meta.arithmetic("big"), Error, "is split");
    assertEquals(await client.get("big"), big);
    await assertRejects(() => client.meta.set("big", big), RangeError, "set() splits");
  },
  "noop answers behind all that was sent, and debug touches nothing": async (client) => {
    assertEquals(await client.meta.noop(), true);
    await client.meta.set("d", "x", { exptime: 100 });
    const item = await client.meta.debug("d");
    assert(item !== undefined && item.cas > 0n && item.size > 40 && item.slabClass > 0);
    assert(item.ttl >= 99 && item.ttl <= 100, String(item.ttl));
    assertEquals([item.fetched, item.lastAccess], [false, 0]);
    assertEquals((await client.meta.debug("d"))?.fetched, false);
    assertEquals(await client.meta.debug("none"), undefined);
  },
  "A.5 trap 1: no reply shows a key, so a key with a line end splits none": async (client) => {
    const key = "k\r\nHD O1\r\nVA 3";
    assertEquals((await client.meta.get(key, { vivify: 60 }))?.won, true);
    assertEquals((await client.meta.get(key))?.taken, true);
    assertEquals([...(await client.meta.getMulti([key, "none"])).values()], [{
      ...PLAIN,
      taken: true,
    }]);
    assertEquals((await client.meta.arithmetic("n\r\n", { vivify: 60 }))?.value, 0);
    assertEquals(await client.meta.delete(key), { status: "deleted" });
    await assertRejects(() => client.meta.debug(key), TypeError, "line end");
    assertEquals(await client.meta.noop(), true);
  },
  "A.5 trap 4: debug lets nobody win, so a stale item stays for a reader to renew": async (
    client,
  ) => {
    await client.set("stale", "old");
    assertEquals(await client.meta.delete("stale", { stale: true, exptime: 60 }), {
      status: "deleted",
    });
    assert(await client.meta.debug("stale") !== undefined);
    const items = [await client.meta.get("stale"), await client.meta.get("stale")];
    assertEquals(items, [
      { value: "old", won: true, stale: true, taken: false },
      { value: "old", won: false, stale: true, taken: true },
    ]);
    await client.meta.set("stale", "new");
    assertEquals(await client.meta.get("stale"), { value: "new", ...PLAIN });
  },
  "A.5 trap 8: who wins and does not store is followed by nobody until the item has expired":
    async (client) => {
      const options = { vivify: 60, recache: 30 };
      assertEquals(await client.meta.get("gone", options), { ...PLAIN, won: true });
      for (let i = 0; i < 3; i++) {
        assertEquals(await client.meta.get("gone", options), { ...PLAIN, taken: true });
      }
      await client.meta.delete("gone");
      assertEquals((await client.meta.get("gone", options))?.won, true);
    },
  "A.5 trap 9: staleIfOlder stores over a newer value, marks it, and leaves its exptime": async (
    client,
  ) => {
    const { cas = 0n } = await client.meta.set("v", "one", { returnCas: true }) ?? {};
    await client.meta.set("v", "two", { exptime: 50 });
    assertEquals(await client.meta.set("v", "three", { cas }), { status: "exists" });
    const stored = await client.meta.set("v", "three", { cas, staleIfOlder: true, exptime: 99 });
    assertEquals(stored, { status: "stored" });
    const item = await client.meta.get("v", { ttl: true });
    assertEquals([item?.value, item?.stale, item?.ttl], ["three", true, 50]);
  },
  "A.5 trap 11: NUL, a leading space and bytes above 127 are part of the key on every version":
    async (client) => {
      for (const key of ["\0", "a\0b", " a", "\x80\xff", new Uint8Array([0x80, 0x20])]) {
        await client.meta.set(key, "x");
        assertEquals((await client.meta.get(key))?.value, "x");
      }
      assertEquals(await client.meta.getMulti(["a", "", "b"].filter(Boolean)), new Map());
    },
};

for (
  const [name, start] of [
    ["memcached", startMemcached],
    ["the embedded server", () => MemcachedServer.start()],
    ["the embedded server as 1.6.38", () => MemcachedServer.start({ version: "1.6.38" })],
    ["the embedded server as 1.6.45", () => MemcachedServer.start({ version: "1.6.45" })],
  ] as const
) {
  for (const [how, options] of [["", {}], [", with a prefix", { prefix: "é:" }]] as const) {
    Deno.test(`client.meta does ${Object.keys(CASES).length} things as it should on ${name}${how}`, async (t) => {
      await using server = await start();
      for (const [what, run] of Object.entries(CASES)) {
        await using client = new Client(server.address, {
          ...PATIENT,
          ...options,
          allowFlushAll: true,
        });
        await client.flushAll();
        await t.step(what, () => run(client));
      }
    });
  }
}

Deno.test("client.meta uses what came with later versions", async () => {
  await using server = await MemcachedServer.start({ version: "1.6.45" });
  await using client = new Client(server.address, PATIENT);
  assertEquals((await client.meta.set("a", "x", { newCas: 77n, returnCas: true }))?.cas, 77n);
  assertEquals(await client.meta.get("a", { ifNotCas: 77n, cas: true }), {
    ...{ unchanged: true, cas: 77n },
    ...PLAIN,
  });
  assertEquals((await client.meta.get("a", { ifNotCas: 78n }))?.value, "x");
  assertEquals(
    await client.meta.set("a", "yz", { mode: "append", returnSize: true, returnCas: true }).then(
      (stored) => stored?.size,
    ),
    3,
  );
  assertEquals(await client.meta.set("b", "x", { mode: "append", vivify: 60 }), {
    status: "stored",
  });
  assertTtl((await client.meta.get("b", { ttl: true }))?.ttl, 60);
  assertEquals(await client.meta.delete("a", { removeValue: true, exptime: 60, newCas: 5n }), {
    status: "deleted",
  });
  const item = await client.meta.get("a", { ttl: true, cas: true, size: true });
  assertEquals([item?.ttl, item?.cas, item?.size], [60, 5n, 0]);
  assertEquals(
    (await client.meta.arithmetic("n", { initial: 1, vivify: 9, newCas: 8n, returnCas: true }))
      ?.cas,
    8n,
  );
  const placeholder = await client.meta.get("p", { vivify: 9, newCas: 6n, cas: true });
  assertEquals([placeholder?.won, placeholder?.cas], [true, 6n]);
});

Deno.test("A.5 trap 1: client.meta never sends k, and writes its flags in one order", async () => {
  await using server = await MemcachedServer.start({ version: "1.6.45" });
  const recorder = new Recorder();
  await using client = new Client(server.address, { ...PATIENT, connect: recorder.connect });
  await client.meta.get("a b", {
    ...{ lastAccess: true, hit: true, cas: true, ttl: true, size: true, value: true },
    ...{ ifNotCas: 4n, newCas: 5n, touch: 6, vivify: 7, recache: 8 },
  });
  await client.meta.getMulti(["a b", "c"], { noBump: true });
  await client.meta.set("a b", "x", {
    returnSize: true,
    returnCas: true,
    cas: 9n,
    newCas: 1n,
    exptime: 2,
  });
  await client.meta.delete("a b", {
    stale: true,
    removeValue: true,
    exptime: 3,
    newCas: 4n,
    cas: 5n,
  });
  await client.meta.arithmetic("c", {
    ...{ ttl: true, returnCas: true, mode: "decr", delta: 2, initial: 3, vivify: 4, touch: 5 },
    ...{ cas: 6n, newCas: 7n },
  });
  assertEquals(
    recorder.connections[0].sent.split("\r\n").filter((line) => /^m/.test(line)),
    [
      "mg YSBi b R8 N7 T6 C4 E5 v f s t c h l O1",
      "mg YSBi b u q v f O2",
      "mg c u q v f O3",
      "mn",
      "ms YSBi 1 b T2 C9 E1 s c O4",
      "md YSBi b T3 C5 E4 I x O5",
      "ma c N4 T5 C6 E7 J3 D2 MD v t c O6",
    ],
  );
});

Deno.test("client.meta debugs a key in base64, placeholders too", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, PATIENT);
  await client.meta.set("a b", "x");
  assertEquals((await client.meta.debug("a b"))?.ttl, Infinity);
  await client.meta.get("c d", { vivify: 60 });
  assertEquals((await client.meta.debug("c d"))?.fetched, true);
});

Deno.test("A.5 trap 12: the requests of pipelines are short lines, however many keys there are", async () => {
  await using server = await MemcachedServer.start();
  const recorder = new Recorder();
  await using client = new Client(server.address, { ...PATIENT, connect: recorder.connect });
  await client.meta.getMulti(Array.from({ length: 3000 }, (_, i) => `${"k".repeat(200)}${i}`));
  const longest = Math.max(
    ...recorder.connections[0].sent.split("\r\n").map(({ length }) => length),
  );
  assert(longest < 300, `${longest} bytes`);
});

Deno.test("client.meta has one object, and is heard of by its names", async () => {
  await using server = await MemcachedServer.start();
  const heard: string[] = [];
  await using client = new Client(server.address, {
    ...PATIENT,
    observer: { begin: (verb, keys) => void heard.push(`${verb} ${keys}`) },
  });
  assertEquals(client.meta, client.meta);
  await client.meta.get("é");
  await client.meta.getMulti(["a", new TextEncoder().encode("b")]);
  await client.meta.set("a", 1);
  await client.meta.noop();
  assertEquals(heard, ["meta.get é", "meta.getMulti a,b", "meta.set a", "meta.noop "]);
  const counters = client.counters().get(server.address);
  assertEquals([counters?.hits, counters?.misses], [0, 3]);
});
