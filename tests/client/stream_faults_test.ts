/** Streams that come to a bad end, or to none: chunks gone, servers gone, callers gone. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ClosedError, CodecError, ConnectionError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { sameBytes } from "../compat/same_bytes.ts";
import { Recorder } from "../compat/recording_connect.ts";
import { eventually, within } from "../support/eventually.ts";
import { Random } from "../support/random.ts";
import { recordEvents } from "../support/failures.ts";
import { bytesOf, copiesOf, noise, Source } from "./stream_source.ts";

const PATIENT: ClientOptions = { connectTimeout: 5000, pollTimeout: 5000, timeout: 60_000 };

Deno.test("Client.setStream() rejects with the error of the stream, and the key keeps what it had", async () => {
  for (const count of [0, 1, 25]) {
    await using fixture = await start();
    const { client } = fixture;
    assert(await client.set("k", "old"));
    const reason = new Error("no more");
    const source = new Source(copiesOf(100_000, count), { error: reason });
    const error = await assertRejects(() => client.setStream("k", source.stream), Error, "no more");
    assert(error === reason);
    assertEquals([await client.get("k"), client.lastError], ["old", undefined], `${count} pieces`);
  }
});

Deno.test("Client.setStream() that fails leaves no mixture of an old value in chunks and its own", async () => {
  for (const length of [1_500_000, 2_500_000, 9_000_000]) {
    await using fixture = await start();
    const { client } = fixture;
    const old = noise(new Random(length), 2_000_000);
    assert(await client.set("k", old));
    const source = new Source(copiesOf(500_000, length / 500_000), { error: new Error("no more") });
    await assertRejects(() => client.setStream("k", source.stream), Error, "no more");
    assertEquals(await client.get("k"), undefined, `${length}`);
    assertEquals(await client.getStream("k"), undefined, `${length}`);
  }
  await using fixture = await start();
  const { client } = fixture;
  assert(await client.set("k", noise(new Random(1), 2_000_000)));
  const source = new Source(copiesOf(500_000, 2), { error: new Error("no more") });
  await assertRejects(() => client.setStream("k", source.stream), Error, "no more");
  assert(await client.get("k") !== undefined, "no chunk was overwritten");
});

Deno.test("Client.setStream() is false when the server goes away on the way, strict rejects", async () => {
  for (const strict of [false, true]) {
    await using fixture = await start();
    const { client, server } = fixture;
    const { failure } = recordEvents(client);
    let stopping: Promise<void> | undefined;
    const source = new Source((function* () {
      yield* copiesOf(500_000, 5);
      stopping = server.stop();
      yield* copiesOf(500_000, 100);
    })());
    const storing = client.setStream("k", source.stream, { strict });
    if (strict) await assertRejects(() => storing, ConnectionError);
    else assertEquals(await storing, false);
    assertEquals(source.cancelled.length, 1);
    assert(source.asked < 12, `asked for ${source.asked} pieces`);
    assertEquals(failure.map(({ error }) => error), [client.lastError], "told once");
    await stopping;
  }
});

Deno.test("Client.setStream() stops at an item that was not stored", async () => {
  await using fixture = await start();
  const { client, server } = fixture;
  assert(await client.set("k", "old"));
  server.fault({ kind: "serverError", commands: ["set"], nth: 2 });
  const source = new Source(copiesOf(1_000_000, 9));
  assertEquals(await client.setStream("k", source.stream), false);
  assertEquals([source.cancelled.length, client.lastError?.code], [1, -4]);
  assert(source.asked <= 4);
  assertEquals(await client.get("k"), "old");
});

Deno.test("Client.setStream() asks for no more of the stream while a chunk is on its way", async () => {
  await using fixture = await start();
  const { client, server, recorder } = fixture;
  server.fault({ kind: "missingReply", commands: ["set"] });
  const source = new Source(copiesOf(300_000, 30));
  const controller = new AbortController();
  const storing = client.setStream("k", source.stream, { signal: controller.signal });
  await eventually("a chunk is sent", () => (recorder.connections[0]?.sent.length ?? 0) > 1e6);
  assert(source.asked <= 6, `asked for ${source.asked} pieces`);
  controller.abort(new Error("enough"));
  await assertRejects(() => storing, Error, "enough");
  await eventually("it is cancelled", () => source.cancelled.length === 1);
  assertEquals(recorder.connections[0].sent.match(/set ~/g)?.length, 1);
});

Deno.test("Client.setStream() that is aborted cancels a stream that says nothing, at once", async () => {
  await using fixture = await start();
  const { client, recorder } = fixture;
  const source = new Source(copiesOf(1000, 3), "silence");
  const controller = new AbortController();
  const storing = client.setStream("k", source.stream, { signal: controller.signal });
  await eventually("it waits", () => source.asked === 4);
  const reason = new Error("enough");
  controller.abort(reason);
  assert(await within("the call", assertRejects(() => storing)) === reason);
  await eventually("it is cancelled", () => source.cancelled.length === 1);
  assertEquals([source.cancelled[0], recorder.connections.length], [reason, 0]);
});

Deno.test("Client.setStream() does not wait for a stream that cannot be cancelled", async () => {
  const server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  await client.version();
  await server.stop();
  const isCancelled = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
    cancel: () => {
      isCancelled.resolve();
      return new Promise(() => {});
    },
  });
  assertEquals(await within("setStream()", client.setStream("key", stream)), false);
  await isCancelled.promise;
});

Deno.test("Client.setStream() with an aborted signal leaves the stream alone", async () => {
  await using fixture = await start();
  const { client, recorder } = fixture;
  const source = new Source(copiesOf(1000, 3));
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => client.setStream("k", source.stream, { signal }), Error, "enough");
  await assertRejects(() => client.getStream("k", { signal }), Error, "enough");
  assertEquals([source.asked, source.stream.locked, recorder.connections.length], [0, false, 0]);
});

Deno.test("Client.close() does not wait for a stream that says nothing: it cancels it, and the call fails", async () => {
  await using fixture = await start();
  const { client } = fixture;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const storing = client.setStream("k", readable);
  const writer = writable.getWriter();
  await writer.write(new Uint8Array(10));
  const cancelled = assertRejects(() => writer.closed, ClosedError);
  await within("close", client.close());
  assertEquals(await within("the call", storing), false);
  await within("the stream", cancelled);
  assertEquals(client.lastError?.name, "ClosedError");
});

Deno.test("Client.getStream() is a miss where the first chunk is missing, and counts it", async () => {
  await using fixture = await start();
  const { client, raw } = fixture;
  assert(await client.set("k", noise(new Random(2), 2_500_000)));
  assert(await raw.delete("~1k/0"));
  assertEquals(await client.getStream("k", { strict: true }), undefined);
  assert(await raw.setRaw("~1k/0", new Uint8Array(999_999), { flags: 128 }));
  assertEquals(await client.getStream("k", { strict: true }), undefined);
  assert(await raw.setRaw("k", new Uint8Array([48]), { flags: 4096 }));
  assertEquals(await client.getStream("k", { strict: true }), undefined);
  assertEquals([fixture.torn(), client.lastError], [3, undefined]);
});

Deno.test("Client.getStream() gives a stream that errors where a later chunk is missing or torn", async () => {
  const value = noise(new Random(3), 2_500_000);
  const spoilt = [
    [1, undefined, "chunk 1 of 3"],
    [2, undefined, "chunk 2 of 3"],
    [1, new Uint8Array(999_999), "chunk 1 of 3"],
    [2, new Uint8Array(0), "chunk 2 of 3"],
  ] as const;
  for (const [index, chunk, message] of spoilt) {
    await using fixture = await start();
    const { client, raw } = fixture;
    assert(await client.set("k", value));
    if (chunk === undefined) await raw.delete(`~1k/${index}`);
    else assert(await raw.setRaw(`~1k/${index}`, chunk));
    const reader = (await client.getStream("k"))!.getReader();
    for (let i = 0; i < index; i++) {
      const { value: part } = await reader.read();
      assert(sameBytes(part!, value.subarray(i * 1_000_000, (i + 1) * 1_000_000)));
    }
    await assertRejects(() => reader.read(), CodecError, `Cannot read stream as ${message}`);
    await assertRejects(() => reader.read(), CodecError);
    assertEquals(fixture.torn(), 1);
  }
});

for (const how of ["as it is", "compressed"] as const) {
  const options: ClientOptions = how === "compressed" ? { compThreshold: 1000 } : {};

  Deno.test(`Client.getStream() asks for at most one chunk ahead, and for none once cancelled, ${how}`, async () => {
    await using fixture = await start(options);
    const { client, recorder } = fixture;
    const value = noise(new Random(4), 5_500_000);
    assert(await client.set("k", value));
    const [{ sent: before }] = recorder.connections;
    const asked = () => recorder.connections[0].sent.slice(before.length).match(/~1k\//g)!.length;
    const stream = (await client.getStream("k"))!;
    assertEquals(asked(), 1);
    const reader = stream.getReader();
    let got = 0;
    while (got < 2_700_000) {
      got += (await reader.read()).value!.length;
      // Nobody asks: what would be fetched ahead comes while a call of ours goes there and back.
      await client.get("absent");
      assert(asked() <= Math.ceil(got / 1_000_000) + 1, `${asked()} chunks asked for ${got} bytes`);
    }
    const askedBefore = asked();
    await reader.cancel();
    for (let i = 0; i < 5; i++) await client.get("absent");
    assert(asked() <= askedBefore, `${asked()} asked after ${askedBefore}`);
    assertEquals(client.lastError, undefined);
  });
}

Deno.test("Client.getStream() errors with the signal's reason when aborted between chunks or during one", async () => {
  const reason = new Error("enough");
  await using fixture = await start();
  const { client, server } = fixture;
  assert(await client.set("k", noise(new Random(5), 2_500_000)));
  const controller = new AbortController();
  const reader = (await client.getStream("k", { signal: controller.signal }))!.getReader();
  await reader.read();
  controller.abort(reason);
  assert(await within("the read", assertRejects(() => reader.read())) === reason);

  const later = new AbortController();
  server.fault({ kind: "missingReply", commands: ["get"], nth: 3 });
  const slow = (await client.getStream("k", { signal: later.signal }))!.getReader();
  await slow.read();
  const reading = slow.read();
  later.abort(reason);
  assert(await within("the read", assertRejects(() => reading)) === reason);
  assertEquals(client.lastError, undefined, "to give up is no failure");
});

Deno.test("Client.getStream() is a miss when the server is gone, strict rejects; a stream under way errors", async () => {
  await using fixture = await start();
  const { client, server } = fixture;
  const { failure } = recordEvents(client);
  assert(await client.set("k", noise(new Random(6), 2_500_000)));
  const reader = (await client.getStream("k"))!.getReader();
  await server.stop();
  await reader.read();
  const error = await assertRejects(() => reader.read());
  assertInstanceOf(error, ConnectionError);
  assert(failure.length === 1 && failure[0].error === error && client.lastError === error);
  assertEquals(await client.getStream("k"), undefined);
  assertEquals(failure.length, 2, "told once");
  await assertRejects(() => client.getStream("k", { strict: true }));
});

Deno.test("Client.setStream() takes the stream of another client's getStream(), and fails with it", async () => {
  await using from = await start();
  await using to = await start();
  const value = noise(new Random(7), 3_000_001);
  assert(await from.client.set("k", value));
  assert(await to.client.setStream("copy", (await from.client.getStream("k"))!));
  assert(sameBytes(await bytesOf(await to.client.getStream("copy")), value));
  await from.raw.delete("~1k/2");
  const torn = (await from.client.getStream("k"))!;
  assertEquals(await to.client.setStream("other", torn), false);
  assertInstanceOf(to.client.lastError, CodecError);
  assertEquals(await to.client.get("other"), undefined);
});

/** A client with a recorder, one that sees items as they are, and the server of both. */
async function start(options: ClientOptions = {}) {
  const server = await MemcachedServer.start();
  const recorder = new Recorder();
  const client = new Client(server.address, { ...PATIENT, connect: recorder.connect, ...options });
  const raw = new Client(server.address, { ...PATIENT, doSplit: false });
  return {
    server,
    recorder,
    client,
    raw,
    torn: (): number => client.counters().get(server.address)!.torn,
    async [Symbol.asyncDispose](): Promise<void> {
      await client.close();
      await raw.close();
      await server.stop();
    },
  };
}
