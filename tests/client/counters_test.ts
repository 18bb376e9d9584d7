/** incr and decr with `initial`: on servers with meta commands and on those without. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  type CountOptions,
  MemcachedError,
  ReplyError,
  TimeoutError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { AnsweringConnect } from "../support/answering_connect.ts";
import { startMemcached } from "../support/memcached.ts";
import { Recorder } from "../compat/recording_connect.ts";

const PATIENT: ClientOptions = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };

/** The same on every server, whichever commands do it. */
async function countsRight(client: Client): Promise<void> {
  const count = { initial: 10, exptime: 100 };
  assertEquals(await client.incr("n", 5, count), 10, "nothing is added to the initial number");
  assertEquals(await client.incr("n", 5, count), 15);
  assertEquals(await client.decr("n", 1, count), 14);
  assertEquals(await client.decr("n", 100, count), 0);
  assertEquals(await client.decr("m", 7, { initial: 3 }), 3);
  assertEquals(await client.incr("z", 1, { initial: 0 }), 0);
  assertEquals(await client.incr("z"), 1);
  const most = 2n ** 64n - 1n;
  assertEquals(await client.incr("big", 1n, { initial: most }), most);
  assertEquals(await client.incr("big", 1n, { initial: most }), 0n);
  await client.set("stored", 41);
  assertEquals(await client.incr("stored", 1, count), 42);
  assertEquals(await client.get("stored"), 42);
  await client.set("text", "abc");
  await assertRejects(() => client.incr("text", 1, count), ReplyError);
  assertEquals(await client.get("text"), "abc");
  assertEquals((await client.getRaw("m"))?.flags, 0, "the same bytes, whichever commands made it");
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => client.incr("crowd", 1, { initial: 1 })),
  );
  assertEquals(answers.toSorted((a, b) => a! - b!), Array.from({ length: 50 }, (_, i) => i + 1));
  const inOrder = await Promise.all([
    client.set("order", 5),
    client.delete("order"),
    client.incr("order", 1, { initial: 1 }),
    client.incr("order"),
    client.delete("order"),
    client.incr("order"),
    client.incr("order", 1, { initial: 7 }),
  ]);
  assertEquals(inOrder, [true, true, 1, 2, true, undefined, 7]);
  await client.incr("past", 1, { initial: 1, exptime: -1 });
  assertEquals(await client.get("past"), undefined);
}

Deno.test("a counter begins by itself, on the embedded server", async () => {
  for (const version of ["1.6.18", "1.6.38", "1.6.45"] as const) {
    await using server = await MemcachedServer.start({ version });
    await using client = new Client(server.address, PATIENT);
    await countsRight(client);
  }
});

Deno.test("a counter begins by itself, on memcached", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, PATIENT);
  await countsRight(client);
});

Deno.test("a counter begins by itself on a server without meta commands, by add and incr", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
  await using client = new Client(server.address, PATIENT);
  await countsRight(client);
});

Deno.test("a counter begins by itself for clients with other options", async () => {
  for (const options of [{ doSplit: false }, { noreply: true }, { connections: 3, prefix: "p:" }]) {
    for (const hasMeta of [true, false]) {
      await using server = await MemcachedServer.start();
      if (!hasMeta) server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
      await using client = new Client(server.address, { ...PATIENT, ...options });
      assertEquals(await client.incr("n", 5, { initial: 1 }), 1, Deno.inspect(options));
      assertEquals(await client.incr("n", 5, { initial: 1 }), 6, Deno.inspect(options));
      assertEquals(await client.decr("n", 2, { initial: 1 }), 4, Deno.inspect(options));
    }
  }
});

Deno.test("a counter that began by itself expires when it should, on every server", async () => {
  for (const hasMeta of [true, false]) {
    await using server = await MemcachedServer.start();
    if (!hasMeta) server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
    await using client = new Client(server.address, PATIENT);
    const options: CountOptions<number> = { initial: 1, exptime: 60 };
    await client.incr("n", 1, options);
    server.advance(59);
    assertEquals(await client.incr("n", 1, options), 2, "what is there keeps its exptime");
    server.advance(1);
    assertEquals(await client.incr("n", 1, options), 1);
    await client.incr("forever", 1, { initial: 1 });
    server.advance(10_000_000);
    assertEquals(await client.incr("forever"), 2);
  }
});

Deno.test("incr and decr with initial leave a split value as it is", async () => {
  for (const hasMeta of [true, false]) {
    await using server = await MemcachedServer.start();
    if (!hasMeta) server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
    await using client = new Client(server.address, { ...PATIENT, strict: false });
    const value = new Uint8Array(2_500_000).fill(7);
    await client.set("big", value);
    for (const delta of [1, 2, 100]) {
      assertEquals(await client.incr("big", delta, { initial: 1 }), undefined);
      assertEquals(client.lastError?.name, "CodecError");
      assertEquals(await client.decr("big", delta, { initial: 1 }), undefined);
      assertEquals(await client.get("big"), value, `${hasMeta} ${delta}`);
    }
  }
});

Deno.test("incr without initial asks no server for meta commands", async () => {
  await using server = await MemcachedServer.start();
  const recorder = new Recorder();
  await using client = new Client(server.address, { ...PATIENT, connect: recorder.connect });
  await client.incr("n");
  await client.incr("n", 1, {});
  assertEquals(recorder.connections.length, 1);
});

Deno.test("a counter whose reply is lost is not counted a second time", async () => {
  for (const [command, count] of [["ma", 1], ["incr", 0], ["add", 1]] as const) {
    await using server = await MemcachedServer.start();
    if (command !== "ma") {
      server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
    }
    await using client = new Client(server.address, { ...PATIENT, maxRetries: 3 });
    server.fault({ kind: "missingReply", commands: [command], nth: 1, then: "close" });
    const error = await assertRejects(
      () => client.incr("n", 1, { initial: 1 }),
      MemcachedError,
    );
    assertEquals(error.sent, "maybe");
    assertEquals(server.items, count, command);
  }
});

Deno.test("a counter on a server that is silent is undefined in bounded time, and later calls go on", async () => {
  for (const commands of [["ma"], ["mn"], ["add"], ["version"]]) {
    await using server = await MemcachedServer.start();
    if (commands[0] === "add") {
      server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
    }
    const silence = server.fault({ kind: "missingReply", commands });
    await using client = new Client(server.address, { pollTimeout: 30, retryTimeout: 1 });
    assertEquals(await client.incr("n", 1, { initial: 1 }), undefined, commands[0]);
    assertEquals(client.lastError instanceof MemcachedError, true);
    silence.remove();
    assertEquals(await client.set("n", 1), true, commands[0]);
  }
});

Deno.test("an aborted counter lets later calls for its key go on", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
  await using client = new Client(server.address, { ...PATIENT, pollTimeout: 0, timeout: 0 });
  await client.incr("other", 1, { initial: 1 });
  const controller = new AbortController();
  const call = client.incr("n", 1, { initial: 1, signal: controller.signal });
  controller.abort(new Error("gone"));
  const next = client.set("n", 5);
  await assertRejects(() => call, Error, "gone");
  assertEquals(await next, true);
});

Deno.test("a counter that comes and goes is given up after a while", async () => {
  const wires = new AnsweringConnect((written) =>
    written.startsWith("version")
      ? "VERSION 1.4.0\r\n"
      : written.startsWith("mn")
      ? "ERROR\r\n"
      : written.startsWith("incr")
      ? "NOT_FOUND\r\n"
      : "NOT_STORED\r\n"
  );
  await using client = new Client("any", { ...PATIENT, connect: wires.connect });
  await assertRejects(
    () => client.incr("n", 1, { initial: 1 }),
    MemcachedError,
    "came and went 16 times",
  );
  assertEquals(wires.connections[0].sent.split("add ").length - 1, 16);
});

Deno.test("the options of a counter are checked before a byte is sent", async () => {
  await using client = new Client("a:1", {
    connect: () => Promise.reject(new Error("dialled")),
  });
  const wrong: [delta: number | bigint, options: unknown, error: typeof Error, message: string][] =
    [
      [1, { exptime: 60 }, TypeError, 'option "exptime" without "initial"'],
      [1, { initial: 1n }, TypeError, 'option "initial" as it must be a number'],
      [1n, { initial: 1 }, TypeError, 'option "initial" as it must be a bigint'],
      [1, { initial: -1 }, RangeError, "current value is -1"],
      [1, { initial: 2 ** 53 }, RangeError, "current value is 9007199254740992"],
      [1n, { initial: 2n ** 64n }, RangeError, "current value is 18446744073709551616"],
      [1, { initial: null }, TypeError, "current type is null"],
      [1, { initial: 1, exptime: 1.5 }, RangeError, "current value is 1.5"],
      [1, { initial: 1, exptime: 1e9 }, RangeError, "is in the past"],
    ];
  for (const name of ["incr", "decr"] as const) {
    for (const [delta, options, error, message] of wrong) {
      await assertRejects(
        () => client[name]("n", delta as number, options as never),
        error,
        message,
      );
    }
  }
  assertEquals(client.lastError, undefined);
});

Deno.test("a counter on a server that stalls does not outlast its timeout, whatever it waits for", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["mn", "version"] });
  await using client = new Client(server.address, {
    strict: true,
    pollTimeout: 0,
    timeout: 50,
    connectTimeout: 0,
  });
  await assertRejects(() => client.incr("n", 1, { initial: 1 }), TimeoutError);
});
