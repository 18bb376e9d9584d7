import { assertEquals } from "@std/assert";
import { Continuum } from "../../src/placement/continuum.ts";
import { Random } from "../support/random.ts";

const SEED = 20251127;
const POINTS = 100;

Deno.test("Continuum.points() are sorted by hash, and of equal hashes the lower index comes first", () => {
  const random = new Random(SEED);
  // Of few possible hashes many are equal; those below 2^15 and above 2^31 lie in a corner of the table.
  for (const [least, range] of [[0, 2 ** 32], [0, 50], [0, 2 ** 15], [2 ** 31, 300], [0, 1]]) {
    for (const count of [1, 2, 3, 20]) {
      const points = pointsOf(random, count, least, range);
      const expected = points.flatMap((hashes, server) =>
        Array.from(hashes, (hash): [number, number] => [hash, server])
      );
      expected.sort(([a, server], [b, other]) => a - b || server - other);
      const about = `seed ${SEED}, ${count} servers, ${least} + ${range}`;
      const continuum = new Continuum(points);
      assertEquals(continuum.points(), expected, about);
      for (const [hash] of expected) {
        assertEquals(continuum.indexFor(hash), ownerAmong(expected, hash), about);
      }
    }
  }
});

Deno.test("Continuum.indexFor() takes the first point that is greater or equal, and wraps", () => {
  for (const count of [1, 2, 7, 100]) {
    const continuum = new Continuum(pointsOf(new Random(SEED), count));
    const points = continuum.points();
    assertEquals(points.length, count * POINTS);
    points.forEach(([hash, server], i) => {
      const [nextHash, next] = points[(i + 1) % points.length];
      if (i === 0 || points[i - 1][0] < hash) assertEquals(continuum.indexFor(hash), server);
      if (hash + 1 < nextHash) assertEquals(continuum.indexFor(hash + 1), next);
    });
    assertEquals(continuum.indexFor(0), points[0][1]);
    assertEquals(continuum.indexFor(0xffffffff), points[0][1]);
  }
});

Deno.test("Continuum.indexFor() finds servers by indexes of any size", () => {
  for (const count of [0x7fff, 0x8000, 0x8001, 70_000]) {
    const continuum = new Continuum(
      Array.from({ length: count }, (_, server) => Uint32Array.of(server * 1000)),
    );
    for (const server of [0, 1, 0x7ffe, 0x7fff, 0x8000, 0xffff, 0x10000, count - 1]) {
      if (server < count) assertEquals(continuum.indexFor(server * 1000), server);
    }
    assertEquals(continuum.indexFor(count * 1000), 0);
  }
});

Deno.test("Continuum.indexFor() finds what a search through all points finds", () => {
  const random = new Random(SEED);
  for (const count of [1, 2, 3, 10, 50]) {
    const continuum = new Continuum(pointsOf(random, count));
    const points = continuum.points();
    for (let i = 0; i < 2000; i++) {
      const hash = random.below(2 ** 32);
      const owner = ownerAmong(points, hash);
      assertEquals(continuum.indexFor(hash), owner, `seed ${SEED}, ${count} servers, hash ${hash}`);
    }
  }
});

Deno.test("Continuum has points at both ends of the 32 bits", () => {
  const continuum = new Continuum([Uint32Array.of(0xffffffff, 5), Uint32Array.of(0, 0xffffffff)]);
  const hashes = [0, 1, 5, 6, 0xfffffffe, 0xffffffff];
  assertEquals(hashes.map((hash) => continuum.indexFor(hash)), [1, 0, 0, 0, 0, 0]);
  assertEquals([...continuum.order(6)], [0, 1]);
  assertEquals([...continuum.order(0)], [1, 0]);
});

Deno.test("Continuum without servers has no owner and no order", () => {
  const continuum = new Continuum([]);
  assertEquals([continuum.indexFor(5), [...continuum.order(5)], continuum.points()], [-1, [], []]);
});

Deno.test("Continuum of servers with the same points gives all keys to the first of them", () => {
  const random = new Random(SEED);
  const [points] = pointsOf(random, 1);
  const continuum = new Continuum([points, points, points]);
  for (let i = 0; i < 100; i++) {
    const hash = random.below(2 ** 32);
    assertEquals(continuum.indexFor(hash), 0);
    assertEquals([...continuum.order(hash)], [0, 1, 2]);
  }
});

Deno.test("Continuum.order() meets every server once, in the order of their next points", () => {
  const random = new Random(SEED);
  const continuum = new Continuum(pointsOf(random, 10));
  const points = continuum.points();
  for (let i = 0; i < 500; i++) {
    const hash = random.below(2 ** 32);
    const start = Math.max(0, points.findIndex(([point]) => point >= hash));
    const expected = new Set(
      points.map((_, step) => points[(start + step) % points.length][1]),
    );
    assertEquals([...continuum.order(hash)], [...expected], `seed ${SEED}, hash ${hash}`);
    assertEquals(continuum.order(hash).next().value, continuum.indexFor(hash));
  }
});

Deno.test("Continuum.order() names servers without points last, and they own nothing", () => {
  const random = new Random(SEED);
  const nothing = new Uint32Array(0);
  const [one, two] = pointsOf(random, 2);
  const continuum = new Continuum([nothing, one, nothing, two]);
  for (let i = 0; i < 100; i++) {
    const hash = random.below(2 ** 32);
    const owner = continuum.indexFor(hash);
    assertEquals([...continuum.order(hash)], owner === 1 ? [1, 3, 0, 2] : [3, 1, 0, 2]);
  }
  const empty = new Continuum([nothing, nothing]);
  assertEquals([empty.indexFor(5), [...empty.order(5)]], [-1, [0, 1]]);
  const find = (usable: readonly number[]) => continuum.firstUsable((i) => usable.includes(i))(5);
  assertEquals([find([0, 3]), find([0, 2]), find([2]), find([])], [3, 0, 2, -1]);
  assertEquals(empty.firstUsable((index) => index === 1)(5), 1);
});

Deno.test("Continuum leaves the points it is given as they were", () => {
  const points = pointsOf(new Random(SEED), 3);
  const before = points.map((hashes) => hashes.slice());
  new Continuum(points);
  assertEquals(points, before);
});

/** Random points of some servers, unsorted. */
function pointsOf(random: Random, count: number, least = 0, range = 2 ** 32): Uint32Array[] {
  return Array.from(
    { length: count },
    () => Uint32Array.from({ length: POINTS }, () => least + random.below(range)),
  );
}

function ownerAmong(points: readonly [hash: number, server: number][], hash: number): number {
  const [, owner] = points.find(([point]) => point >= hash) ?? points[0];
  return owner;
}
