import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  Client,
  type ClientOptions,
  ConnectionError,
  ReplyError,
  ServerDeadError,
  TimeoutError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { assertSoftFailure, assertStrictFailure } from "../support/failures.ts";
import { VERBS } from "../support/verbs.ts";

Deno.test("Client fails every verb, soft and strict, when no server listens", async () => {
  for (const count of [1, 3]) {
    const servers = await Promise.all(Array.from({ length: count }, freeAddress));
    for (const verb of VERBS) {
      await using client = clientOf(servers);
      const first = await assertSoftFailure(client, verb);
      assert(first instanceof ConnectionError || first instanceof ServerDeadError, verb.name);
      assertEquals([first.sent, first.code], ["no", -4], verb.name);
      // By now it is known that the server is dead: nothing is tried.
      const dials = dialsOf(client);
      const error = await assertStrictFailure(client, verb);
      assertInstanceOf(error, ServerDeadError, `${verb.name} rejected with ${error}`);
      assertInstanceOf(error.cause, ConnectionError, verb.name);
      assertEquals([error.sent, error.strerror], ["no", "server_error"], verb.name);
      assertEquals(dialsOf(client), dials, verb.name);
      await using fresh = clientOf(servers);
      await assertStrictFailure(fresh, verb);
    }
  }
});

Deno.test("Client fails every verb, soft and strict, when the server closes in the middle", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", then: "close" });
  await using client = clientOf([server.address]);
  for (const verb of VERBS) {
    for (const assertFailure of [assertSoftFailure, assertStrictFailure]) {
      const error = await assertFailure(client, verb);
      assertInstanceOf(error, ConnectionError, `${verb.name} met ${error}`);
      assertEquals([error.sent, error.code], ["maybe", -8], verb.name);
    }
  }
  server.clearFaults();
  assertEquals(await client.set("a", 1, { strict: true }), true);
  for (const { failedDials, desyncs } of client.counters().values()) {
    assertEquals([failedDials, desyncs], [0, 0]);
  }
});

Deno.test("Client fails every verb with a TimeoutError when the server is paused", async () => {
  await using server = await startMemcached();
  server.pause();
  // Each has a client of its own, as the first to time out ends the connection for the others on it.
  await Promise.all(
    VERBS.flatMap((verb) =>
      [assertSoftFailure, assertStrictFailure].map(async (assertFailure) => {
        await using client = clientOf([server.address], { pollTimeout: 150 });
        const start = performance.now();
        const error = await assertFailure(client, verb);
        const took = performance.now() - start;
        assertInstanceOf(error, TimeoutError, `${verb.name} met ${error}`);
        assertEquals([error.sent, error.code], ["maybe", -6], verb.name);
        assert(took >= 150 && took < 3000, `${verb.name} took ${took} ms`);
      })
    ),
  );
  server.resume();
  await using client = clientOf([server.address], { strict: true, pollTimeout: 5000 });
  assertEquals(await client.set("a", 1), true);
});

Deno.test("Client fails every verb with a ReplyError when the server says SERVER_ERROR", async () => {
  await using server = await MemcachedServer.start();
  await using client = clientOf([server.address]);
  server.fault({ kind: "serverError", message: "out of memory storing object" });
  for (const verb of VERBS) {
    for (const assertFailure of [assertSoftFailure, assertStrictFailure]) {
      const error = await assertFailure(client, verb);
      assertInstanceOf(error, ReplyError, `${verb.name} met ${error}`);
      assertEquals(error.kind, "SERVER_ERROR", verb.name);
      assertEquals([error.code, error.strerror], [-4, "server_error"], verb.name);
      assert(error.message.includes('"SERVER_ERROR out of memory storing object"'), error.message);
    }
  }
  server.clearFaults();
  assertEquals(await client.set("a", 1, { strict: true }), true);
  assertEquals(server.accepted, 1);
});

Deno.test("Client counts a failure a call, and more than one never for one key", async () => {
  await using server = await MemcachedServer.start();
  await using client = clientOf([server.address]);
  server.fault({ kind: "missingReply", then: "close" });
  const counted = () => client.counters().get(server.address)!.failures;
  for (const verb of VERBS.filter(({ isMulti }) => !isMulti)) {
    const before = counted();
    await verb.call(client);
    assertEquals(counted() - before, 1, verb.name);
  }
});

Deno.test("Client.getRealtimeHostByKey() is undefined when nobody can be reached", async () => {
  for (const options of [{}, { failover: true }, { retryTimeout: 0 }]) {
    const servers = await Promise.all([freeAddress(), freeAddress()]);
    await using client = clientOf(servers, options);
    assertEquals(await client.getRealtimeHostByKey("a"), undefined);
    assert(servers.includes(client.getHostByKey("a")));
  }
});

Deno.test("Client without a retry timeout dials a server once for each call", async () => {
  for (const failover of [false, true]) {
    const servers = await Promise.all([freeAddress(), freeAddress(), freeAddress()]);
    for (const verb of VERBS) {
      // With doSplit, touch and append also ask the server of the first chunk, and do not wait for it when they fail.
      const options = { retryTimeout: 0, failover, doSplit: false };
      await using client = clientOf(servers, options);
      await assertSoftFailure(client, verb);
      const once = dialsOf(client);
      assert(once >= 1 && once <= servers.length, `${verb.name} dialled ${once} times`);
      await assertSoftFailure(client, verb);
      assertEquals(dialsOf(client), 2 * once, verb.name);
    }
  }
});

function clientOf(servers: readonly string[], options: ClientOptions = {}): Client {
  return new Client(servers, {
    allowFlushAll: true,
    connectTimeout: 5000,
    pollTimeout: 2000,
    ...options,
  });
}

function dialsOf(client: Client): number {
  return Array.from(client.counters().values(), ({ failedDials }) => failedDials)
    .reduce((sum, count) => sum + count);
}

/** An address where nobody listens: the system does not give a port again soon. */
async function freeAddress(): Promise<string> {
  await using server = await MemcachedServer.start();
  return server.address;
}
