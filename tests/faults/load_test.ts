import { assert, assertEquals, assertGreater } from "@std/assert";
import { Client, MultiError, TimeoutError } from "@libmc/libmc";
import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { openLoad } from "../support/open_load.ts";
import { Random } from "../support/random.ts";
import { VERB, VERBS } from "../support/verbs.ts";
import { moment } from "./matrix/scene.ts";

const SEED = 20261127;

/** What became of one call of a load. */
interface Met {
  /** Milliseconds from when the fault struck until the call was made. */
  readonly since: number;
  readonly took: number;
  readonly isRight: boolean;
}

Deno.test("A page server keeps its pace while one of its two servers hangs", async () => {
  await using stack = new AsyncDisposableStack();
  const servers = [stack.use(await startMemcached()), stack.use(await startMemcached())];
  const client = stack.use(
    new Client(servers.map(({ address }) => address), { pollTimeout: 100, connectTimeout: 500 }),
  );
  const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);
  await client.setMulti(keys.map((key) => [key, key]));
  const dead: unknown[] = [];
  client.addEventListener("dead", ({ server }) => void dead.push(server));
  const pages: Met[] = [];
  servers[0].pause();
  const struck = performance.now();
  const stop = new AbortController();
  const load = openLoad(100, async () => {
    const began = performance.now();
    const found = await client.getMulti(keys);
    for (const key of found.keys()) assertEquals(found.get(key), key);
    pages.push({
      since: began - struck,
      took: performance.now() - began,
      isRight: found.size > 0 && found.size < keys.length,
    });
  }, stop.signal);
  await moment(2000);
  stop.abort();
  servers[0].resume();
  await load.ended;
  assertEquals(dead, [servers[0].address]);
  const later = pages.filter(({ since }) => since > 1000);
  assertGreater(later.length, 80);
  assertEquals(later.filter(({ isRight }) => !isRight).length, 0);
  const slow = later.filter(({ took }) => took > 50).length;
  assert(slow < later.length / 10, `${slow} of ${later.length} pages were slow`);
});

Deno.test("An item head that promises too much harms nobody who calls later", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { pollTimeout: 100, timeout: 400 });
  await client.set("key", "value");
  const fault = server.fault({ kind: "wrongLength", by: 100_000_000, nth: 1 });
  const met: Met[] = [];
  const struck = performance.now();
  const stop = new AbortController();
  const load = openLoad(50, async (i) => {
    const began = performance.now();
    const answer = i % 3 === 0 ? await client.set("key", "value") : await client.get("key");
    const took = performance.now() - began;
    assert([true, false, "value", undefined].includes(answer as string), String(answer));
    met.push({ since: began - struck, took, isRight: answer === true || answer === "value" });
  }, stop.signal);
  await moment(2200);
  stop.abort();
  await load.ended;
  assertEquals(fault.struck, 1);
  const later = met.filter(({ since }) => since > 1200);
  assertGreater(later.length, 40);
  assertEquals(later.filter(({ isRight }) => !isRight).length, 0);
});

Deno.test("A reply that is nobody's shifts the answers of a busy connection for a moment at most", async () => {
  await using server = await MemcachedServer.start();
  // With replies that are late, and callers that come at any time, the connection always owes one.
  await using proxy = await FaultProxy.start({ target: server.address, delayMs: 5 });
  await using client = new Client(proxy.address, { timeout: 0, pollTimeout: 5000 });
  const random = new Random(SEED);
  const callers = Array.from({ length: 32 }, (_, i) => ({ key: `n${i}`, base: i * 1e9 }));
  await client.setMulti(callers.map(({ key, base }) => [key, base]));
  const fault = server.fault({ kind: "extraReply", line: "17", commands: ["incr"], nth: 500 });
  let struck: number | undefined;
  let isOver = false;
  let late = 0;
  let answers = 0;
  const running = callers.map(async ({ key, base }) => {
    let raised = 0;
    while (!isOver) {
      await moment(random.below(8));
      const began = performance.now();
      raised++;
      const value = await client.incr(key);
      if (fault.struck > 0) struck ??= performance.now();
      if (value === undefined) continue;
      answers++;
      if (value > base && value <= base + raised) continue;
      if (began - struck! > 800) late++;
    }
  });
  await moment(2500);
  isOver = true;
  await Promise.all(running);
  assertEquals([fault.struck, late], [1, 0], `of ${answers} answers, seed ${SEED}`);
});

Deno.test("A server that says SERVER_ERROR and closes loses no later call", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  await client.set("healthy", "value");
  server.fault({ kind: "serverError", commands: ["gat"], closeAfterMs: 0 });
  const lost: string[] = [];
  for (let i = 0; i < 40; i++) {
    await client.gatMulti(["sick", "healthy"], 100, { strict: false });
    try {
      if (i % 2 === 0) assertEquals(await client.get("healthy"), "value");
      else assertEquals(await client.set("healthy", "value"), true);
    } catch (error) {
      lost.push(String(error));
    }
  }
  assertEquals(lost, []);
});

Deno.test("Listeners that call the client run outside of every call, and do not pile up", async () => {
  const server = await MemcachedServer.start();
  const { address } = server;
  await server.stop();
  await using client = new Client(address, { connectTimeout: 500, retryTimeout: 60_000 });
  let isCalling = false;
  let inside = 0;
  let heard = 0;
  const call = (): Promise<unknown> => {
    isCalling = true;
    try {
      return client.get("key");
    } finally {
      isCalling = false;
    }
  };
  const stop = new AbortController();
  client.addEventListener("failure", () => {
    heard++;
    if (isCalling) inside++;
    if (!stop.signal.aborted) void call();
  });
  const load = openLoad(100, async () => void await call(), stop.signal);
  await eventually("20 failures were heard of", () => heard > 20);
  stop.abort();
  await load.ended;
  assertEquals(inside, 0, `of ${heard} failures`);
});

Deno.test("Each call has its whole time, however long the program has worked in the same turn", async () => {
  await using server = await startMemcached();
  // A reply that comes at once would be there before anybody looks at the time.
  await using proxy = await FaultProxy.start({ target: server.address, delayMs: 150 });
  await using client = new Client(proxy.address, {
    strict: true,
    timeout: 600,
    pollTimeout: 10_000,
    allowFlushAll: true,
  });
  await client.setMulti([["key", "5"], ["other", 1]]);
  // A call of the same turn, whose own time is over when the work is done.
  const before = client.get("key", { strict: false });
  for (const end = performance.now() + 700; performance.now() < end;);
  const late: string[] = [];
  await Promise.all(
    VERBS.filter((verb) => verb !== VERB.flushAll).map(async (verb) => {
      const errors = await verb.call(client).then(() => [], flat);
      if (errors.some((error) => error instanceof TimeoutError)) late.push(verb.name);
    }),
  );
  assertEquals(late, []);
  await before;
});

/** An error, and those of the servers that it is of. */
function flat(error: unknown): unknown[] {
  return [error, ...(error instanceof MultiError ? error.errors : [])];
}
