import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { sortChanged } from "../../src/placement/changed_points.ts";
import { knownPoints } from "../../src/placement/known_points.ts";
import { sortPoints } from "../../src/placement/sorted_points.ts";
import { Random } from "../support/random.ts";

const SEED = 20261129;

Deno.test("sortChanged() gives what sortPoints() gives, however a list changes", () => {
  const random = new Random(SEED);
  let changed = 0;
  // Of few possible hashes many are equal, also those of one server.
  for (const range of [2 ** 32, 2 ** 12, 300, 2]) {
    for (let round = 0; round < 60; round++) {
      const about = `seed ${SEED}, round ${round}, range ${range}`;
      let points: readonly Uint32Array[] = Array.from(
        { length: random.below(60) },
        () => pointsOf(random, range),
      );
      let sorted = sortPoints(points);
      for (let step = 0; step < 6; step++) {
        const next = changedList(random, points, range);
        const anew = sortPoints(next);
        const merged = sortChanged(points, sorted, next);
        if (merged !== undefined) {
          changed++;
          assertEquals(merged, anew, about);
        }
        points = next;
        sorted = merged ?? anew;
      }
    }
  }
  assert(changed > 400, `${changed} of 1,440`);
});

Deno.test("sortChanged() is quicker than sorting for what happens to a list, and leaves the rest to sorting", () => {
  const random = new Random(SEED);
  const points = Array.from({ length: 100 }, () => pointsOf(random, 2 ** 32, 100));
  const sorted = sortPoints(points);
  const other = pointsOf(random, 2 ** 32, 100);
  const changes: [name: string, list: readonly Uint32Array[], isMerged: boolean][] = [
    ["nothing", [...points], true],
    ["one replaced", points.with(50, other), true],
    ["one added in front", [other, ...points], true],
    ["one removed", points.toSpliced(50, 1), true],
    ["one with less weight", points.with(50, points[50].subarray(0, 40)), true],
    ["all with a little less weight", points.map((own) => own.subarray(0, 96)), true],
    ["another order", points.toReversed(), false],
    ["half of them", points.slice(50), false],
    ["all others", points.map((own) => own.slice()), false],
  ];
  for (const [name, list, isMerged] of changes) {
    assertEquals(sortChanged(points, sorted, list) !== undefined, isMerged, name);
  }
  // Back to all the weight: what was cut off comes again.
  const light = points.with(50, points[50].subarray(0, 40));
  assertEquals(sortChanged(light, sortPoints(light), points), sorted);
});

Deno.test("knownPoints() gives the lists of the last clients again, and no wrong one", () => {
  const random = new Random(SEED);
  const lists: (readonly Uint32Array[])[] = [[]];
  const known = [knownPoints(lists[0])];
  for (let i = 0; i < 200; i++) {
    if (random.below(3) === 0) {
      const at = lists.length - 1 - random.below(Math.min(4, lists.length));
      assertStrictEquals(knownPoints([...lists[at]]), known[at], `seed ${SEED}, step ${i}`);
    } else {
      const list = changedList(random, random.pick(lists), 2 ** 32);
      lists.push(list);
      known.push(knownPoints(list));
      assertEquals(known.at(-1)!.sorted, sortPoints(list), `seed ${SEED}, step ${i}`);
    }
  }
});

function pointsOf(random: Random, range: number, count = random.below(40)): Uint32Array {
  return Uint32Array.from({ length: count }, () => random.below(range));
}

/** A list after one to three changes. */
function changedList(
  random: Random,
  points: readonly Uint32Array[],
  range: number,
): readonly Uint32Array[] {
  const list = [...points];
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(list.length + 1);
    const own = list[at];
    switch (random.below(own === undefined ? 1 : 6)) {
      case 0:
        list.splice(at, 0, pointsOf(random, range));
        break;
      case 1:
        list.splice(at, 1);
        break;
      case 2:
        list[at] = pointsOf(random, range);
        break;
      case 3:
        list[at] = own.subarray(0, random.below(own.length + 1));
        break;
      case 4:
        // A second server with the same points.
        list.splice(random.below(list.length + 1), 0, own);
        break;
      default:
        list.splice(at, 1);
        list.splice(random.below(list.length + 1), 0, own);
    }
  }
  return list;
}
