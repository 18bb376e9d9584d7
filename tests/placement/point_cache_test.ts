import { assertEquals, assertStrictEquals } from "@std/assert";
import { PointCache } from "../../src/placement/point_cache.ts";

Deno.test("PointCache.pointsOf() computes the points of a name once, and gives all the same", () => {
  const { cache, computed } = cacheOf(10);
  const first = cache.pointsOf("a", 1);
  assertEquals(first, Uint32Array.of(1));
  assertStrictEquals(cache.pointsOf("a", 1), first);
  assertEquals(cache.pointsOf("aa", 1), Uint32Array.of(2));
  assertEquals(computed, ["a", "aa"]);
});

Deno.test("PointCache forgets the name that was not asked for the longest, and no other", () => {
  const { cache, computed } = cacheOf(3);
  for (const name of ["a", "b", "c", "a", "d"]) cache.pointsOf(name, 1);
  assertEquals(computed.splice(0), ["a", "b", "c", "d"]);
  for (const name of ["a", "c", "d"]) cache.pointsOf(name, 1);
  assertEquals(computed, []);
  cache.pointsOf("b", 1);
  assertEquals(computed, ["b"]);
});

Deno.test("PointCache never keeps more than it may, whatever comes", () => {
  const { cache, computed } = cacheOf(100);
  const names = Array.from({ length: 1000 }, (_, i) => `name ${i}`);
  for (const name of names) cache.pointsOf(name, 1);
  assertEquals(computed.splice(0).length, 1000);
  for (const name of names.slice(-100)) cache.pointsOf(name, 1);
  assertEquals(computed, []);
  for (const name of names.slice(0, 900).reverse()) cache.pointsOf(name, 1);
  assertEquals(computed.length, 900);
});

Deno.test("PointCache remembers nothing of a name whose points cannot be computed", () => {
  let isBroken = true;
  const cache = new PointCache((name) => {
    if (isBroken) throw new Error("no digest");
    return Uint32Array.of(name.length);
  }, 10);
  let failed = 0;
  try {
    cache.pointsOf("a", 1);
  } catch {
    failed++;
  }
  isBroken = false;
  assertEquals([failed, cache.pointsOf("a", 1)], [1, Uint32Array.of(1)]);
});

Deno.test("PointCache gives as many points of a name as are asked for, and computes them anew only for more", () => {
  const computed: number[] = [];
  const cache = new PointCache((_name, count) => {
    computed.push(count);
    return Uint32Array.from({ length: count }, (_, i) => i);
  }, 100);
  assertEquals(cache.pointsOf("a", 4), Uint32Array.of(0, 1, 2, 3));
  assertEquals(cache.pointsOf("a", 2), Uint32Array.of(0, 1));
  assertEquals(cache.pointsOf("a", 0), Uint32Array.of());
  assertEquals(cache.pointsOf("a", 6).length, 6);
  assertEquals(cache.pointsOf("a", 5).length, 5);
  assertEquals(computed, [4, 6]);
});

Deno.test("PointCache is bounded by points, whosever they are", () => {
  const computed: string[] = [];
  const cache = new PointCache((name, count) => {
    computed.push(name);
    return new Uint32Array(count);
  }, 100);
  cache.pointsOf("a", 60);
  cache.pointsOf("b", 30);
  cache.pointsOf("c", 30);
  cache.pointsOf("b", 30);
  assertEquals(computed, ["a", "b", "c"]);
  // More than it may keep: the one asked last is kept all the same, and no other.
  cache.pointsOf("d", 500);
  cache.pointsOf("d", 500);
  cache.pointsOf("b", 30);
  assertEquals(computed, ["a", "b", "c", "d", "b"]);
});

/** A cache whose points are the length of the name, and the names it computed. */
function cacheOf(most: number): { cache: PointCache; computed: string[] } {
  const computed: string[] = [];
  const cache = new PointCache((name) => {
    computed.push(name);
    return Uint32Array.of(name.length);
  }, most);
  return { cache, computed };
}
