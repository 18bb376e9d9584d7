/** update(): read, change, store, and begin anew if somebody else was faster. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, CodecError, MemcachedError, TimeoutError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { AnsweringConnect } from "../support/answering_connect.ts";
import { recordEvents } from "../support/failures.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { startMemcached } from "../support/memcached.ts";
import { settle } from "../support/settle.ts";

const PATIENT: ClientOptions = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };

Deno.test("update loses no change of 100 callers in two clients, on memcached", async () => {
  await using server = await startMemcached();
  await using one = new Client(server.address, { ...PATIENT, timeout: 0 });
  await using two = new Client(server.address, { ...PATIENT, timeout: 0 });
  const calls = Array.from(
    { length: 100 },
    (_, i) =>
      (i % 2 === 0 ? one : two).update<number[]>("ids", (ids = []) => [...ids, i], {
        attempts: 1000,
      }),
  );
  for (const ids of await Promise.all(calls)) assert(ids !== undefined);
  const ids = await one.get<number[]>("ids");
  assertEquals(ids?.toSorted((a, b) => a - b), Array.from({ length: 100 }, (_, i) => i));
});

Deno.test("update creates what is absent, gives what it stored, and leaves alone what is to stay", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { ...PATIENT, noreply: true });
  const seen: unknown[] = [];
  const add = (value: number | undefined) => {
    seen.push(value);
    return (value ?? 0) + 1;
  };
  assertEquals(await client.update("n", add), 1);
  assertEquals(await client.update("n", (n?: number) => Promise.resolve(add(n))), 2);
  assertEquals(await client.update<number>("n", () => undefined), undefined);
  assertEquals(await client.get("n"), 2);
  assertEquals(await client.update<number>("none", () => undefined), undefined);
  assertEquals(await client.get("none"), undefined);
  assertEquals(await client.update<null>("null", () => null), null);
  assertEquals(await client.update<unknown>("null", (value) => [value]), [null]);
  assertEquals(seen, [undefined, 1]);
  await client.update("n", add, { exptime: 60 });
  server.advance(60);
  assertEquals(await client.get("n"), undefined);
});

Deno.test("update takes the place of a load that is under way, whose value is then not stored", async () => {
  await using embedded = await MemcachedServer.start();
  await using live = await startMemcached();
  for (const { address } of [embedded, live]) {
    await using client = new Client(address, PATIENT);
    await using other = new Client(address, PATIENT);
    const seen: unknown[] = [];
    const value = await client.getOrSet("n", async () => {
      const add = (n: number | undefined) => (seen.push(n), (n ?? 0) + 1);
      seen.push(await other.update("n", add), await other.update("n", add));
      return -1;
    }, { ttl: 60 });
    assertEquals([seen, value, await client.get("n")], [[undefined, 1, 1, 2], -1, 2]);
    const kept = await client.getOrSet("none", async () => {
      assertEquals(await other.update("none", () => undefined), undefined);
      return "loaded";
    }, { ttl: 60 });
    assertEquals([kept, await other.get("none")], ["loaded", "loaded"]);
  }
});

Deno.test("update is told of what others did while it thought: changed, deleted, made", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const others: (() => Promise<unknown>)[] = [
    () => client.set("k", "made"),
    () => client.set("k", "changed"),
    () => client.delete("k"),
  ];
  const seen: unknown[] = [];
  const result = await client.update<string>("k", async (value) => {
    seen.push(value);
    await others.shift()?.();
    return `${value}!`;
  });
  assertEquals(seen, [undefined, "made", "changed", undefined]);
  assertEquals([result, await client.get("k")], ["undefined!", "undefined!"]);
});

Deno.test("update gives up after its attempts, as a failure that is told once", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { ...PATIENT, strict: false });
  const { failure } = recordEvents(client);
  let calls = 0;
  const beaten = async (n = 0) => {
    calls++;
    await client.set("n", n + 100);
    return n + 1;
  };
  assertEquals(await client.update<number>("n", beaten, { attempts: 3 }), undefined);
  assertEquals(calls, 3);
  await settle();
  assertEquals(failure.map(({ verb, error }) => `${verb}: ${error?.message}`), [
    "update: Cannot update as others have changed the item meanwhile: number of attempts is 3",
  ]);
  await assertRejects(
    () => client.update<number>("n", beaten, { attempts: 1, strict: true }),
    MemcachedError,
    "number of attempts is 1",
  );
  assertEquals(await client.get("n"), 400);
});

Deno.test("update waits longer each time, by its clock, before it begins anew", async () => {
  const clock = new ManualClock();
  const wires = new AnsweringConnect((written) =>
    written.replaceAll(/gets .*\r\n/g, "VALUE n 4 1 7\r\n1\r\nEND\r\n")
      .replaceAll(/cas .*\r\n.*\r\n/g, "EXISTS\r\n")
  );
  const options = { ...PATIENT, connect: wires.connect, clock, timeout: 0, pollTimeout: 0 };
  await using client = new Client("any", options);
  let calls = 0;
  const call = client.update<number>("n", (n = 0) => {
    calls++;
    return n + 1;
  }, { attempts: 4 });
  const told = assertRejects(() => call, MemcachedError);
  for (let attempt = 1; attempt <= 4; attempt++) {
    await settle();
    assertEquals(calls, attempt, "nothing is sent before the pause is over");
    clock.advance(2 ** (attempt - 1) * 1.5);
  }
  await told;
});

Deno.test("update is over at its timeout, whatever its function does, and stores nothing later", async () => {
  await using server = await MemcachedServer.start();
  const clock = new ManualClock();
  await using client = new Client(server.address, { ...PATIENT, clock, timeout: 1000 });
  await client.set("n", 1);
  const slow = Promise.withResolvers<number>();
  const thinking = Promise.withResolvers<void>();
  const call = client.update<number>("n", () => {
    thinking.resolve();
    return slow.promise;
  });
  await thinking.promise;
  clock.advance(1000);
  const error = await assertRejects(() => call, TimeoutError, "longer than its timeout of 1000 ms");
  assertEquals(error.sent, "no");
  slow.resolve(5);
  await settle();
  assertEquals(await client.get("n"), 1);
});

Deno.test("update rejects with what its function throws, strict or not, and stores nothing", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  for (const thrown of [new Error("mine"), new MemcachedError("mine"), new TypeError("mine")]) {
    const error = await assertRejects(() =>
      client.update("n", () => {
        throw thrown;
      })
    );
    assertEquals(error, thrown);
    assertEquals(
      await assertRejects(() => client.update("n", () => Promise.reject(thrown))),
      thrown,
    );
  }
  await assertRejects(() => client.update<unknown>("n", () => new Map()), TypeError);
  await assertRejects(
    () => client.update<unknown>("n", () => new Uint8Array(2_000_000)),
    RangeError,
  );
  assertEquals([client.lastError, server.items], [undefined, 0]);
});

Deno.test("update of an aborted caller stores nothing more", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const controller = new AbortController();
  const call = client.update("n", () => {
    controller.abort(new Error("gone"));
    return 1;
  }, { signal: controller.signal });
  await assertRejects(() => call, Error, "gone");
  await client.quit();
  assertEquals(server.items, 0);
});

Deno.test("update does not take a failed read for a miss, nor make a change twice whose outcome is not known", async () => {
  for (const command of ["gets", "cas"]) {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, {
      ...PATIENT,
      strict: false,
      pollTimeout: 30,
      maxRetries: command === "cas" ? 3 : 0,
    });
    const { failure } = recordEvents(client);
    await client.set("n", 1);
    server.fault({ kind: "missingReply", commands: [command], nth: 1 });
    let calls = 0;
    const add = (n = 100) => {
      calls++;
      return n + 1;
    };
    assertEquals(await client.update<number>("n", add), undefined);
    await settle();
    assertEquals(failure.map(({ verb, error }) => `${verb} ${error?.sent}`), ["update maybe"]);
    assertEquals(calls, command === "cas" ? 1 : 0);
    assertEquals(await client.get("n"), command === "cas" ? 2 : 1);
  }
});

Deno.test("update reads a value that is split, and one that it cannot decode fails it", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  await client.set("big", new Uint8Array(2_500_000).fill(7));
  const length = await client.update<unknown>("big", (bytes) => (bytes as Uint8Array).length);
  assertEquals([length, await client.get("big")], [2_500_000, 2_500_000]);
  await client.setRaw("bad", new TextEncoder().encode("{"), { flags: 64 });
  await assertRejects(() => client.update("bad", () => 1), CodecError);
  assertEquals(await client.getRaw("bad").then((item) => item?.flags), 64);
});

Deno.test("close() waits for an update under way", async () => {
  await using server = await MemcachedServer.start();
  const client = new Client(server.address, PATIENT);
  const call = client.update<number>("n", (n = 0) => settle().then(() => n + 1));
  await client.close();
  assertEquals([await call, server.items], [1, 1]);
});

Deno.test("update and lock refuse bad arguments before a byte is sent", async () => {
  await using client = new Client("a:1", { connect: () => Promise.reject(new Error("dialled")) });
  const change = () => 1;
  const wrong: [call: () => Promise<unknown>, error: typeof Error, message: string][] = [
    [() => client.update("a b", change), TypeError, "contains a space"],
    [() => client.update("n", undefined as never), TypeError, "change as it must be a function"],
    [() => client.update("n", change, { attempts: 0 }), RangeError, "current value is 0"],
    [() => client.update("n", change, { attempts: 1.5 }), RangeError, "current value is 1.5"],
    [() => client.update("n", change, { attempts: "3" as never }), TypeError, "type is string"],
    [() => client.update("n", change, { exptime: 1e9 }), RangeError, "is in the past"],
    [() => client.update("n", change, { ttl: 1 } as never), TypeError, 'option "ttl"'],
    [() => client.update("n", change, 60 as never), TypeError, "write { exptime: 60 }"],
    [() => client.lock("n", undefined as never), TypeError, 'option "ttl" as it must be'],
    [() => client.lock("n", {} as never), TypeError, "current type is undefined"],
    [() => client.lock("n", { ttl: 0 }), RangeError, "current value is 0"],
    [() => client.lock("n", { ttl: 2_592_001 }), RangeError, "current value is 2592001"],
    [() => client.lock("n", { ttl: 1.5 }), RangeError, "current value is 1.5"],
    [() => client.lock("n", { ttl: "5" as never }), TypeError, "current type is string"],
    [() => client.lock("n", { ttl: 5, exptime: 5 } as never), TypeError, 'option "exptime"'],
    [() => client.lock("", { ttl: 5 }), TypeError, "is empty"],
  ];
  for (const [call, error, message] of wrong) await assertRejects(call, error, message);
  assertEquals(client.lastError, undefined);
});
