import { assertEquals, assertStrictEquals } from "@std/assert";
import { PointCache } from "../../src/placement/point_cache.ts";

Deno.test("PointCache.pointsOf() computes the points of a name once, and gives all the same", () => {
  const { cache, computed } = cacheOf(10);
  const first = cache.pointsOf("a");
  assertEquals(first, Uint32Array.of(1));
  assertStrictEquals(cache.pointsOf("a"), first);
  assertEquals(cache.pointsOf("aa"), Uint32Array.of(2));
  assertEquals(computed, ["a", "aa"]);
});

Deno.test("PointCache forgets the name that was not asked for the longest, and no other", () => {
  const { cache, computed } = cacheOf(3);
  for (const name of ["a", "b", "c", "a", "d"]) cache.pointsOf(name);
  assertEquals(computed.splice(0), ["a", "b", "c", "d"]);
  for (const name of ["a", "c", "d"]) cache.pointsOf(name);
  assertEquals(computed, []);
  cache.pointsOf("b");
  assertEquals(computed, ["b"]);
});

Deno.test("PointCache never keeps more than it may, whatever comes", () => {
  const { cache, computed } = cacheOf(100);
  const names = Array.from({ length: 1000 }, (_, i) => `name ${i}`);
  for (const name of names) cache.pointsOf(name);
  assertEquals(computed.splice(0).length, 1000);
  for (const name of names.slice(-100)) cache.pointsOf(name);
  assertEquals(computed, []);
  for (const name of names.slice(0, 900).reverse()) cache.pointsOf(name);
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
    cache.pointsOf("a");
  } catch {
    failed++;
  }
  isBroken = false;
  assertEquals([failed, cache.pointsOf("a")], [1, Uint32Array.of(1)]);
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
