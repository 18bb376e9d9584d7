/**
 * Keys that are in several places, while their servers are cut off, stall and lose connections at random: what a client
 * has changed, and was told so, it never reads as it was before. Values count up, so each that is read says how old it is.
 */

import type { Client, ClientOptions } from "@libmc/libmc";
import { assertEquals } from "@std/assert";
import { CopiesRig, replicas, type Setting } from "../client/copies/rig.ts";
import { Random } from "../support/random.ts";

const SEED = 20261130;
const ROUNDS = 5;
const LIMITS: ClientOptions = {
  ...{ connectTimeout: 200, pollTimeout: 60, timeout: 1000, retryTimeout: 60, deadAfter: 2 },
};

const SETTINGS: Readonly<Record<string, Setting>> = {
  "two replicas": replicas(2, 3),
  "zones": (names) => [
    names.slice(2),
    { zones: { own: "b", others: { a: names.slice(0, 2) } }, nearCache: NEAR },
  ],
  "a gutter": (names) => [
    names.slice(0, 2),
    { gutter: names.slice(2), replayInvalidations: true },
  ],
};
const NEAR = { maxBytes: 1_000_000, maxAge: 60_000 };

Deno.test("Client never reads what it has changed before, wherever its keys are and whatever fails", async () => {
  const wrong = await Promise.all(
    Object.entries(SETTINGS).map(([name, setting], i) => run(name, setting, SEED + i)),
  );
  assertEquals(wrong.flat(), []);
});

/** Gives a sentence for each wrong answer. */
async function run(name: string, setting: Setting, seed: number): Promise<string[]> {
  const random = new Random(seed);
  await using rig = await CopiesRig.start(3, setting);
  const owner = rig.another(LIMITS);
  const reader = rig.another(LIMITS);
  const keys = Array.from({ length: 6 }, (_, i) => new KnownKey(`key${i}`));
  let isOver = false;
  const calls = keys.map(async (key) => {
    while (!isOver) {
      await key.change(owner, random.below(CHANGES.length));
      for (let i = random.below(3); i >= 0; i--) await key.read(owner, random.below(READS.length));
      // Another client reads, and so copies are made.
      await reader.get(key.name);
      await new Promise((resolve) => setTimeout(resolve, random.below(6)));
    }
  });
  for (let round = 0; round < ROUNDS; round++) {
    const proxy = random.pick(rig.proxies);
    switch (random.below(4)) {
      case 0:
        await proxy.set({ refuse: true });
        proxy.reset();
        break;
      case 1:
        await proxy.set({ stall: true });
        break;
      case 2:
        await proxy.set({ reset: random.pick(["reply", "request"]), probability: 0.3 });
        break;
      default:
        proxy.disconnect();
    }
    await new Promise((resolve) => setTimeout(resolve, 60 + random.below(120)));
    // What was held up must not arrive later.
    proxy.reset();
    await proxy.clear();
    await new Promise((resolve) => setTimeout(resolve, random.below(100)));
  }
  isOver = true;
  await Promise.all(calls);
  for (const key of keys) await key.read(owner, 0);
  return keys.flatMap((key) => key.wrong.map((each) => `${name}, seed ${seed}: ${each}`));
}

const BIG = "x".repeat(1_100_000);

/** Ways to change a key. Each gives true if that is confirmed. */
const CHANGES: readonly ((client: Client, key: string, n: number) => Promise<boolean>)[] = [
  (client, key) => client.delete(key),
  async (client, key) => (await client.deleteMulti([key])).ok,
  (client, key, n) => client.set(key, n),
  async (client, key, n) => (await client.setMulti([[key, n]])).ok,
  (client, key, n) => client.add(key, n),
  (client, key, n) => client.replace(key, n),
  async (client, key, n) => client.cas(key, n, (await client.gets(key))?.cas ?? 0n),
  async (client, key, n) => await client.update(key, () => n) === n,
  async (client, key, n) => (await client.meta.set(key, n))?.status === "stored",
  (client, key, n) => client.set(key, `${n} ${BIG}`),
];
const DELETES = 2;

const READS: readonly ((client: Client, key: string) => Promise<unknown>)[] = [
  (client, key) => client.get(key),
  async (client, key) => (await client.getMulti([key, "key0"])).get(key),
  async (client, key) => (await client.getList([key]))[0],
  async (client, key) => (await client.gets(key))?.value,
  async (client, key) => {
    const stream = await client.getStream(key);
    // It may break off midway.
    return stream && await new Response(stream).text().catch(() => undefined);
  },
];

/** A key, and what is known of it by those who change it. */
class KnownKey {
  readonly name: string;
  readonly wrong: string[] = [];
  #last = 0;
  /** The least that may be read, if anything is. */
  #least = 0;

  constructor(name: string) {
    this.name = name;
  }

  async change(client: Client, way: number): Promise<void> {
    const n = ++this.#last;
    const isDone = await CHANGES[way](client, this.name, n).catch(() => false);
    if (isDone) this.#least = way < DELETES ? n + 1 : n;
  }

  async read(client: Client, way: number): Promise<void> {
    const found = await READS[way](client, this.name);
    if (found === undefined || parseInt(String(found)) >= this.#least) return;
    this.wrong.push(`${this.name} gave ${String(found).slice(0, 9)}, and not ${this.#least}`);
  }
}
