/** The rules that hold for every distribution: whoever adds one to the table has these tests without writing any. */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { parseAddress } from "../../src/placement/address.ts";
import type { FullDistribution, PlacedServer } from "../../src/placement/distribution.ts";
import {
  type DistributionName,
  distributionOf,
  DISTRIBUTIONS,
  type PlacementOptions,
} from "../../src/placement/distributions.ts";
import {
  HASHES,
  type HashFn,
  type HashName,
  KEY_HASHES,
} from "../../src/placement/hashes/key_hash.ts";
import { Random } from "../support/random.ts";

const SEED = 20261201;
const NAMES = Object.keys(DISTRIBUTIONS) as DistributionName[];
const HASH_FNS = Object.keys(KEY_HASHES) as HashFn[];
const HASH_NAMES = Object.keys(HASHES) as HashName[];
/** Those where the keys of a server that goes are the only ones that move, and its heirs are those that stood in. */
const CONSISTENT: readonly DistributionName[] = ["libmc", "ketama", "rendezvous", "ketama_points"];
/** Those where a weight counts by itself: to double all of them moves keys. */
const OWN_WEIGHT: readonly DistributionName[] = ["modulo", "ketama_points"];
/** The hashes that spread points evenly, which have names that differ in their last digits: the others crowd. */
const EVEN: readonly (HashName | undefined)[] = [undefined, "md5", "one_at_a_time"];

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
  forAll((make, about, name, hash) => {
    if (!isEven(name, hash)) return;
    const counts = new Array<number>(10).fill(0);
    const distribution = make(serverNames(10));
    for (const key of keys(4000)) counts[distribution.indexFor(key)]++;
    for (const count of counts) assertGreater(count, 4000 / 10 / 2, `${about}: ${counts}`);
  });
});

Deno.test("DISTRIBUTIONS: a server that is removed gives up its keys, about 1/n, and no other moves", () => {
  const random = new Random(SEED);
  forAll((make, about, name, hash) => {
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
      if (!isEven(name, hash)) continue;
      assertGreater(moved, 4000 / count / 2, `${about}, ${count} servers`);
      assertLess(moved, 4000 / count * 2, `${about}, ${count} servers`);
    }
  }, CONSISTENT);
});

Deno.test("DISTRIBUTIONS: a server has keys by its weight, and none more if all weights grow alike", () => {
  forAll((make, about, name, hash) => {
    if (!DISTRIBUTIONS[name].takesWeights || !isEven(name, hash)) return;
    const weights = [1, 2, 5];
    const distribution = make(serverNames(3), (index) => weights[index]);
    const alike = make(serverNames(3), (index) => 64 * weights[index]);
    const counts = [0, 0, 0];
    for (const key of keys(8000)) {
      const index = distribution.indexFor(key);
      counts[index]++;
      if (!OWN_WEIGHT.includes(name)) assertEquals(alike.indexFor(key), index, about);
    }
    weights.forEach((weight, index) => {
      assertGreater(counts[index], 1000 * weight * 0.6, `${about}: ${counts}`);
      assertLess(counts[index], 1000 * weight * 1.6, `${about}: ${counts}`);
    });
  });
});

Deno.test("DISTRIBUTIONS: jump moves keys to a server at the end of the list only, and from all others", () => {
  forAll((make, about) => {
    const [before, after] = [make(serverNames(9)), make(serverNames(10))];
    const from = new Set<number>();
    let moved = 0;
    for (const key of keys(4000)) {
      const [was, is] = [before.indexFor(key), after.indexFor(key)];
      if (was === is) continue;
      assertEquals(is, 9, about);
      from.add(was);
      moved++;
    }
    assertEquals(from.size, 9, about);
    assertGreater(moved, 200, about);
    assertLess(moved, 800, about);
  }, ["jump"]);
});

Deno.test("DISTRIBUTIONS: modulo chooses a stand-in as if the list had been written without the owner", () => {
  forAll((make, about) => {
    for (const weighted of [false, true]) {
      const weightOf = (index: number) => weighted ? index % 3 + 1 : 1;
      const names = serverNames(7);
      const distribution = make(names, weightOf);
      for (const key of keys(200)) {
        const [owner, next] = distribution.order(key);
        const left = names.keys().filter((index) => index !== owner).toArray();
        const without = make(left.map((index) => names[index]), (i) => weightOf(left[i]));
        assertEquals(left[without.indexFor(key)], next, `${about}, weighted: ${weighted}`);
      }
    }
  }, ["modulo"]);
});

Deno.test("DISTRIBUTIONS: reckon() gives the hash, and the point where there are points", () => {
  forAll((make, about, name) => {
    const distribution = make(serverNames(5));
    const hasPoints = !["modulo", "rendezvous", "jump"].includes(name);
    for (const key of keys(50)) {
      const { hash = -1, point } = distribution.reckon(key);
      assert(hash >= 0 && hash < 2 ** 32, about);
      assertEquals(point !== undefined, hasPoints, about);
    }
    assertEquals(make(serverNames(1)).reckon("a").point, undefined, about);
  });
});

type Make = (servers: readonly string[], weightOf?: (index: number) => number) => FullDistribution;

/** Runs a test for each distribution with each hash. */
function forAll(
  test: (make: Make, about: string, name: DistributionName, hash?: HashName) => void,
  names: readonly DistributionName[] = NAMES,
): void {
  for (const name of names) {
    const hashes = DISTRIBUTIONS[name].hash === undefined ? [undefined] : HASH_NAMES;
    for (const hash of hashes) {
      for (const hashFn of name === "libmc" ? HASH_FNS : HASH_FNS.slice(0, 1)) {
        const about = `${name}, ${name === "libmc" ? hashFn : hash}, seed ${SEED}`;
        const options = { ...OPTIONS, distribution: name, hash, hashFn };
        test(
          (servers, weightOf = () => 1) => distributionOf(placed(servers, weightOf), options),
          about,
          name,
          hash,
        );
      }
    }
  }
}

const OPTIONS: PlacementOptions = {
  distribution: "libmc",
  hash: undefined,
  hashFn: "md5",
  prefix: "",
  hashPrefix: true,
  hashTag: "",
};

function placed(
  servers: readonly string[],
  weightOf: (index: number) => number = () => 1,
): PlacedServer[] {
  return servers.map((server, index) => ({ ...parseAddress(server), weight: weightOf(index) }));
}

/** True if servers get their share with this hash. */
function isEven(name: DistributionName, hash: HashName | undefined): boolean {
  return name === "ketama" ? EVEN.includes(hash) : hash !== "crc";
}

/** Keys that differ everywhere: FNV spreads keys badly that differ at their end only. */
function keys(count: number): string[] {
  const random = new Random(SEED);
  return Array.from({ length: count }, () => `${random.below(2 ** 32)}:key:${random.below(1000)}`);
}

function serverNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `cache-${i}.example:${11211 + i % 3}`);
}
