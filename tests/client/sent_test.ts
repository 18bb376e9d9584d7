/** What an error says of what was sent: of a call of several steps, and of one that waited for a connection. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, type Connect, MemcachedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { platformConnect } from "../support/platform_connect.ts";
import { recordEvents } from "../support/failures.ts";
import { textOf } from "../support/wire.ts";

const BIG = "x".repeat(2_500_000);

Deno.test("Client.set() of a value in chunks says that it may be there once a chunk was stored", async () => {
  await using server = await MemcachedServer.start();
  const { connect, fails } = failing();
  await using client = clientOf(server, { connect });
  await using observer = clientOf(server);
  // The chunks are there, and nothing of the manifest can leave.
  fails.at = "set big ";
  const error = await assertRejects(() => client.set("big", BIG), MemcachedError);
  assertEquals([error.sent, error.name, error.server], [
    "maybe",
    "ConnectionError",
    server.address,
  ]);
  assertEquals(await observer.getRaw("~3big/0").then((chunk) => chunk?.data.length), 1_000_000);
  // The old value is gone, and nothing else has left.
  fails.at = "set ";
  const third = await assertRejects(() => client.set("big", BIG), MemcachedError);
  assertEquals(third.sent, "maybe");
  // Nothing at all has left.
  fails.at = "delete ";
  const other = await assertRejects(() => client.set("other", BIG), MemcachedError);
  assertEquals(other.sent, "no");
});

Deno.test("Client.setStream() says that it may have been carried out once an old value in chunks is gone", async () => {
  await using server = await MemcachedServer.start();
  const { connect, fails } = failing();
  await using client = clientOf(server, { connect });
  const { failure } = recordEvents(client);
  await client.set("big", BIG);
  await client.set("plain", "old");
  fails.at = "set ";
  for (const [key, sent] of [["big", "maybe"], ["plain", "no"]]) {
    const stream = ReadableStream.from([new Uint8Array(1_500_000)]);
    const error = await assertRejects(() => client.setStream(key, stream), MemcachedError);
    assertEquals([error.sent, failure.at(-1)?.error === error], [sent, true], key);
  }
});

Deno.test("Client gives each caller whose command waited for a dial in vain an error of its own", async () => {
  await using server = await MemcachedServer.start();
  const { connect, fails } = failing();
  let dials = 0;
  await using client = clientOf(server, {
    connect: (endpoint, signal) =>
      ++dials === 1 ? connect(endpoint, signal) : Promise.reject(new Error("no route")),
  });
  await client.version();
  fails.at = "get a";
  const calls = [client.get("a"), client.touch("b", 1), client.set("c", 1)];
  const errors = (await Promise.allSettled(calls)).map((outcome) => {
    assert(outcome.status === "rejected");
    return outcome.reason as MemcachedError;
  });
  assertEquals(errors.map(({ command }) => command), ["get", "touch", "set"]);
  assertEquals(errors.map(({ sent }) => sent), ["no", "no", "no"]);
  assertEquals(new Set(errors).size, 3);
});

/** A strict client that has the time. */
function clientOf(server: MemcachedServer, options: ClientOptions = {}): Client {
  return new Client(server.address, {
    strict: true,
    connectTimeout: 5000,
    pollTimeout: 5000,
    timeout: 60_000,
    ...options,
  });
}

/** Dials as usual. A write that begins with a text fails, and no byte of it leaves. */
function failing(): { connect: Connect; fails: { at: string } } {
  const fails = { at: "none" };
  const connect: Connect = async (endpoint, signal) => {
    const transport = await platformConnect(endpoint, signal);
    return {
      read: (into) => transport.read(into),
      write: (bytes) =>
        textOf(bytes.subarray(0, fails.at.length)) === fails.at
          ? Promise.reject(new Error("broken pipe"))
          : transport.write(bytes),
      close: () => transport.close(),
    };
  };
  return { connect, fails };
}
