/** A move under load: several processes, whose stages are turned while they read, write and delete. */

import { assert, assertEquals } from "@std/assert";
import { Client, type Connect, type MigrationStage } from "@libmc/libmc";
import { startMemcached } from "../../support/memcached.ts";
import { platformConnect } from "../../support/platform_connect.ts";
import { Random } from "../../support/random.ts";

const PATIENT = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
const CALLERS = 64;
/** A write or a delete: when it began and ended, by a count of events, and the value that it has stored. */
interface Change {
  readonly began: number;
  ended: number;
  /** 0 for a delete. */
  readonly value: number;
}

Deno.test("A move under load of processes at different stages gives no value that was deleted or overwritten", async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  await using move = await startMove(2, 3, 4, jitter(random));
  const { clients, old } = move;
  const history = new Map<string, Change[]>();
  let now = 0;
  let values = 0;
  const changesOf = (key: string) => {
    const known = history.get(key);
    if (known !== undefined) return known;
    const made: Change[] = [];
    history.set(key, made);
    return made;
  };
  const keys = Array.from({ length: 12 }, (_, i) => `key${i}`);
  for (const key of keys) {
    const value = ++values;
    await old.set(key, value);
    changesOf(key).push({ began: ++now, ended: ++now, value });
  }
  const stale: string[] = [];
  let reads = 0;
  let hits = 0;
  const deadline = Date.now() + 2500;
  await Promise.all([
    turning(),
    ...Array.from({ length: CALLERS }, () => caller()),
  ]);
  assertEquals(stale, [], `seed ${seed}`);
  console.log(`${hits} of ${reads} reads are hits`);
  assert(reads > 1000 && hits > reads / 10, `${hits} of ${reads} reads are hits`);

  async function turning(): Promise<void> {
    const stages: MigrationStage[] = ["read_old", "read_new", "read_new"];
    while (Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const { migration } = random.pick(clients);
      assert(migration !== undefined);
      migration.stage = random.pick(stages);
      migration.percent = random.pick([30, 70, 100, 100]);
    }
  }

  async function caller(): Promise<void> {
    while (Date.now() < deadline) {
      const client = random.pick(clients);
      const key = random.pick(keys);
      const chance = random.below(100);
      if (chance < 12) await change(key, 0, () => client.delete(key));
      else if (chance < 20) {
        const value = ++values;
        await change(key, value, () => client.set(key, value, { exptime: 600 }));
      } else if (chance < 23) await client.append("other", "x");
      else await read(client, key, chance < 45);
    }
  }

  async function change(key: string, value: number, run: () => Promise<boolean>): Promise<void> {
    const made: Change = { began: ++now, ended: Infinity, value };
    changesOf(key).push(made);
    if (await run()) made.ended = ++now;
  }

  async function read(client: Client, key: string, isMulti: boolean): Promise<void> {
    const began = ++now;
    const value = isMulti
      ? (await client.getMulti<number>([key, "none"])).get(key)
      : await client.get<number>(key);
    reads++;
    if (value === undefined) return;
    hits++;
    const changes = changesOf(key);
    const written = changes.find((each) => each.value === value);
    if (written === undefined) return void stale.push(`${key}: nobody wrote ${value}`);
    const later = changes.find((each) => each.began > written.ended && each.ended < began);
    if (later !== undefined) {
      stale.push(
        `${key}: ${value} of ${written.ended}, ${later.value} came at ${later.ended}, read at ${began}`,
      );
    }
  }
});

Deno.test("A move under load keeps the hit rate above 95 % while all stages are turned", async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  console.log(`seed ${seed}`);
  const random = new Random(seed);
  await using move = await startMove(3, 4, 2);
  const { clients, old } = move;
  const keys = Array.from({ length: 2000 }, (_, i) => `key${i}`);
  await old.setMulti(keys.map((key) => [key, { name: key, version: 0 }]), { exptime: 600 });
  const steps: readonly [MigrationStage, number][] = [
    ["read_old", 100],
    ["read_new", 10],
    ["read_new", 50],
    ["read_new", 100],
    ["write_both", 100],
    ["done", 100],
  ];
  const rates: number[] = [];
  for (const [stage, percent] of steps) {
    for (const { migration } of clients) {
      assert(migration !== undefined);
      migration.percent = percent;
      migration.stage = stage;
    }
    let reads = 0;
    let hits = 0;
    const deadline = Date.now() + 400;
    await Promise.all(Array.from({ length: CALLERS }, async () => {
      while (Date.now() < deadline) {
        const client = random.pick(clients);
        const key = random.pick(keys);
        if (random.below(100) === 0) {
          assert(await client.delete(key));
          continue;
        }
        reads++;
        const value = await client.get(key);
        if (value !== undefined) hits++;
        else assert(await client.set(key, { name: key, version: 1 }, { exptime: 600 }));
      }
    }));
    // What nobody has read on the way is not there: the last step follows when all keys have been.
    if (percent === 100 && stage === "read_new") await clients[0].getMulti(keys);
    rates.push(hits / reads);
  }
  assert(rates.every((rate) => rate >= 0.95), `${rates} with seed ${seed}`);
  console.log(`hit rates ${rates.map((rate) => rate.toFixed(3))}`);
});

/** A dialler whose connections keep back what is sent and what comes for a moment, now and then a long one. */
function jitter(random: Random): Connect {
  const pause = () => {
    const longest = random.below(10) === 0 ? 30 : 3;
    return new Promise((resolve) => setTimeout(resolve, random.below(longest)));
  };
  return async (endpoint, signal) => {
    const transport = await platformConnect(endpoint, signal);
    return {
      async read(buffer) {
        const read = await transport.read(buffer);
        await pause();
        return read;
      },
      async write(bytes) {
        const copy = bytes.slice();
        await pause();
        return await transport.write(copy);
      },
      close: () => transport.close(),
    };
  };
}

/** Starts old and new servers, and so many clients that move, as processes of their own would. */
async function startMove(olds: number, news: number, processes: number, connect?: Connect) {
  const options = connect === undefined ? PATIENT : { ...PATIENT, connect };
  const stack = new AsyncDisposableStack();
  const start = async (count: number) =>
    await Promise.all(
      Array.from({ length: count }, async () => stack.use(await startMemcached()).address),
    );
  const before = await start(olds);
  const after = await start(news);
  const old = stack.use(new Client(before, PATIENT));
  const clients = Array.from({ length: processes }, () => {
    const migrateFrom = stack.use(new Client(before, options));
    return stack.use(new Client(after, { ...options, migrateFrom }));
  });
  return { old, clients, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
