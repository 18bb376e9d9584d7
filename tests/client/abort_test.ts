/** Calls that are given up by their signal. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, type Connect } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { eventually, within } from "../support/eventually.ts";
import { recordEvents } from "../support/failures.ts";
import { VERBS } from "../support/verbs.ts";

Deno.test("CallOptions.signal aborted before the call rejects every method, and nothing is dialled", async () => {
  let dials = 0;
  await using client = new Client(["a:1", "b:1"], {
    allowFlushAll: true,
    connect: () => {
      dials++;
      return Promise.reject(new Error("dialled"));
    },
  });
  const { failure } = recordEvents(client);
  const reason = new Error("no longer wanted");
  const signal = AbortSignal.abort(reason);
  for (const { name, call } of VERBS) {
    for (const strict of [true, false]) {
      const error = await assertRejects(() => call(client, { signal, strict }));
      assert(error === reason, name);
    }
  }
  assertEquals([dials, failure.length], [0, 0]);
});

Deno.test("CallOptions.signal aborted during the call rejects every method at once", async () => {
  await using server = await startMemcached();
  await using client = patient(server.address);
  await client.set("own", "answer");
  const { failure, disconnect } = recordEvents(client);
  const sent = () => client.counters().get(server.address)!.commands;
  const sentBefore = sent();
  server.pause();
  const bystander = client.get("own");
  const controller = new AbortController();
  const reason = new Error("no longer wanted");
  const calls = VERBS.map(({ name, call }) => {
    const promise = call(client, { signal: controller.signal, strict: false });
    return [name, assertRejects(() => promise)] as const;
  });
  await eventually("all of it is sent", () => sent() > sentBefore);
  const start = performance.now();
  controller.abort(reason);
  for (const [name, call] of calls) assert(await within(name, call) === reason, name);
  assert(performance.now() - start < 1000);
  // The replies to what was given up still come, and answer nobody else.
  const behind = client.version();
  server.resume();
  assertEquals(await bystander, "answer");
  assertEquals((await behind).size, 1);
  await client.set("own", "again");
  assertEquals(await client.get("own"), "again");
  assertEquals([failure.length, disconnect.length], [0, 0]);
});

Deno.test("CallOptions.signal aborted during the call lets nobody hear of how its command ends", async () => {
  await using server = await MemcachedServer.start();
  await using client = patient(server.address);
  await client.version();
  const { failure, disconnect } = recordEvents(client);
  server.fault({ kind: "missingReply", then: "silence" });
  const sent = () => client.counters().get(server.address)!.commands;
  const sentBefore = sent();
  const controller = new AbortController();
  const calls = VERBS.map(({ call }) => call(client, { signal: controller.signal }));
  const settled = Promise.allSettled(calls);
  await eventually("all of it is sent", () => sent() > sentBefore);
  controller.abort("gone");
  for (const outcome of await settled) {
    assertEquals(outcome, { status: "rejected", reason: "gone" });
  }
  server.disconnect();
  await eventually("the connection is lost", () => disconnect.length === 1);
  const { failures } = client.counters().get(server.address)!;
  assertEquals([failure.length, failures, client.lastError], [0, 0, undefined]);
});

Deno.test("CallOptions.signal aborted while the client connects rejects, and the connection is used by others", async () => {
  await using server = await MemcachedServer.start();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const connect: Connect = async () => {
    await gate;
    return await Deno.connect({ port: server.port });
  };
  await using client = patient(server.address, { connect });
  const controller = new AbortController();
  const calls = VERBS.map(({ call }) => call(client, { signal: controller.signal }));
  const settled = Promise.allSettled(calls);
  const other = client.set("a", 1);
  controller.abort("gone");
  for (const outcome of await settled) {
    assertEquals(outcome, { status: "rejected", reason: "gone" });
  }
  open();
  assertEquals(await other, true);
  assertEquals(server.accepted, 1);
  // Nothing of what was given up before it was sent has reached the server.
  assertEquals(Object.fromEntries(server.commands), { set: 1 });
});

Deno.test("CallOptions.signal aborted after the call changes nothing, and keeps no listener", async () => {
  await using server = await MemcachedServer.start();
  await using client = patient(server.address);
  const { signal, abort } = countingSignal();
  for (const { call } of VERBS) await call(client, { signal, strict: false });
  assertEquals(signal.listeners, 0);
  abort();
  await client.set("a", 1);
  assertEquals(await client.get("a"), 1);
});

function patient(server: string, options: ClientOptions = {}): Client {
  return new Client(server, {
    allowFlushAll: true,
    strict: true,
    connectTimeout: 5000,
    pollTimeout: 5000,
    ...options,
  });
}

/** A signal that counts who listens to it. */
function countingSignal(): { signal: AbortSignal & { listeners: number }; abort(): void } {
  const controller = new AbortController();
  const signal = Object.assign(controller.signal, { listeners: 0 });
  const { addEventListener, removeEventListener } = AbortSignal.prototype;
  signal.addEventListener = (...parameters: Parameters<typeof addEventListener>) => {
    signal.listeners++;
    addEventListener.apply(signal, parameters);
  };
  signal.removeEventListener = (...parameters: Parameters<typeof removeEventListener>) => {
    signal.listeners--;
    removeEventListener.apply(signal, parameters);
  };
  return { signal, abort: () => controller.abort() };
}
