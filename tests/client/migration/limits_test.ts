/** How long a call of a client that moves may take, and what it costs that servers hang. */

import { assertEquals, assertLess } from "@std/assert";
import { Client, type Connect } from "@libmc/libmc";
import { ManualClock } from "../../support/manual_clock.ts";
import { startMemcached } from "../../support/memcached.ts";
import { settle } from "../../support/settle.ts";
import { SteppedMemcached } from "../../support/stepped_memcached.ts";
import { ALL_VERBS, KEY } from "../../support/verbs.ts";

const TIMEOUT = 1000;
const MIGRATION = { stage: "read_new" } as const;

Deno.test("A call of a client that moves has one timeout, however many of its steps are slow", async () => {
  const verbs = ALL_VERBS.filter(({ kind }) => !["server", "client"].includes(kind));
  const more = [
    { name: "lock", call: (client: Client) => client.lock(KEY, { ttl: 30 }) },
    { name: "meta.get", call: (client: Client) => client.meta.get(KEY) },
    { name: "invalidate", call: (client: Client) => client.invalidate(KEY, { staleFor: 9 }) },
  ];
  for (const slow of [300, 700]) {
    for (const stage of ["read_old", "read_new", "write_both"] as const) {
      for (const { name, call } of [...verbs, ...more]) {
        if (name.endsWith("Stream")) continue;
        const clock = new ManualClock();
        const [before, after] = [slowServer(clock, slow), slowServer(clock, slow)];
        const options = { clock, timeout: TIMEOUT, pollTimeout: 0, warn: false };
        const old = new Client("old", { ...options, connect: before });
        const client = new Client("new", {
          ...options,
          connect: after,
          migrateFrom: old,
          migration: { stage },
        });
        await settle();
        const began = clock.now();
        let isOver = false;
        const over = () => void (isOver = true);
        call(client).then(over, over);
        for (; !isOver && clock.now() < began + 20 * TIMEOUT; clock.advance(10)) await settle();
        const about = `${name} in ${stage}, replies after ${slow} ms`;
        assertLess(clock.now() - began, TIMEOUT + 2 * SWEEP, about);
        const closing = Promise.all([client.close(), old.close()]);
        for (let i = 0; i < 500; i++) {
          await settle();
          clock.advance(50);
        }
        await closing;
      }
    }
  }
});

Deno.test("The timeout of the old client bounds its part of a call, and no more than that", async () => {
  const clock = new ManualClock();
  const options = { clock, pollTimeout: 0, warn: false };
  const old = new Client("old", { ...options, timeout: 100, connect: slowServer(clock, 5000) });
  const client = new Client("new", {
    ...options,
    timeout: 0,
    connect: slowServer(clock, 300),
    migrateFrom: old,
    migration: MIGRATION,
  });
  let value: unknown = "none";
  client.get(KEY).then((got) => value = got);
  for (let i = 0; i < 200 && value !== undefined; i++) {
    await settle();
    clock.advance(10);
  }
  assertEquals(value, undefined, "a miss, after the two questions to the new server");
  const closing = Promise.all([client.close(), old.close()]);
  for (let i = 0; i < 500; i++) {
    await settle();
    clock.advance(50);
  }
  await closing;
});

Deno.test("Reads of the new servers stay fast while the old server hangs, and misses soon are", async () => {
  await using before = await startMemcached();
  await using after = await startMemcached();
  const options = { pollTimeout: POLL, connectTimeout: 5000, retryTimeout: 60_000, warn: false };
  await using old = new Client(before.address, options);
  await using client = new Client(after.address, {
    ...{ pollTimeout: 5000, connectTimeout: 5000, warn: false },
    migrateFrom: old,
    migration: MIGRATION,
  });
  await old.set("old", 1);
  await client.set("new", 1);
  assertEquals([await client.get("old"), await client.get("new")], [1, 1]);
  before.pause();
  const hits: number[] = [];
  const misses: number[] = [];
  let isOver = false;
  const timed = async (key: string, times: number[]) => {
    const start = performance.now();
    const value = await client.get(key);
    times.push(performance.now() - start);
    return value;
  };
  const hitting = (async () => {
    while (!isOver) {
      assertEquals(await timed("new", hits), 1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  for (let i = 0; i < 12; i++) assertEquals(await timed(`absent${i}`, misses), undefined);
  isOver = true;
  await hitting;
  const shown = `misses ${misses.map(Math.round)}, hits up to ${Math.round(Math.max(...hits))} ms`;
  // Each of the first silences is waited for, and then the server counts as dead.
  assertEquals(misses.filter((time) => time > POLL / 2).length <= 3, true, shown);
  assertLess(Math.max(...misses), 3 * POLL, shown);
  assertLess(hits.toSorted((a, b) => a - b)[Math.floor(hits.length * 0.95)], POLL / 2, shown);
  before.resume();
});

/** How late the end of a timeout may be noticed. */
const SWEEP = 50;
const POLL = 200;

/** A server that carries out at once what it is told, and whose replies take so long. */
function slowServer(clock: ManualClock, milliseconds: number): Connect {
  const server = new SteppedMemcached();
  return async (endpoint, signal) => {
    const transport = await server.connect(endpoint, signal);
    const connection = server.connections.at(-1)!;
    return {
      read: (buffer) => transport.read(buffer),
      async write(bytes) {
        const written = await transport.write(bytes);
        clock.after(milliseconds, () => {
          while (connection.carryOut());
          connection.deliver();
        });
        return written;
      },
      close: () => transport.close(),
    };
  };
}
