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
import { METHODS, OTHER_METHODS } from "./methods.ts";

Deno.test("Client has no method that the tests of failures do not know", () => {
  const known = new Set(METHODS.map(({ name }) => name));
  const found = new Set<string>();
  for (
    let prototype = Client.prototype as object;
    prototype !== EventTarget.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value === "function") found.add(name);
    }
  }
  assertEquals(new Set([...found].filter((name) => !OTHER_METHODS.has(name))), known);
});

Deno.test("Client fails every method, soft and strict, when no server listens", async () => {
  for (const count of [1, 3]) {
    const servers = await Promise.all(Array.from({ length: count }, freeAddress));
    for (const method of METHODS) {
      await using client = clientOf(servers);
      const first = await assertSoftFailure(client, method);
      assert(first instanceof ConnectionError || first instanceof ServerDeadError, method.name);
      assertEquals([first.sent, first.code], ["no", -4], method.name);
      // By now it is known that the server is dead: nothing is tried.
      const dials = dialsOf(client);
      const error = await assertStrictFailure(client, method);
      assertInstanceOf(error, ServerDeadError, `${method.name} rejected with ${error}`);
      assertInstanceOf(error.cause, ConnectionError, method.name);
      assertEquals([error.sent, error.strerror], ["no", "server_error"], method.name);
      assertEquals(dialsOf(client), dials, method.name);
      await using fresh = clientOf(servers);
      await assertStrictFailure(fresh, method);
    }
  }
});

Deno.test("Client fails every method, soft and strict, when the server closes in the middle", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", then: "close" });
  await using client = clientOf([server.address]);
  for (const method of METHODS) {
    for (const assertFailure of [assertSoftFailure, assertStrictFailure]) {
      const error = await assertFailure(client, method);
      assertInstanceOf(error, ConnectionError, `${method.name} met ${error}`);
      assertEquals([error.sent, error.code], ["maybe", -8], method.name);
    }
  }
  server.clearFaults();
  assertEquals(await client.set("a", 1, { strict: true }), true);
  for (const { failedDials, desyncs } of client.counters().values()) {
    assertEquals([failedDials, desyncs], [0, 0]);
  }
});

Deno.test("Client fails every method with a TimeoutError when the server is paused", async () => {
  await using server = await startMemcached();
  server.pause();
  // Each has a client of its own, as the first to time out ends the connection for the others on it.
  await Promise.all(
    METHODS.flatMap((method) =>
      [assertSoftFailure, assertStrictFailure].map(async (assertFailure) => {
        await using client = clientOf([server.address], { pollTimeout: 150 });
        const start = performance.now();
        const error = await assertFailure(client, method);
        const took = performance.now() - start;
        assertInstanceOf(error, TimeoutError, `${method.name} met ${error}`);
        assertEquals([error.sent, error.code], ["maybe", -6], method.name);
        assert(took >= 150 && took < 3000, `${method.name} took ${took} ms`);
      })
    ),
  );
  server.resume();
  await using client = clientOf([server.address], { strict: true, pollTimeout: 5000 });
  assertEquals(await client.set("a", 1), true);
});

Deno.test("Client fails every method with a ReplyError when the server says SERVER_ERROR", async () => {
  await using server = await MemcachedServer.start();
  await using client = clientOf([server.address]);
  server.fault({ kind: "serverError", message: "out of memory storing object" });
  for (const method of METHODS) {
    for (const assertFailure of [assertSoftFailure, assertStrictFailure]) {
      const error = await assertFailure(client, method);
      assertInstanceOf(error, ReplyError, `${method.name} met ${error}`);
      assertEquals(error.kind, "SERVER_ERROR", method.name);
      assertEquals([error.code, error.strerror], [-4, "server_error"], method.name);
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
  for (const method of METHODS.filter(({ isMulti }) => !isMulti)) {
    const before = counted();
    await method.call(client);
    assertEquals(counted() - before, 1, method.name);
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
    for (const method of METHODS) {
      await using client = clientOf(servers, { retryTimeout: 0, failover });
      await assertSoftFailure(client, method);
      const once = dialsOf(client);
      assert(once >= 1 && once <= servers.length, `${method.name} dialled ${once} times`);
      await assertSoftFailure(client, method);
      assertEquals(dialsOf(client), 2 * once, method.name);
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
