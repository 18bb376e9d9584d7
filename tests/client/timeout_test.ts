/** How long a call may take at most, whatever it waits for. */

import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Client, type ClientOptions, type Connect, TimeoutError } from "@libmc/libmc";
import { within } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { VERBS } from "../support/verbs.ts";

Deno.test("ClientOptions.timeout bounds every method, however patient the connection is", async () => {
  await using server = await startMemcached();
  server.pause();
  const start = performance.now();
  await Promise.all(VERBS.map(async ({ name, call, fallback }) => {
    await using client = hurried(server.address, {});
    assertEquals(await within(name, call(client, { strict: false })), fallback, name);
    const took = performance.now() - start;
    assert(took >= 95 && took < 3000, `${name} took ${took} ms`);
    assertInstanceOf(client.lastError, TimeoutError, name);
    assertStringIncludes(client.lastError.message, "the whole call took longer");
  }));
  server.resume();
});

Deno.test("ClientOptions.timeout bounds the wait for a connection", async () => {
  const connect: Connect = (_, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const start = performance.now();
  await Promise.all(VERBS.map(async ({ name, call, fallback }) => {
    await using client = hurried("127.0.0.1:1", { connect });
    assertEquals(await within(name, call(client, { strict: false })), fallback, name);
    const took = performance.now() - start;
    assert(took >= 95 && took < 3000, `${name} took ${took} ms`);
  }));
});

Deno.test("ClientOptions.timeout is the whole one for a call that follows long work in the same turn", async () => {
  await using server = await startMemcached();
  await using client = hurried(server.address, { pollTimeout: 0, strict: true });
  await client.set("a", 1);
  server.pause();
  const first = client.set("a", 2).catch((error) => error);
  for (const start = performance.now(); performance.now() - start < 150;);
  const began = performance.now();
  const error = await client.set("b", 3).catch((error) => error);
  assertInstanceOf(error, TimeoutError);
  const took = performance.now() - began;
  assert(took >= 95, `${took} ms`);
  assertInstanceOf(await first, TimeoutError);
  server.resume();
});

Deno.test("Client.getRealtimeHostByKey() waits for no dial past the timeout", async () => {
  const connect = () => new Promise<never>(() => {});
  const client = new Client(["one", "two"], { connect, connectTimeout: 60_000, timeout: 50 });
  const found = client.getRealtimeHostByKey("key");
  assertEquals(await within("the name", found, 2000), undefined);
  await within("close()", client.close(), 2000);
});

/** Only the whole call has a short limit. */
function hurried(server: string, options: ClientOptions): Client {
  return new Client(server, {
    allowFlushAll: true,
    timeout: 100,
    connectTimeout: 5000,
    pollTimeout: 1000,
    ...options,
  });
}
