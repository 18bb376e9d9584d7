import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { ReplyError } from "@libmc/libmc";
import type { ConformanceCase } from "./case.ts";

/** incr and decr. */
export const ARITHMETIC_CASES: readonly ConformanceCase[] = [
  {
    name: "Client.incr() and decr() count by 1 unless told otherwise, and stop at 0",
    async run(servers) {
      await using client = servers.client();
      await client.set("n", 5);
      assertEquals(await client.incr("n"), 6);
      assertEquals(await client.incr("n", 10), 16);
      assertEquals(await client.decr("n"), 15);
      assertEquals(await client.decr("n", 3), 12);
      assertEquals(await client.incr("n", 0), 12);
      assertEquals(await client.decr("n", 100), 0);
    },
  },
  {
    name: "Client.incr() and decr() answer in the type of their delta",
    async run(servers) {
      await using client = servers.client();
      await client.set("n", 5);
      assertEquals(await client.incr("n", 2n), 7n);
      assertEquals(await client.decr("n", 1n), 6n);
      assertEquals(await client.incr("n", 1), 7);
    },
  },
  {
    name: "Client.incr() and decr() are undefined when the key is absent, and make none",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.incr("n"), undefined);
      assertEquals(await client.decr("n", 1n), undefined);
      assertEquals(await client.get("n"), undefined);
    },
  },
  {
    name: "Client.incr() leaves the type of the value",
    async run(servers) {
      await using client = servers.client();
      for (const [start, next] of [[9, 10], [9n, 10n], ["9", "10"]]) {
        await client.set("n", start);
        assertEquals(await client.incr("n"), 10);
        assertEquals(await client.get("n"), next);
      }
    },
  },
  {
    name: "Client.incr() wraps to 0 at 2^64",
    async run(servers) {
      await using client = servers.client();
      await client.set("n", 2n ** 64n - 1n);
      assertEquals(await client.incr("n", 1n), 0n);
      await client.set("n", 2n ** 64n - 1n);
      assertEquals(await client.incr("n", 2n ** 64n - 1n), 2n ** 64n - 2n);
      assertEquals(await client.decr("n", 2n ** 64n - 1n), 0n);
    },
  },
  {
    name: "Client.incr() never rounds a counter above 2^53",
    async run(servers) {
      await using client = servers.client();
      await client.set("n", Number.MAX_SAFE_INTEGER - 1);
      assertEquals(await client.incr("n"), Number.MAX_SAFE_INTEGER);
      for (const strict of [true, false]) {
        const before = await client.incr("n", 0n);
        const error = await assertRejects(() => client.incr("n", 1, { strict }), RangeError, '"n"');
        assertStringIncludes(error.message, `${before! + 1n}`);
        assertEquals(await client.incr("n", 0n), before! + 1n);
        await assertRejects(() => client.decr("n", 0, { strict }), RangeError);
      }
      assertEquals(await client.get("n"), 2n ** 53n + 1n);
      assertEquals(await client.decr("n", 3), Number.MAX_SAFE_INTEGER - 1);
    },
  },
  {
    name: "Client.get() reads a counter that decr() has padded",
    async run(servers) {
      await using client = servers.client();
      await client.set("n", 100);
      assertEquals(await client.decr("n"), 99);
      assertEquals(new TextDecoder().decode((await client.getRaw("n"))?.data), "99 ");
      assertEquals(await client.get("n"), 99);
      assertEquals(await client.getMulti(["n"]), new Map([["n", 99]]));
      assertEquals(await client.incr("n", 1n), 100n);
      await client.set("n", 1000n);
      assertEquals(await client.decr("n", 999n), 1n);
      assertEquals(await client.get("n"), 1n);
    },
  },
  {
    name: "Client.incr() fails on what is no number, and other callers go on",
    async run(servers) {
      await using client = servers.client();
      await client.setMulti({ text: "abc", n: 1 });
      const [before, failed, soft, after] = await Promise.allSettled([
        client.incr("n"),
        client.incr("text"),
        client.decr("text", 1n, { strict: false }),
        client.incr("n"),
      ]);
      assertEquals([before, after].map((call) => "value" in call && call.value), [2, 3]);
      assertInstanceOf("reason" in failed && failed.reason, ReplyError);
      const { kind, command, code } = (failed as PromiseRejectedResult).reason as ReplyError;
      assertEquals([kind, command, code], ["CLIENT_ERROR", "incr", -3]);
      assertEquals("value" in soft && soft.value, undefined);
      for (const { connects } of client.counters().values()) assertEquals(connects <= 1, true);
    },
  },
  {
    name: "Client.incr() counts every one of many callers once",
    async run(servers) {
      await using client = servers.client();
      await client.set("n", 0);
      const answers = await Promise.all(Array.from({ length: 500 }, () => client.incr("n")));
      assertEquals(new Set(answers).size, 500);
      assertEquals(await client.get("n"), 500);
    },
  },
];
