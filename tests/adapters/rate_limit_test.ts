import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client } from "@libmc/libmc";
import { RateLimitStore, type RateLimitStoreOptions } from "@libmc/libmc/rate-limit";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { startProxied } from "../support/nutcracker.ts";

/** Where a case runs, and the address of what was started there. */
const PLACES: Record<string, () => Promise<AsyncDisposable & { readonly address: string }>> = {
  "memcached": () => startMemcached(),
  "a proxy": () => startProxied(),
  "a server without meta commands": () => MemcachedServer.start({ version: "1.4.39" }),
};

const HOUR = 3_600_000;
type Kind = Pick<RateLimitStoreOptions, "window" | "windowMs" | "now">;
/** Clocks that stand still keep a case within one window. */
const KINDS: Record<string, Kind> = {
  "a fixed window": { windowMs: HOUR },
  "a fixed window of odd length": { windowMs: HOUR + 1, now: () => 5 * HOUR },
  "a sliding window": { windowMs: HOUR, window: "sliding", now: () => 5 * HOUR },
};

for (const [place, start] of Object.entries(PLACES)) {
  for (const [name, kind] of Object.entries(KINDS)) {
    Deno.test(`RateLimitStore on ${place}, ${name}: 64 callers of two processes are counted exactly`, async () => {
      await using server = await start();
      await using client = new Client(server.address, { connectTimeout: 5000, pollTimeout: 5000 });
      await using other = new Client(server.address, { connectTimeout: 5000, pollTimeout: 5000 });
      const now = kind.now ?? (() => 5 * HOUR);
      const stores = [client, other].map((client) => new RateLimitStore({ client, ...kind, now }));
      const counted = await Promise.all(
        Array.from({ length: 64 }, (_, index) => stores[index % 2].increment("Ada")),
      );
      assertEquals(
        counted.map(({ totalHits }) => totalHits).sort((a, b) => a - b),
        Array.from({ length: 64 }, (_, index) => index + 1),
      );
      const end = counted[0].resetTime.getTime();
      assert(end > 5 * HOUR && end <= 6 * HOUR + 1, `it ends at ${end}`);

      await stores[0].decrement("Ada");
      assertEquals((await stores[1].get("Ada"))?.totalHits, 63);
      await stores[1].resetKey("Ada");
      assertEquals(await stores[0].get("Ada"), undefined);
      assertEquals((await stores[0].increment("Ada")).totalHits, 1);
      assertEquals((await stores[0].increment("Eve")).totalHits, 1);
    });
  }
}

Deno.test("RateLimitStore counts and tells the end of the window in one round trip", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const store = new RateLimitStore({ client, windowMs: 60_000 });
  await store.increment("Ada");
  server.advance(20);
  const sum = () => server.commands.values().reduce((sum, count) => sum + count, 0);
  const before = sum();
  const { totalHits, resetTime } = await store.increment("Ada");
  assertEquals(sum() - before, 1);
  assertEquals(totalHits, 2);
  assert(Math.abs(resetTime.getTime() - Date.now() - 40_000) < 2000);
  server.advance(41);
  assertEquals((await store.increment("Ada")).totalHits, 1);
});

Deno.test("RateLimitStore: a window that slides forgets the window before bit by bit", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  let now = 10 * HOUR;
  const store = new RateLimitStore({ client, windowMs: HOUR, window: "sliding", now: () => now });
  for (let i = 0; i < 100; i++) await store.increment("Ada");
  const seen: number[] = [];
  for (const part of [0, 0.25, 0.5, 0.75, 0.999]) {
    now = 11 * HOUR + part * HOUR;
    seen.push((await store.get("Ada"))?.totalHits ?? 0);
  }
  assertEquals(seen, [100, 75, 50, 25, 0]);
  now = 11.5 * HOUR;
  assertEquals((await store.increment("Ada")).totalHits, 51);
  assertEquals((await store.increment("Ada")).resetTime, new Date(12 * HOUR));
  now = 13 * HOUR;
  assertEquals(await store.get("Ada"), undefined);
});

const DAY = 24 * HOUR;
for (const version of ["1.6.18", "1.4.39"]) {
  Deno.test(`RateLimitStore counts in windows of every length, with memcached ${version}`, async () => {
    await using server = await MemcachedServer.start({ version });
    await using client = new Client(server.address);
    const now = () => Date.now();
    for (const window of ["fixed", "sliding"] as const) {
      for (const windowMs of [1000, 1500, HOUR, 15 * DAY, 16 * DAY, 30 * DAY - 1, 30 * DAY]) {
        const prefix = `${window}:${windowMs}:`;
        const store = new RateLimitStore({
          ...{ client, window, windowMs, prefix, now },
          onFailure: "throw",
        });
        await store.increment("Ada");
        const { totalHits, resetTime } = await store.increment("Ada");
        const left = resetTime.getTime() - Date.now();
        assert(totalHits <= 2 && left <= windowMs && left >= -1000, `${prefix} ${left}`);
        // A window of seconds may end between two hits.
        if (windowMs >= HOUR) assertEquals((await store.get("Ada"))?.totalHits, 2, prefix);
      }
    }
  });
}

Deno.test("RateLimitStore: a counter that another program has stored for ever has an end to tell", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const store = new RateLimitStore({ client, windowMs: HOUR, now: () => 5 * HOUR });
  await client.set("rl:Ada", 5);
  assertEquals(await store.increment("Ada"), { totalHits: 6, resetTime: new Date(6 * HOUR) });
  assertEquals((await store.get("Ada"))?.resetTime, new Date(6 * HOUR));
});

Deno.test("RateLimitStore takes any text as a key", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  for (const window of ["fixed", "sliding"] as const) {
    const store = new RateLimitStore({ client, window, prefix: `${window}:` });
    const keys = ["", "a b", "a\r\nflush_all\r\n", "k".repeat(100_000), "\ud800", "::1", "a%20b"];
    for (const key of keys) assertEquals((await store.increment(key)).totalHits, 1);
    for (const key of keys) assertEquals((await store.get(key))?.totalHits, 1);
  }
});

Deno.test("RateLimitStore lets pass while memcached is away, or rejects", async () => {
  const server = await startMemcached();
  await using client = new Client(server.address, { warn: false });
  await server.stop();
  for (const window of ["fixed", "sliding"] as const) {
    const passing = new RateLimitStore({ client, window });
    assertEquals((await passing.increment("Ada")).totalHits, 1);
    assertEquals(await passing.get("Ada"), undefined);
    await passing.decrement("Ada");
    await passing.resetKey("Ada");
    const strict = new RateLimitStore({ client, window, onFailure: "throw" });
    await assertRejects(() => strict.increment("Ada"));
    await assertRejects(() => strict.get("Ada"));
    await assertRejects(() => strict.decrement("Ada"));
    await assertRejects(() => strict.resetKey("Ada"));
  }
});

Deno.test("RateLimitStore refuses options that cannot be used", async () => {
  await using client = new Client("10.0.0.1");
  const make = (options: object) => () =>
    new RateLimitStore({ client, ...options } as RateLimitStoreOptions);
  assertThrows(make({ client: undefined }), TypeError, '"client"');
  assertThrows(make({ windowMs: 0 }), RangeError, '"windowMs"');
  assertThrows(make({ windowMs: 2 ** 31 * 1000 }), RangeError, '"windowMs"');
  assertThrows(make({ window: "rolling" }), TypeError, '"window"');
  assertThrows(make({ limit: 5 }), TypeError, '"limit"');
  assertThrows(() => new RateLimitStore({ client }).init({ windowMs: 0.5 }), RangeError);
});
