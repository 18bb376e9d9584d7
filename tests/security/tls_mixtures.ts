/**
 * Mixtures of calls that make requests of every size and shape, drawn from a seed: as much at once as a client sends.
 * Each is carried out and checked on a client of a server with TLS, and on one that sends without replies.
 */

import { assert, assertEquals } from "@std/assert";
import type { Client } from "@libmc/libmc";
import type { Random } from "../support/random.ts";

/** The clients of one server. */
export interface Clients {
  readonly usual: Client;
  /** Has the option `noreply`. */
  readonly quiet: Client;
}

/** Draws a mixture, carries it out, and checks what came of it. Rejects if a call fails. */
export async function tryMixture(
  clients: Clients,
  random: Random,
  name: string,
): Promise<void> {
  const kind = random.pick(Object.keys(MIXTURES) as (keyof typeof MIXTURES)[]);
  try {
    await MIXTURES[kind](clients, random, `${name}:`);
  } catch (cause) {
    throw new Error(`Mixture "${kind}" ${name} failed`, { cause });
  }
}

type Mixture = (clients: Clients, random: Random, prefix: string) => Promise<void>;

const MIXTURES = {
  "setMulti of values alike": async ({ usual }, random, prefix) => {
    const items = alike(random, prefix);
    assertEquals(await usual.setMulti(items), { ok: true, failed: [] });
    assertSame(await usual.getMulti(items.keys()), items);
  },
  "sets of one tick, alike": async ({ usual }, random, prefix) => {
    const items = alike(random, prefix);
    await Promise.all(Array.from(items, ([key, value]) => usual.set(key, value)));
    assertSame(await usual.getMulti(items.keys()), items);
  },
  "setMulti of values of all sizes": async ({ usual }, random, prefix) => {
    const items = various(random, prefix, random.below(60) + 1);
    assertEquals(await usual.setMulti(items), { ok: true, failed: [] });
    assertSame(await usual.getMulti(items.keys()), items);
  },
  "sets without reply, then gets of the same tick": async ({ quiet }, random, prefix) => {
    const items = various(random, prefix, random.below(40) + 1);
    const sets = Array.from(items, ([key, value]) => quiet.set(key, value));
    const keys = [...items.keys()];
    const gets = keys.map(async (key) => [key, await quiet.get(key)] as const);
    await Promise.all(sets);
    assertSame(new Map(await Promise.all(gets)), items);
  },
  "getMulti of long keys, most of them absent": async ({ usual }, random, prefix) => {
    const keys = Array.from(
      { length: random.below(1500) + 1 },
      (_, i) => `${prefix}${i}`.padEnd(random.below(230), "k"),
    );
    const items = new Map(keys.filter((_, i) => i % 7 === 0).map((key) => [key, key]));
    const [found] = await Promise.all([
      usual.setMulti(items).then(() => usual.getMulti(keys)),
      ...keys.slice(0, 50).map((key) => usual.get(`${key.slice(0, 200)}!`)),
    ]);
    assertSame(found, items);
  },
  "everything in one tick": async ({ usual }, random, prefix) => {
    const items = various(random, prefix, random.below(30) + 3);
    const calls: Promise<unknown>[] = [];
    for (const [key, value] of items) {
      calls.push(usual.set(key, value));
      if (random.below(2) === 0) calls.push(usual.get(`${prefix}absent`));
      if (random.below(3) === 0) calls.push(usual.touch(key, 100));
      if (random.below(3) === 0) calls.push(usual.getMulti(items.keys()));
      if (random.below(3) === 0) calls.push(usual.deleteMulti([`${prefix}a`, `${prefix}b`]));
      if (random.below(4) === 0) calls.push(usual.incr(`${prefix}none`, 1));
      if (random.below(4) === 0) calls.push(usual.add(key, "too late"));
    }
    await Promise.all(calls);
    assertSame(await usual.getMulti(items.keys()), items);
  },
  "appends of one tick": async ({ usual }, random, prefix) => {
    await usual.set(prefix, "");
    const pieces = Array.from(
      { length: random.below(60) + 1 },
      (_, i) => String.fromCharCode(97 + i % 26).repeat(sizeOf(random, 8_000)),
    );
    const all = await Promise.all(pieces.map((piece) => usual.append(prefix, piece)));
    assert(all.every((isAppended) => isAppended));
    // Several connections keep no order among appends.
    assertEquals((await usual.get<string>(prefix))?.length, pieces.join("").length);
  },
  "big values, which are not copied, among small ones": async ({ usual }, random, prefix) => {
    const items = various(random, prefix, 20);
    for (let i = 0; i < 3; i++) {
      const big = 100_000 + random.below(900_000);
      items.set(`${prefix}big${i}`, random.below(2) === 0 ? "b".repeat(big) : bytes(random, big));
    }
    const shuffled = [...items].sort(() => random.below(3) - 1);
    await Promise.all(shuffled.map(([key, value]) => usual.set(key, value)));
    assertSame(await usual.getMulti(items.keys()), items);
  },
  "a split value among small ones": async ({ usual }, random, prefix) => {
    const items = various(random, prefix, 10);
    items.set(`${prefix}split`, bytes(random, 1_000_001 + random.below(4_500_000)));
    await Promise.all(Array.from(items, ([key, value]) => usual.set(key, value)));
    assertSame(await usual.getMulti(items.keys()), items);
  },
  "many small commands without values": async ({ usual }, random, prefix) => {
    const keys = Array.from({ length: random.below(3000) + 1 }, (_, i) => `${prefix}${i}`);
    const deleted = usual.deleteMulti(keys);
    const touched = Promise.all(keys.slice(0, 500).map((key) => usual.touch(key, 10)));
    assertEquals(await deleted, { ok: true, failed: [] });
    assertEquals(new Set(await touched), new Set([false]));
  },
} satisfies Record<string, Mixture>;

/** Values of one size, in a number that makes up to some hundred kilobytes. */
function alike(random: Random, prefix: string): Map<string, string> {
  const size = sizeOf(random, 20_000);
  const count = random.below(Math.min(300, Math.ceil(400_000 / (size + 50)))) + 1;
  return new Map(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, "v".repeat(size)]));
}

/** Compares maps of big values faster than `assertEquals` does. */
function assertSame(
  found: ReadonlyMap<string, unknown>,
  items: ReadonlyMap<string, unknown>,
): void {
  assertEquals(found.size, items.size);
  for (const [key, value] of items) {
    const there = found.get(key);
    const isSame = typeof value === "string"
      ? there === value
      : there instanceof Uint8Array && value instanceof Uint8Array && isEqual(there, value);
    assert(isSame, `${key} is another value`);
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function various(random: Random, prefix: string, count: number): Map<string, string | Uint8Array> {
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const size = sizeOf(random, 40_000);
      const value = random.below(3) === 0
        ? bytes(random, size)
        : random.pick(["v", "é"]).repeat(size);
      return [`${prefix}${i}`, value];
    }),
  );
}

/** A size of every order of magnitude, small ones and those around a record's more often. */
function sizeOf(random: Random, most: number): number {
  const near = [0, 16_384, 14_336, 2_048, 1_000][random.below(5)];
  if (random.below(3) === 0) return Math.min(most, near + random.below(120));
  return random.below(random.pick([20, 200, 2_000, most]));
}

function bytes(random: Random, length: number): Uint8Array {
  const data = new Uint8Array(length);
  for (let i = 0; i < length; i += 1 + random.below(97)) data[i] = random.below(256);
  return data;
}
