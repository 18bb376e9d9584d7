import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Client, type ClientOptions, MemcachedError, TimeoutError } from "@libmc/libmc";
import { FaultProxy, type ProxyFaults } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { startCrowdedMemcached } from "./crowded_memcached.ts";

Deno.test("Client.incr() is carried out once at most, and never where the error says that it was not sent", async () => {
  const seed = 20260711;
  const random = new Random(seed);
  await using server = await startMemcached();
  await using proxy = await FaultProxy.start({ target: server.address, seed });
  await using direct = patient(server.address);
  await using client = new Client(proxy.address, {
    strict: true,
    maxRetries: 5,
    pollTimeout: 40,
    connectTimeout: 500,
    retryTimeout: 5,
  });
  const outcomes = { counted: 0, no: 0, maybe: 0 };
  for (let round = 0; round < 60; round++) {
    const keys = Array.from({ length: 12 }, (_, i) => `n${round}-${i}`);
    await direct.setMulti(keys.map((key) => [key, 0]));
    // Some wait for the dial, some go out together, some are on the way when it goes wrong.
    const first = keys.slice(0, 6).map((key) => outcomeOf(client, key));
    await proxy.set(randomFaults(random));
    if (random.below(3) === 0) await client.get("any").catch(() => {});
    const told = await Promise.all([
      ...first,
      ...keys.slice(6).map((key) => outcomeOf(client, key)),
    ]);
    await proxy.clear();
    proxy.disconnect();
    for (const [i, key] of keys.entries()) {
      const count = await direct.get<number>(key);
      const about = `seed ${seed}, ${key}: ${told[i]}, and counted ${count}`;
      outcomes[told[i]]++;
      if (told[i] === "counted") assertEquals(count, 1, about);
      else if (told[i] === "no") assertEquals(count, 0, about);
      else assert(count === 0 || count === 1, about);
    }
  }
  for (const [outcome, times] of Object.entries(outcomes)) {
    assert(times > 20, `${outcome}: ${times}`);
  }
});

Deno.test("Client answers calls whose replies came while the program was busy for longer than pollTimeout", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, { strict: true, pollTimeout: 40, timeout: 0 });
  await client.set("a", "a");
  for (let round = 0; round < 6; round++) {
    const replies = [client.get("a"), client.version(), client.getMulti(["a", "b"])];
    // Lets the requests leave, so that the replies lie there unread.
    await new Promise((resolve) => setTimeout(resolve, round));
    busyFor(150);
    const [value, , values] = await Promise.all(replies);
    assertEquals([value, values], ["a", new Map([["a", "a"]])]);
  }
  assertEquals(client.lastError, undefined);
});

Deno.test("Client holds nothing against a server for which the program was too busy", async () => {
  await using server = await startMemcached();
  await using proxy = await FaultProxy.start({ target: server.address, delayMs: 60 });
  for (let round = 0; round < 3; round++) {
    await using client = new Client(server.address, { strict: true, connectTimeout: 100 });
    // Busy while it is dialled.
    const first = client.version();
    await new Promise((resolve) => setTimeout(resolve, round % 2));
    busyFor(200);
    await first;
    // Busy between a call and its request, and before the reply.
    await using slow = patient(proxy.address, { pollTimeout: 150 });
    await slow.version();
    const reply = slow.version();
    busyFor(300);
    await reply;
    assertEquals([client.lastError, slow.lastError], [undefined, undefined]);
  }
});

Deno.test("Client gives nobody another's reply, whoever gives up before it comes", async () => {
  const random = new Random(99);
  await using server = await startMemcached();
  await using proxy = await FaultProxy.start({ target: server.address, delayMs: 15 });
  await using client = patient(proxy.address, { strict: false });
  const keys = Array.from({ length: 50 }, (_, i) => `key${i}`);
  await client.setMulti(keys.map((key) => [key, `value of ${key}`]));
  let answered = 0;
  let gone = 0;
  for (let round = 0; round < 30; round++) {
    await Promise.all(Array.from({ length: 40 }, async () => {
      const key = random.pick(keys);
      const controller = new AbortController();
      const timer = random.below(2) === 0
        ? setTimeout(() => controller.abort(), random.below(25))
        : undefined;
      try {
        const value = await client.get(key, { signal: controller.signal });
        assertEquals(value, `value of ${key}`);
        answered++;
      } catch (error) {
        assertEquals((error as Error).name, "AbortError");
        gone++;
      } finally {
        clearTimeout(timer);
      }
    }));
  }
  assert(answered > 100 && gone > 100, `${answered} answered, ${gone} gone`);
  assertEquals(client.counters().get(proxy.address)?.connects, 1);
});

Deno.test("Client of a memcached that is full fails without having sent anything, and works once there is room", async () => {
  await using server = await startMemcached({ args: ["-c", "20", "-t", "1"] });
  const others: Deno.Conn[] = [];
  for (let i = 0; i < 24; i++) others.push(await Deno.connect({ port: server.port! }));
  await using client = patient(server.address, { retryTimeout: 20, pollTimeout: 300 });
  try {
    const error = await client.incr("n").then(() => undefined, (error) => error);
    assert(error instanceof MemcachedError, String(error));
    assertEquals(error.sent, "no");
  } finally {
    for (const other of others) other.close();
  }
  await eventually("there is room", async () => {
    return await client.set("a", 1).catch(() => false);
  });
  assertEquals(await client.get("a"), 1);
});

Deno.test("Client of a memcached that lets connections wait says that a command may be carried out, and it is", async () => {
  await using stack = new AsyncDisposableStack();
  const { server, others } = await startCrowdedMemcached(stack);
  await using client = patient(server.address, {
    pollTimeout: 200,
    connectTimeout: 500,
    retryTimeout: 20,
  });
  const error = await assertRejects(() => client.set("a", 1), TimeoutError);
  assertEquals(error.sent, "maybe");
  for (const other of others) other.close();
  await eventually("there is room", async () => {
    return await client.get("a").catch(() => {}) === 1;
  });
});

Deno.test("Client fails calls to a dead server in less than a millisecond, one after the other and one at a time", async () => {
  const server = await startMemcached();
  await server.stop();
  await using client = new Client(server.address, { retryTimeout: 60_000 });
  await client.get("a");
  for (const pause of [0, 3]) {
    const took: number[] = [];
    for (let i = 0; i < (pause === 0 ? 2000 : 200); i++) {
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      const began = performance.now();
      assertEquals(await client.get("a"), undefined);
      took.push(performance.now() - began);
    }
    // Now and then one waits until the program has come to rest, so that nobody is starved.
    const slow = took.filter((milliseconds) => milliseconds >= 1).length;
    assertLess(slow / took.length, 0.05, `${slow} of ${took.length} with ${pause} ms between them`);
  }
});

function busyFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

type Told = "counted" | "no" | "maybe";

async function outcomeOf(client: Client, key: string): Promise<Told> {
  try {
    const value = await client.incr(key);
    assertEquals(value, 1, `${key} was counted before`);
    return "counted";
  } catch (error) {
    if (!(error instanceof MemcachedError)) throw error;
    return error.sent;
  }
}

function randomFaults(random: Random): ProxyFaults {
  return random.pick<ProxyFaults>([
    {},
    { reset: "request" },
    { reset: "reply" },
    { stall: true },
    { dropAfter: random.below(20) },
    { refuse: true },
    { delayMs: 100, probability: 0.5 },
    { singleBytes: true },
  ]);
}

/** A client that takes its time and says what goes wrong. */
function patient(address: string, options: ClientOptions = {}): Client {
  return new Client(address, {
    strict: true,
    pollTimeout: 5000,
    connectTimeout: 5000,
    ...options,
  });
}
