import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { addressOf, parseAddress } from "../../src/placement/address.ts";
import { POINTS_PER_SERVER, Ring } from "../../src/placement/continuum.ts";
import { Random } from "../support/random.ts";
import { HASHES } from "./vectors.ts";

const SEED = 20251127;

Deno.test("Ring.points() are libmc's points for every continuum of the vectors", () => {
  let facts = 0;
  for (const { servers, points } of HASHES.continuum) {
    const ring = new Ring(servers.map((s) => addressOf(s.host, s.port, s.alias ?? undefined)));
    assertEquals(ring.points(), [...points] as [number, number][]);
    facts += points.length;
  }
  assertEquals(facts, 900);
  console.log(`continuums: ${facts} facts checked, 0 differ, 0 excepted`);
});

Deno.test("Ring.serverFor() takes the first point that is greater or equal, and wraps", () => {
  for (const count of [1, 2, 7, 100]) {
    const ring = ringOf(serverNames(count));
    const points = ring.points();
    assertEquals(points.length, count * POINTS_PER_SERVER);
    points.forEach(([hash, server], i) => {
      const [nextHash, next] = points[(i + 1) % points.length];
      if (i === 0 || points[i - 1][0] < hash) assertEquals(ring.serverFor(hash), server);
      if (hash + 1 < nextHash) assertEquals(ring.serverFor(hash + 1), next);
    });
    assertEquals(ring.serverFor(0), points[0][1]);
    assertEquals(ring.serverFor(0xffffffff), points[0][1]);
  }
});

Deno.test("Ring.serverFor() finds what a search through all points finds", () => {
  const random = new Random(SEED);
  for (const count of [1, 2, 3, 10, 50]) {
    const ring = ringOf(serverNames(count));
    const points = ring.points();
    for (let i = 0; i < 2000; i++) {
      const hash = random.below(2 ** 32);
      const [, owner] = points.find(([point]) => point >= hash) ?? points[0];
      assertEquals(ring.serverFor(hash), owner, `seed ${SEED}, ${count} servers, hash ${hash}`);
    }
  }
});

Deno.test("Ring without servers has no owner and nothing to walk", () => {
  const ring = new Ring([]);
  assertEquals([ring.size, ring.serverFor(5), [...ring.walk(5)], ring.points()], [0, -1, [], []]);
});

Deno.test("Ring of servers with one ring name gives all keys to the first of them", () => {
  const ring = ringOf(["10.0.0.1 a", "10.0.0.2 a", "10.0.0.3 a"]);
  const random = new Random(SEED);
  for (let i = 0; i < 100; i++) {
    const hash = random.below(2 ** 32);
    assertEquals(ring.serverFor(hash), 0);
    assertEquals([...ring.walk(hash)], [0, 1, 2]);
  }
});

Deno.test("Ring.walk() meets every server once, in the order of their next points", () => {
  const random = new Random(SEED);
  const ring = ringOf(serverNames(10));
  const points = ring.points();
  for (let i = 0; i < 500; i++) {
    const hash = random.below(2 ** 32);
    const start = Math.max(0, points.findIndex(([point]) => point >= hash));
    const expected = new Set(
      points.map((_, step) => points[(start + step) % points.length][1]),
    );
    assertEquals([...ring.walk(hash)], [...expected], `seed ${SEED}, hash ${hash}`);
    assertEquals(ring.walk(hash).next().value, ring.serverFor(hash));
  }
});

Deno.test("Ring gives up only the keys of a server that is removed", () => {
  const random = new Random(SEED);
  for (const count of [2, 3, 10, 40]) {
    const names = serverNames(count);
    const gone = random.below(count);
    const rest = names.filter((_, i) => i !== gone);
    const before = ringOf(names);
    const after = ringOf(rest);
    let moved = 0;
    const keys = 4000;
    for (let i = 0; i < keys; i++) {
      const hash = random.below(2 ** 32);
      const owner = names[before.serverFor(hash)];
      const heir = rest[after.serverFor(hash)];
      if (owner === names[gone]) {
        moved++;
        const [, next] = before.walk(hash);
        assertEquals(heir, names[next], `seed ${SEED}: the walk names who inherits`);
      } else {
        assertEquals(heir, owner, `seed ${SEED}, ${count} servers, hash ${hash}`);
      }
    }
    assertGreater(moved, keys / count / 2, `seed ${SEED}`);
    assertLess(moved, keys / count * 2, `seed ${SEED}`);
  }
});

Deno.test("Ring hashes names, not addresses, so that a server with an alias may move", () => {
  const before = ringOf(["10.0.0.1:1 a", "10.0.0.2:1 b"]);
  const after = ringOf(["10.9.0.1:7 a", "/run/b.sock b"]);
  assertEquals(after.points(), before.points());
  assert(ringOf(["10.0.0.1:1", "10.0.0.2:1"]).points()[0][0] !== before.points()[0][0]);
});

function serverNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `cache-${i}.example:${11211 + i % 3}`);
}

function ringOf(servers: readonly string[]): Ring {
  return new Ring(servers.map(parseAddress));
}
