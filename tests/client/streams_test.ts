/** Streams that come to a good end, and those that are refused. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { toText } from "@std/streams";
import { Client, type ClientOptions, ClosedError, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { sameBytes } from "../compat/same_bytes.ts";
import { Recorder } from "../compat/recording_connect.ts";
import { startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { bytesOf, copiesOf, noise, piecesOf, Source } from "./stream_source.ts";

const PATIENT: ClientOptions = { connectTimeout: 5000, pollTimeout: 5000, timeout: 60_000 };
const SIZES = [0, 1, 999_999, 1_000_000, 1_000_001, 2_500_000, 10_000_000];

Deno.test("Client.setStream() and getStream() take values of every size over three servers", async (t) => {
  await using servers = new AsyncDisposableStack();
  const addresses: string[] = [];
  for (const name of ["alfa", "bravo", "charlie"]) {
    const { address } = servers.use(await startMemcached({ args: ["-m", "256"] }));
    addresses.push(`${address} ${name}`);
  }
  await using client = new Client(addresses, PATIENT);
  await using python = new Client(addresses, { ...PATIENT, codec: libmcCodec });
  const random = new Random(20260120);
  for (const size of SIZES) {
    await t.step(`${size} bytes`, async () => {
      const value = noise(random, size);
      const kinds: [kind: string, pieces: Iterable<Uint8Array>][] = [
        ["one", [value]],
        ["big ones", piecesOf(value, 3_000_000, random)],
        ["small ones", piecesOf(value, Math.max(50, size / 20_000), random)],
      ];
      for (const [kind, pieces] of kinds) {
        const told = `${size} in ${kind}, seed ${random.seed}`;
        const key = `${size}-${kind[0]}`;
        const source = new Source(pieces);
        assert(await client.setStream(key, source.stream), told);
        assertEquals(source.cancelled, [], told);
        assert(sameBytes(await bytesOf(await client.getStream(key)), value), told);
        assert(sameBytes(await client.get<Uint8Array>(key) as Uint8Array, value), told);
        assert(sameBytes((await client.getMulti<Uint8Array>([key])).get(key)!, value), told);
        const raw = await client.getRaw(key);
        assert(sameBytes(raw!.data, value), told);
        assertEquals(raw!.flags, 128, told);
        assert(sameBytes(await python.get<Uint8Array>(key) as Uint8Array, value), told);
        assert(sameBytes(await bytesOf(await python.getStream(key)), value), told);
      }
    });
  }
  const counters = Array.from(client.counters().values());
  assert(counters.every(({ commands, torn }) => commands > 5 && torn === 0));
  assertEquals(client.lastError, undefined);
});

Deno.test("Client.setStream() sends what set() sends for the same bytes", async () => {
  for (const codec of [undefined, libmcCodec]) {
    for (const size of [0, 7, 2_000_000]) {
      await using fixture = await start(codec && { codec });
      const { client, sent } = fixture;
      const value = new Uint8Array(size).fill(9);
      assert(await client.set("k", value, { exptime: 60 }));
      const bySet = sent();
      assert(await client.delete("k"));
      sent();
      assert(await client.setStream("k", new Source([value]).stream, { exptime: 60 }));
      // What is about to be overwritten is asked for first, or deleted; and each writing marks its chunks.
      assertEquals(unmarked(sent()), unmarked(bySet), `${codec?.bytesFlags}, ${size}`);
    }
  }
});

function unmarked(sent: string): string {
  return sent.replace(/^(get|delete) k\r\n/, "").replaceAll(/(?<=set ~1k\/\d )\d+/g, "mark");
}

Deno.test("Client.setStream() with noreply stores all the same", async () => {
  await using fixture = await start({ noreply: true });
  const { client, sent } = fixture;
  const value = noise(new Random(1), 2_500_000);
  assert(await client.setStream("k", new Source([value]).stream));
  const heads = Array.from(sent().matchAll(/set (\S+) \d+ 0 \d+ noreply\r\n/g), ([, key]) => key);
  assertEquals(heads, ["k"]);
  assert(sameBytes(await bytesOf(await client.getStream("k")), value));
});

Deno.test("Client.setStream() gives every item of a value the same exptime", async () => {
  await using fixture = await start();
  const { client, sent } = fixture;
  assert(await client.setStream("k", new Source(copiesOf(500_000, 5)).stream, { exptime: 77 }));
  assertEquals(sent().match(/set \S+ \d+ 77 \d+\r\n/g)?.length, 4);
});

Deno.test("Client.setStream() refuses what is too much, cancels it, and leaves the key as it was", async () => {
  await using fixture = await start();
  const { client } = fixture;
  const endless = new Source(copiesOf(700_000, 1000));
  assert(await client.set("k", "old"));
  await assertRejects(
    () => client.setStream("k", endless.stream),
    RangeError,
    "Cannot store stream as it must be <= 10000000 bytes",
  );
  assertEquals([endless.cancelled.length, endless.asked], [1, 15], "15 pieces are 10.5 MB");
  assertEquals(await client.get("k"), "old");
  const oneTooMuch = new Source([new Uint8Array(10_000_000), new Uint8Array(1)]);
  await assertRejects(() => client.setStream("k", oneTooMuch.stream), RangeError);
  assertEquals(await client.get("k"), "old");
  assertEquals(client.lastError, undefined, "wrong use is no failure");
});

Deno.test("Client.setStream() with doSplit false takes what fits one item, and sends nothing of what does not", async () => {
  await using fixture = await start({ doSplit: false });
  const { client, sent } = fixture;
  assert(await client.setStream("k", new Source(copiesOf(250_000, 4)).stream));
  sent();
  const source = new Source(copiesOf(250_000, 5));
  await assertRejects(
    () => client.setStream("k", source.stream),
    RangeError,
    "Cannot store stream as it must be <= 1000000 bytes unless doSplit is set",
  );
  assertEquals([source.cancelled.length, sent()], [1, ""]);
  assertEquals((await bytesOf(await client.getStream("k"))).length, 1_000_000);
});

Deno.test("Client.setStream() refuses a key too long to be split once it must be, and sends nothing", async () => {
  await using fixture = await start({ prefix: "p:" });
  const { client, sent } = fixture;
  const key = "k".repeat(199);
  assert(await client.setStream(key, new Source([new Uint8Array(1_000_000)]).stream));
  sent();
  await assertRejects(
    () => client.setStream(key, new Source([new Uint8Array(1_000_001)]).stream),
    RangeError,
    "Cannot split stream as its key must be <= 200 bytes: current size is 201",
  );
  assertEquals(sent(), "");
});

Deno.test("Client.setStream() refuses wrong arguments before it touches the stream or the wire", async () => {
  await using fixture = await start();
  const { client, recorder } = fixture;
  const source = new Source([new Uint8Array(1)]);
  const { stream } = source;
  const notStream = new Uint8Array(1) as unknown as ReadableStream<Uint8Array>;
  const noSignal = {} as AbortSignal;
  const wrong: [wrong: typeof TypeError | typeof RangeError, call: () => Promise<boolean>][] = [
    [TypeError, () => client.setStream("a b", stream)],
    [RangeError, () => client.setStream("k".repeat(251), stream)],
    [RangeError, () => client.setStream("k", stream, { exptime: 1.5 })],
    [RangeError, () => client.setStream("k", stream, { exptime: 1_000_000_000 })],
    [TypeError, () => client.setStream("k", stream, { signal: noSignal })],
    [TypeError, () => client.setStream("k", notStream)],
  ];
  for (const [ErrorClass, call] of wrong) await assertRejects(call, ErrorClass, "Cannot ");
  await assertRejects(() => client.getStream("a b"), TypeError, "Cannot use key");
  assertEquals(recorder.connections.length, 0);
  assertEquals([source.asked, source.cancelled.length, stream.locked], [0, 0, false]);
  await client.close();
  await assertRejects(() => client.setStream("k", stream), ClosedError, "closed");
  await assertRejects(() => client.getStream("k"), ClosedError, "closed");
  assertEquals([source.asked, stream.locked], [0, false]);
});

Deno.test("Client.setStream() refuses a piece that is no Uint8Array, and cancels the stream", async () => {
  await using fixture = await start();
  const { client } = fixture;
  for (const piece of ["text", new ArrayBuffer(1), 7, null]) {
    const source = new Source([new Uint8Array(3), piece, new Uint8Array(3)]);
    await assertRejects(() => client.setStream("k", source.stream), TypeError, "Uint8Array");
    assertEquals([source.asked, source.cancelled.length], [2, 1]);
  }
  const locked = new Source([]);
  locked.stream.getReader();
  await assertRejects(() => client.setStream("k", locked.stream), TypeError);
  assertEquals(await client.get("k"), undefined);
});

Deno.test("Client.getStream() gives the data block of any value", async () => {
  await using fixture = await start();
  const { client } = fixture;
  const long = "0123456789 und ü ".repeat(150_000);
  await client.setMulti({ text: "grün", long, number: 42, list: [1, "a"] });
  assertEquals(await toText((await client.getStream("text"))!), "grün");
  assert(await toText((await client.getStream("long"))!) === long);
  assertEquals(await toText((await client.getStream("number"))!), "42");
  assertEquals(await toText((await client.getStream("list"))!), '[1,"a"]');
  assertEquals(await client.getStream("absent", { strict: true }), undefined);
});

/** A client with a recorder, and its server. */
async function start(options: ClientOptions = {}) {
  const server = await MemcachedServer.start();
  const recorder = new Recorder();
  const client = new Client(server.address, { ...PATIENT, connect: recorder.connect, ...options });
  return {
    recorder,
    client,
    /** What was sent since the last time. */
    sent(): string {
      const [connection] = recorder.connections;
      const { sent } = connection;
      connection.sent = "";
      return sent;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await client.close();
      await server.stop();
    },
  };
}
