import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Client, CodecError, libmcCodec, MultiError, type Storable } from "@libmc/libmc";
import { doneOf } from "../support/answers.ts";
import { ALL_VERBS, takes, type Verb, type VerbOptions } from "../support/verbs.ts";
import { compress } from "../../src/codec/compression.ts";
import { sameBytes } from "../compat/same_bytes.ts";
import { Random } from "../support/random.ts";
import { recordEvents } from "../support/failures.ts";
import { bytesOf, noise } from "./stream_source.ts";
import { twoViews } from "../support/two_views.ts";

const ZLIB = 16;
const TEXT = "some text, some text and more of it. ".repeat(20);

/** The verbs that compress what they store. */
const COMPRESSING = ALL_VERBS.filter((verb) => takes(verb, "compress"));

Deno.test("Client with compThreshold compresses what is longer, of every type, and nothing else", async () => {
  const values: [type: string, value: Storable][] = [
    ["text", TEXT],
    ["text of more bytes than characters", "ü".repeat(400)],
    ["text of three bytes a character", "語".repeat(3)],
    ["bytes", new TextEncoder().encode(TEXT)],
    ["JSON", { list: [1, 2, 3], text: TEXT }],
    ["integer", 1234567],
    ["bigint", 2n ** 300n],
    ["fraction", 0.5],
  ];
  for (const codec of [undefined, libmcCodec]) {
    for (const [type, value] of values) {
      await using fixture = await twoViews(codec && { codec });
      const { server, client, raw } = fixture;
      const told = `${type}${codec === undefined ? "" : ", as libmc writes it"}`;
      assert(await client.set("plain", value), told);
      const plain = (await raw.getRaw("plain"))!;
      for (const less of [0, 1]) {
        const compThreshold = plain.data.length - less;
        await using other = new Client(server.address, { ...codec && { codec }, compThreshold });
        for (const verb of COMPRESSING) {
          assert(await stores(verb, other, value), told);
          const { data, flags } = (await raw.getRaw("k"))!;
          const expected = less === 0
            ? plain
            : { data: compress(plain.data), flags: plain.flags | ZLIB };
          assertEquals({ data, flags }, expected, `${told}, ${verb.name}, threshold - ${less}`);
          assertEquals(await client.get("k"), value, told);
          assertEquals((await client.getMulti(["k"])).get("k"), value, told);
        }
      }
    }
  }
});

Deno.test("Client leaves a value uncompressed with compress false, and without a compThreshold", async () => {
  await using fixture = await twoViews({ compThreshold: 10 });
  const { client, raw } = fixture;
  const compressed = async () => ((await raw.getRaw("k"))!.flags & ZLIB) !== 0;
  for (const compress of [true, false, undefined]) {
    const options = compress === undefined ? {} : { compress };
    const expected = compress !== false;
    for (const verb of COMPRESSING) {
      assert(await stores(verb, client, TEXT, options));
      assertEquals(await compressed(), expected, `${verb.name} ${compress}`);
    }
  }
  assert(await raw.set("k", TEXT));
  assertEquals(await compressed(), false);
});

Deno.test("Client.setRaw(), append() and prepend() never compress", async () => {
  await using fixture = await twoViews({ compThreshold: 10 });
  const { client, raw } = fixture;
  const data = new TextEncoder().encode(TEXT);
  assert(await client.setRaw("k", data, { flags: 5 }));
  assertEquals(await raw.getRaw("k"), { data, flags: 5 });
  assert(await client.set("t", "t"));
  assert(await client.append("t", TEXT) && await client.prepend("t", data));
  assertEquals(await client.get("t"), `${TEXT}t${TEXT}`);
});

Deno.test("Client.append() to a compressed value is lost to readers, as with libmc", async () => {
  await using fixture = await twoViews({ compThreshold: 10 });
  const { client, raw } = fixture;
  assert(await client.set("k", TEXT));
  const before = (await raw.getRaw("k"))!.data.length;
  assert(await client.append("k", "and more"));
  assertEquals((await raw.getRaw("k"))!.data.length, before + 8);
  assertEquals(await client.get("k"), TEXT);
  assertEquals(await bytesOf(await client.getStream("k")), new TextEncoder().encode(TEXT));
  assertEquals(client.lastError, undefined);
});

Deno.test("Client compresses before it splits", async () => {
  await using fixture = await twoViews({ compThreshold: 1000 });
  const { server, client, raw } = fixture;
  const long = TEXT.repeat(5000);
  assert(long.length > 3_000_000 && await client.set("k", long));
  assertEquals(server.items, 1, "what is short once compressed is not split");
  assert(await client.get("k") === long);
  const bytes = noise(new Random(12), 2_100_000);
  assert(await client.set("k", bytes));
  assertEquals((await raw.getRaw("k"))!.flags, 128 | ZLIB | 4096);
  const chunks = await Promise.all([0, 1, 2].map((index) => raw.getRaw(`~1k/${index}`)));
  const lengths = chunks.map((chunk) => chunk?.data.length);
  assertEquals(lengths, [1_000_000, 1_000_000, compress(bytes).length - 2_000_000]);
  assert(sameBytes(await client.get<Uint8Array>("k") as Uint8Array, bytes));
  assert(sameBytes(await bytesOf(await client.getStream("k")), bytes));
});

Deno.test("Client with inflateBudget misses what inflates to more bytes, and says so; strict rejects", async () => {
  const limit = 5000;
  await using fixture = await twoViews({ inflateBudget: { bytes: limit }, compThreshold: 10 });
  const { server, client, raw } = fixture;
  const { failure } = recordEvents(client);
  const flags = 128 | ZLIB;
  assert(await raw.setRaw("full", compress(new Uint8Array(limit)), { flags }));
  assert(await raw.setRaw("over", compress(new Uint8Array(limit + 1)), { flags }));
  assert(await client.set("small", TEXT));
  assert(await raw.setRaw("~5split/0", compress(new Uint8Array(limit + 1)), { flags }));
  assert(await raw.setRaw("split", new TextEncoder().encode("1"), { flags: flags | 4096 }));
  assertEquals(await client.get("full"), new Uint8Array(limit));

  const one = [
    () => client.get("over"),
    () => client.gets("over"),
    () => client.gat("over", 0),
    () => client.get("split"),
  ];
  for (const [i, call] of one.entries()) {
    assertEquals(await call(), undefined);
    assertEquals(failure.length, i + 1);
    assertInstanceOf(failure[i].error, CodecError);
    assert(client.lastError === failure[i].error);
    assertStringIncludes(
      failure[i].error!.message,
      'as it must inflate to <= 5000 bytes: the option "inflateBudget" sets the bound',
    );
  }
  for (const bad of ["over", "split"]) {
    await assertRejects(() => client.get(bad, { strict: true }), CodecError, "<= 5000 bytes");
    const keys = ["small", bad, "full"];
    const before = failure.length;
    assertEquals(Array.from((await client.getMulti(keys)).keys()), ["small", "full"]);
    assertEquals(await client.getList(keys), [TEXT, undefined, new Uint8Array(limit)]);
    assertEquals(failure.length, before + 2);
    const error = await assertRejects(() => client.getMulti(keys, { strict: true }), MultiError);
    assertEquals(Array.from((error.partial as Map<string, unknown>).keys()), ["small", "full"]);
    assertInstanceOf(error.errors[0], CodecError);
  }
  assertEquals((await client.getRaw("over"))!.flags, flags, "what is not inflated is not bounded");
  assertEquals(server.accepted, 2, "one item does not end a connection");
});

Deno.test("Client.getStream() errors where a value inflates to more than inflateBudget allows, or breaks off", async () => {
  const limit = 200_000;
  await using fixture = await twoViews({ inflateBudget: { bytes: limit } });
  const { client, raw } = fixture;
  const bytes = noise(new Random(13), limit + 1);
  const flags = 128 | ZLIB;
  assert(await raw.setRaw("full", compress(bytes.subarray(1)), { flags }));
  assert(sameBytes(await bytesOf(await client.getStream("full")), bytes.subarray(1)));
  const bad: [data: Uint8Array, message: string][] = [
    [compress(bytes), "Cannot inflate stream as it must inflate to <= 200000 bytes"],
    [compress(bytes.subarray(1)).subarray(0, -1), "Cannot inflate stream: unexpected end of file"],
    [bytes.subarray(0, 100), "Cannot inflate stream: "],
    [new Uint8Array(0), "Cannot inflate stream: unexpected end of file"],
  ];
  for (const [data, message] of bad) {
    assert(await raw.setRaw("bad", data, { flags }));
    const stream = (await client.getStream("bad"))!;
    let given = 0;
    await assertRejects(
      async () => {
        for await (const piece of stream) given += piece.length;
      },
      CodecError,
      message,
    );
    assert(given <= limit, `${given} bytes were given`);
  }
});

Deno.test("Client.getStream() passes on what its source errors with, though that is a RangeError", async () => {
  await using fixture = await twoViews({ compThreshold: 10 });
  const { client } = fixture;
  assert(await client.set("big", noise(new Random(14), 3_500_000)));
  const controller = new AbortController();
  const stream = (await client.getStream("big", { signal: controller.signal }))!;
  const reason = new RangeError("the caller's own");
  const error = await assertRejects(async () => {
    for await (const piece of stream) if (piece.length > 0) controller.abort(reason);
  });
  assertEquals(error, reason);
});

Deno.test("Client spends on a zlib bomb no more memory than its limit", async () => {
  const bomb = compress(new Uint8Array(200_000_000));
  assert(bomb.length < 200_000);
  await using fixture = await twoViews({ inflateBudget: { bytes: 1_000_000 } });
  const { client, raw } = fixture;
  assert(await raw.setRaw("k", bomb, { flags: 128 | ZLIB }));
  // Whoever made arrays of 200 MB would hold them at least when the call ends.
  const before = Deno.memoryUsage().external;
  assertEquals(await client.get("k"), undefined);
  assert(Deno.memoryUsage().external - before < 30_000_000);

  await using patient = new Client(client.servers, { inflateBudget: { bytes: 2 ** 30 } });
  const beforeStream = Deno.memoryUsage().external;
  let given = 0;
  for await (const piece of (await patient.getStream("k"))!) {
    assert(piece.length <= 65_536);
    given += piece.length;
    if (given < 1_000_000) assert(Deno.memoryUsage().external - beforeStream < 30_000_000);
    else break;
  }
  assert(given >= 1_000_000);
});

/** Stores a value under `k` by a verb, which finds what it needs. */
async function stores(
  verb: Verb,
  client: Client,
  value: Storable,
  options: VerbOptions = {},
): Promise<boolean> {
  if (verb.command === "add") await client.delete("k");
  const cas = verb.command === "cas" ? (await client.gets("k"))!.cas : 0n;
  const given = { key: "k", keys: ["k"], value, cas };
  return doneOf(verb, await verb.call(client, options, given), ["k"])?.length === 1;
}
