/** Sources of servers that end, hang, throw, or give what nobody expects: the servers stay, and nothing waits or grows. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ConnectionError, type ServersFunction } from "@libmc/libmc";
import { AnsweringConnect } from "../support/answering_connect.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/settle.ts";

Deno.test("Client follows a generator no more that quit() has ended, and goes on with the servers it gave", async () => {
  let isReturned = 0;
  async function* lists() {
    try {
      yield ["one"];
      await new Promise(() => {});
    } finally {
      isReturned++;
    }
  }
  for (const [what, source] of Object.entries({ waiting: lists(), "at a yield": one() })) {
    const { client, clock } = rigOf(source);
    assertEquals(await client.set("key", 1), true, what);
    await client.quit();
    for (let round = 0; round < 3; round++) {
      assertEquals(await client.set("key", 2), true, what);
      assertEquals([client.servers, client.lastError], [["one"], undefined], what);
      clock.advance(500);
      await settle();
      await client.quit();
    }
    await client.close();
    assertEquals(clock.timers, 0, what);
  }
  // It waits for ever, so that nobody can end it.
  assertEquals(isReturned, 0);
});

Deno.test("Client asks an iterable for a new iterator after quit(), if it has one", async () => {
  const asked: number[] = [];
  const source = {
    async *[Symbol.asyncIterator]() {
      asked.push(asked.length);
      yield asked.length === 1 ? ["one"] : ["one", "two"];
      await new Promise(() => {});
    },
  };
  const { client } = rigOf(source);
  await client.set("key", 1);
  await client.quit();
  await client.set("key", 2);
  await settle();
  assertEquals([asked.length, client.servers], [2, ["one", "two"]]);
  await client.close();
});

/** What a source does once it has given a list. */
const TURNS: Readonly<Record<string, () => unknown>> = {
  "throws nothing": () => {
    throw undefined;
  },
  "throws a bug": () => {
    throw new TypeError("x is not a function");
  },
  "throws what cannot be looked at": () => {
    throw Object.defineProperty(new Error(), "message", {
      get() {
        throw new Error("no");
      },
    });
  },
  "rejects": () => Promise.reject(new Error("no such name")),
  "gives an empty list": () => [],
  "gives no list": () => 7,
  "gives nothing": () => undefined,
  "gives null": () => null,
  "gives a list of what is no server": () => ["one", 7, null],
  "gives a server twice": () => ["two", "two"],
  "gives a mistake behind a good one": () => ["two", "host:99999"],
  "gives a list whose length throws": () =>
    new Proxy([], {
      get(_, name) {
        if (name === "length") throw new Error("no");
      },
    }),
  "gives a promise of a promise that rejects": () =>
    Promise.resolve().then(() => Promise.reject(new Error("late"))),
  "gives a thenable that throws": () => ({
    then() {
      throw new Error("no");
    },
  }),
};

for (const [what, turn] of Object.entries(TURNS)) {
  Deno.test(`Client keeps its servers where a function as servers ${what}, and asks again after its interval`, async () => {
    let asked = 0;
    const servers = Object.assign(() => asked++ === 0 ? ["one"] : turn(), { interval: 1000 });
    const { client, clock } = rigOf(servers as ServersFunction);
    const failures: unknown[] = [];
    client.addEventListener("failure", ({ verb }) => failures.push(verb));
    assertEquals(await client.set("key", 1), true);
    for (let round = 1; round <= 3; round++) {
      clock.advance(1000);
      await settle();
      assertEquals([asked, failures.length], [round + 1, round]);
      assertEquals(await client.get("key"), undefined);
    }
    assertEquals([client.servers, new Set(failures)], [["one"], new Set(["servers"])]);
    await client.close();
    assertEquals(clock.timers, 0);
  });
}

Deno.test("Client keeps its servers while a function hangs, gives it up after 10 s, and can be closed meanwhile", async () => {
  let asked = 0;
  const signals: AbortSignal[] = [];
  const servers: ServersFunction = Object.assign(({ signal }: { signal: AbortSignal }) => {
    signals.push(signal);
    return asked++ === 0 ? ["one"] : new Promise<string[]>(() => {});
  }, { interval: 1000 });
  const { client, clock } = rigOf(servers);
  assertEquals(await client.set("key", 1), true);
  clock.advance(1000);
  await settle();
  assertEquals(await client.set("key", 2), true);
  clock.advance(10_000);
  await settle();
  assertEquals(signals.map(({ aborted }) => aborted), [false, true]);
  assert(client.lastError?.message.includes("within 10000 ms"), client.lastError?.message);
  clock.advance(1000);
  await settle();
  assertEquals(asked, 3);
  await client.close();
  assertEquals([signals[2].aborted, clock.timers], [true, 0]);
});

Deno.test("Client asks an iterator that always throws no more than ten times a second", async () => {
  let asked = 0;
  const servers = {
    [Symbol.asyncIterator]: () => ({
      next(): Promise<IteratorResult<string[]>> {
        asked++;
        throw new Error("broken");
      },
    }),
  };
  const { client, clock } = rigOf(servers, { retryTimeout: 0, strict: true });
  await assertRejects(() => client.get("key"), ConnectionError, "broken");
  for (let i = 0; i < 100; i++) {
    clock.advance(10);
    await settle();
  }
  assert(asked >= 2 && asked <= 12, String(asked));
  await client.close();
  assertEquals(clock.timers, 0);
});

Deno.test("Client takes a list as it was given, whatever becomes of it", async () => {
  const list = ["one"];
  const { client, clock } = rigOf(Object.assign(() => list, { interval: 1000 }));
  await client.set("key", 1);
  list.push("two");
  assertEquals(client.servers, ["one"]);
  clock.advance(1000);
  await settle();
  assertEquals(client.servers, ["one", "two"]);
  await client.close();
});

Deno.test("Client takes 5,000 servers from a function, and a change of one of them, without a long block", async () => {
  let names = Array.from({ length: 5000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const { client, clock } = rigOf(Object.assign(() => names, { interval: 1000 }));
  assertEquals(await client.set("key", 1), true);
  assertEquals(client.servers.length, 5000);
  const changes: (readonly string[])[] = [];
  client.addEventListener("servers", ({ change }) => {
    if (change !== undefined) changes.push([...change.added, ...change.removed]);
  });
  names = [...names.slice(1), "10.9.9.9"];
  clock.advance(999);
  await settle();
  const began = performance.now();
  clock.advance(1);
  await settle();
  assertLess(performance.now() - began, 2000, "milliseconds");
  assertEquals(changes, [["10.9.9.9:11211", "10.0.0.0:11211"]]);
  assertEquals(await client.set("key", 1), true);
  await client.close();
});

Deno.test("Client.setServers() in a function as servers counts for good, and what that gives then is nobody's", async () => {
  const rig = rigOf(Object.assign(() => {
    rig.client.setServers(["two"]);
    return ["one"];
  }, { interval: 1000 }));
  assertEquals(await rig.client.set("key", 1), true);
  rig.clock.advance(5000);
  await settle();
  assertEquals(rig.client.servers, ["two"]);
  await rig.client.close();
});

async function* one() {
  yield ["one"];
}

/** A client of servers that store everything and keep nothing. */
function rigOf(
  source: ServersFunction | AsyncIterable<string[]>,
  options: ClientOptions = {},
): { client: Client; clock: ManualClock } {
  const clock = new ManualClock();
  const { connect } = new AnsweringConnect((written) => {
    if (written.startsWith("quit")) return null;
    return written.startsWith("set ") ? "STORED\r\n" : "END\r\n";
  });
  return { client: new Client(source, { clock, connect, warn: false, ...options }), clock };
}
