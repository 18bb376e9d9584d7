import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { Client, type ClientOptions, ConnectionError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { playRounds } from "../support/rounds.ts";
import { startProxy } from "../support/some_port.ts";
import { Chaos, HASTY, NETWORK_FAULTS } from "./model/chaos.ts";
import { runCertain } from "./model/certain_run.ts";
import { runDoubtful, type Tally } from "./model/doubtful_run.ts";
import { expectRight } from "./model/expect_right.ts";
import { describe, type Operation, randomOperations } from "./model/operation.ts";
import { Performer } from "./model/performer.ts";
import { shrink } from "./model/shrink.ts";
import { moment } from "./matrix/scene.ts";

const SEED = 20260808;
const PATIENT: ClientOptions = { strict: true, pollTimeout: 10_000, connectTimeout: 10_000 };

for (const count of [1, 3]) {
  Deno.test(`Client gives the answers of the model on memcached, whatever callers do at once, ${count} server(s)`, async () => {
    await using stack = new AsyncDisposableStack();
    const servers = await Promise.all(Array.from({ length: count }, () => startMemcached()));
    for (const server of servers) stack.use(server);
    const client = stack.use(new Client(servers.map(({ address }) => address), PATIENT));
    // Calls are carried out in the order made once the connections are there.
    await client.version();
    let runs = 0;
    const run = (operations: readonly Operation[]) =>
      runCertain(new Performer(client, `${runs++}:`), operations);
    for (let round = 0; round < 1000; round++) {
      const seed = SEED + 10_000 * count + round;
      const operations = randomOperations(new Random(seed), { callers: 6, count: 60 });
      await expectRight(seed, operations, run);
    }
  });
}

Deno.test("Client gives only answers that the model allows, while the network fails", async () => {
  await using server = await startMemcached();
  const tally: Tally = { answered: 0, unsent: 0, doubted: 0 };
  let prefix = 0;
  async function run(operations: readonly Operation[], seed: number): Promise<string | undefined> {
    await using proxy = await startProxy(server.address, seed);
    await using client = new Client(proxy.address, HASTY);
    const chaos = new Chaos(seed, async (random) => {
      await proxy.set(random.pick(NETWORK_FAULTS));
      if (random.below(4) === 0) proxy[random.pick(["reset", "disconnect"] as const)]();
    });
    const performer = new Performer(client, `${prefix++}:`);
    const wrong = await runDoubtful(performer, operations, { losses: () => 0 }, tally);
    await chaos.end();
    return wrong;
  }
  await playRounds({
    count: 60,
    atOnce: 6,
    tally,
    async play(i) {
      const seed = SEED + i;
      const operations = randomOperations(new Random(seed), { callers: 8, count: 400 });
      await expectRight(seed, operations, (part) => run(part, seed));
    },
    isEnough: () => tally.answered > 5000 && tally.unsent > 50 && tally.doubted > 300,
  });
});

Deno.test("Client gives only answers that the model allows, while memcached is killed and begins anew", async () => {
  const tally: Tally = { answered: 0, unsent: 0, doubted: 0 };
  async function run(operations: readonly Operation[], seed: number): Promise<string | undefined> {
    let server: Memcached = await startMemcached();
    const port = server.port!;
    let losses = 0;
    await using client = new Client(server.address, HASTY);
    const chaos = new Chaos(seed, async () => {
      await moment(100);
      losses++;
      await server.stop();
      server = await startMemcached({ port });
      losses++;
    });
    const performer = new Performer(client, "");
    const wrong = await runDoubtful(performer, operations, { losses: () => losses }, tally);
    await chaos.end();
    await server.stop();
    return wrong;
  }
  await playRounds({
    count: 4,
    atOnce: 4,
    tally,
    async play(i) {
      const seed = SEED + 500 + i;
      const operations = randomOperations(new Random(seed), { callers: 8, count: 8000 });
      await expectRight(seed, operations, (part) => run(part, seed));
    },
    isEnough: () => tally.answered > 5000 && tally.unsent + tally.doubted > 20,
  });
});

Deno.test("The model finds a client that counts twice, and shows it by a few calls", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  await client.version();
  const count = client.incr.bind(client) as (key: string, delta: number) => Promise<number>;
  client.incr = (async (key: string, delta: number) => {
    const value = await count(key, delta);
    if (delta === 7) void count(key, delta).catch(() => {});
    return value;
  }) as typeof client.incr;
  let runs = 0;
  const fails = async (part: readonly Operation[]) =>
    await runCertain(new Performer(client, `${runs++}:`), part) !== undefined;
  let operations: readonly Operation[] = [];
  for (let seed = 1; !await fails(operations); seed++) {
    operations = randomOperations(new Random(seed), { callers: 1, count: 200 });
  }
  const short = await shrink(operations, fails);
  assertLess(short.length, 5, short.map(describe).join("\n"));
  assertEquals(short.some(({ name, data }) => name === "incr" && data === "7"), true);
});

Deno.test("The model finds a client that is wrong about what was sent, while things go wrong", async () => {
  await using server = await MemcachedServer.start();
  for (const lie of ["carried out, and said not to be sent", "said to be counted, and lost"]) {
    await using client = new Client(server.address, PATIENT);
    await client.version();
    const count = client.incr.bind(client) as (key: string, delta: number) => Promise<number>;
    client.incr = (async (key: string, delta: number): Promise<number | undefined> => {
      if (delta < 6) return await count(key, delta);
      if (lie.startsWith("said")) {
        const value = await count(key, 0);
        return value === undefined ? value : value + delta;
      }
      await count(key, delta);
      throw new ConnectionError("lost", { sent: "no" });
    }) as typeof client.incr;
    const tally: Tally = { answered: 0, unsent: 0, doubted: 0 };
    let found = 0;
    for (let seed = 1; seed <= 10; seed++) {
      // Whoever finds it, the others are in the middle of a call.
      const operations = randomOperations(new Random(seed), { callers: 8, count: 400 });
      const performer = new Performer(client, `${lie.length}:${seed}:`);
      const wrong = await runDoubtful(performer, operations, { losses: () => 0 }, tally);
      if (wrong?.endsWith(", which cannot be")) found++;
    }
    assertGreater(found, 4, lie);
  }
});
