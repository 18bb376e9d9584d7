/** The rules that hold for every distribution: whoever adds one to the table has these tests without writing any. */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { parseAddress } from "../../src/placement/address.ts";
import type { Distribution } from "../../src/placement/distribution.ts";
import { type DistributionName, DISTRIBUTIONS } from "../../src/placement/distributions.ts";
import { type HashFn, KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { Random } from "../support/random.ts";

const SEED = 20261201;
const NAMES = Object.keys(DISTRIBUTIONS) as DistributionName[];
const HASH_NAMES = Object.keys(KEY_HASHES) as HashFn[];
/** Those where the keys of a server that goes are the only ones that move. */
const CONSISTENT: readonly DistributionName[] = ["libmc"];

Deno.test("DISTRIBUTIONS: order() names all servers once and begins with indexFor()'s", () => {
  forAll((make, about) => {
    for (const count of [1, 2, 3, 10, 40]) {
      const distribution = make(serverNames(count));
      for (const key of keys(200)) {
        const order = Array.from(distribution.order(key));
        assertEquals(order[0], distribution.indexFor(key), about);
        assertEquals(order.toSorted((a, b) => a - b), [...Array(count).keys()], about);
      }
    }
  });
});

Deno.test("DISTRIBUTIONS: no servers have no owner and no order", () => {
  forAll((make, about) => {
    const distribution = make([]);
    assertEquals([distribution.indexFor("a"), [...distribution.order("a")]], [-1, []], about);
    assertEquals(distribution.firstUsable(() => true)("a"), -1, about);
  });
});

Deno.test("DISTRIBUTIONS: firstUsable() finds the first usable server of order(), whichever are usable", () => {
  const random = new Random(SEED);
  forAll((make, about) => {
    for (const count of [1, 2, 3, 10, 40]) {
      const distribution = make(serverNames(count));
      for (const most of [0, 1, 2, count]) {
        const usable = new Set(Array.from({ length: most }, () => random.below(count)));
        const asked: number[] = [];
        const find = distribution.firstUsable((index) => {
          asked.push(index);
          return usable.has(index);
        });
        for (const key of keys(100)) {
          const first = [...distribution.order(key)].find((index) => usable.has(index)) ?? -1;
          assertEquals(find(key), first, `${about}, usable ${[...usable]}: ${key}`);
        }
        assertEquals(asked, [...Array(count).keys()], `${about}: each is asked about once`);
      }
    }
  });
});

Deno.test("DISTRIBUTIONS: the same servers and key have the same answer, whoever asks, and when", () => {
  forAll((make, about) => {
    const [one, other] = [make(serverNames(10)), make(serverNames(10))];
    for (const key of keys(200)) {
      const order = [...one.order(key)];
      assertEquals([...other.order(key)], order, about);
      assertEquals([...one.order(key)], order, about);
    }
  });
});

Deno.test("DISTRIBUTIONS: every byte may stand in a key", () => {
  forAll((make, about) => {
    const distribution = make(serverNames(5));
    for (let byte = 0; byte < 256; byte++) {
      const index = distribution.indexFor(`a${String.fromCharCode(byte)}`);
      assert(Number.isInteger(index) && index >= 0 && index < 5, about);
    }
  });
});

Deno.test("DISTRIBUTIONS: every server has its share", () => {
  forAll((make, about) => {
    const counts = new Array<number>(10).fill(0);
    const distribution = make(serverNames(10));
    for (const key of keys(4000)) counts[distribution.indexFor(key)]++;
    for (const count of counts) assertGreater(count, 4000 / 10 / 2, `${about}: ${counts}`);
  });
});

Deno.test("DISTRIBUTIONS: a server that is removed gives up its keys, about 1/n, and no other moves", () => {
  const random = new Random(SEED);
  forAll((make, about) => {
    for (const count of [2, 3, 10, 40]) {
      const names = serverNames(count);
      const gone = random.below(count);
      const rest = names.filter((_, i) => i !== gone);
      const [before, after] = [make(names), make(rest)];
      let moved = 0;
      for (const key of keys(4000)) {
        const [owner, next] = before.order(key);
        const heir = rest[after.indexFor(key)];
        if (owner === gone) {
          moved++;
          assertEquals(heir, names[next], `${about}: order() names who inherits ${key}`);
        } else {
          assertEquals(heir, names[owner], `${about}, ${count} servers: ${key}`);
        }
      }
      assertGreater(moved, 4000 / count / 2, `${about}, ${count} servers`);
      assertLess(moved, 4000 / count * 2, `${about}, ${count} servers`);
    }
  }, CONSISTENT);
});

type Make = (servers: readonly string[]) => Distribution;

/** Runs a test for each distribution with each hash. */
function forAll(
  test: (make: Make, about: string) => void,
  names: readonly DistributionName[] = NAMES,
): void {
  for (const name of names) {
    for (const hashFn of HASH_NAMES) {
      test(
        (servers) => DISTRIBUTIONS[name](servers.map(parseAddress), { hashFn }),
        `${name}, ${hashFn}, seed ${SEED}`,
      );
    }
  }
}

/** Keys that differ everywhere: FNV spreads keys badly that differ at their end only. */
function keys(count: number): string[] {
  const random = new Random(SEED);
  return Array.from({ length: count }, () => `${random.below(2 ** 32)}:key:${random.below(1000)}`);
}

function serverNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `cache-${i}.example:${11211 + i % 3}`);
}
