import { assertEquals, assertLess } from "@std/assert";
import { Deadline } from "../../src/clock.ts";
import { KeyOrder, type Turn } from "../../src/engine/key_order.ts";
import { Random } from "../support/random.ts";
import { microtasks, settle } from "../support/settle.ts";

const SEED = 20261129;

Deno.test("KeyOrder lets a turn begin at once where nobody stands before it", () => {
  const rig = new Rig();
  const a = rig.take("a", "x");
  rig.take("b", "y");
  assertEquals([rig.log, rig.order.size, rig.order.waiting], [["a", "b"], 2, 0]);
  assertEquals([rig.order.holds("x"), rig.order.holds("z")], [true, false]);
  a.end();
  assertEquals([rig.order.holds("x"), rig.order.size], [false, 1]);
});

Deno.test("KeyOrder lets turns for a key begin one after the other, in the order in which they came", async () => {
  const rig = new Rig();
  const turns = ["a", "b", "c"].map((name) => rig.take(name, "x"));
  assertEquals(rig.log, ["a"]);
  turns[0].end();
  await settle();
  assertEquals(rig.log, ["a", "b"]);
  turns[0].end();
  await settle();
  assertEquals(rig.log, ["a", "b"], "ending twice is harmless");
  turns[1].end();
  await settle();
  turns[2].end();
  assertEquals([rig.log, rig.order.size], [["a", "b", "c"], 0]);
});

Deno.test("KeyOrder lets a turn for several keys begin when it is the first for all of them, and blocks those behind", async () => {
  const rig = new Rig();
  const [x, y] = [rig.take("x", "x"), rig.take("y", "y")];
  const both = rig.take("both", "x", "y", "z", "x");
  const z = rig.take("z", "z");
  y.end();
  await settle();
  assertEquals(rig.log, ["x", "y"]);
  x.end();
  await settle();
  assertEquals(rig.log, ["x", "y", "both"]);
  both.leave(["z"]);
  await settle();
  assertEquals(rig.log, ["x", "y", "both", "z"]);
  assertEquals([rig.order.holds("x"), rig.order.holds("z")], [true, true]);
  both.end();
  z.end();
  assertEquals(rig.order.size, 0);
});

Deno.test("KeyOrder lets a turn begin that waited only when all is done that was under way", async () => {
  const rig = new Rig();
  const first = rig.take("first", "x");
  rig.take("next", "x", "y");
  first.end();
  // A call for its other key, made before it, that comes behind the first one in the same list.
  rig.log.push("earlier");
  assertEquals([rig.order.holds("x"), rig.order.holds("y")], [true, true]);
  rig.take("later", "y");
  await settle();
  assertEquals(rig.log, ["first", "earlier", "next"]);
});

Deno.test("KeyOrder lets a turn give up at its deadline, and the next one is not kept by it", async () => {
  const rig = new Rig();
  const first = rig.take("first", "x");
  rig.take("late", "x", "y").options.deadline.at = 100;
  rig.take("next", "y");
  assertEquals([rig.order.sweep(99), rig.log], [true, ["first"]]);
  rig.order.sweep(100);
  await settle();
  assertEquals([rig.order.sweep(100), rig.log], [false, ["first", "late gave up", "next"]]);
  first.end();
  assertEquals(rig.log.length, 3);
});

Deno.test("KeyOrder lets 100,000 turns for a key begin and end at once, in linear time and without a deep stack", async () => {
  const rig = new Rig();
  const first = rig.take("first", "x");
  const started = performance.now();
  for (let i = 0; i < 100_000; i++) {
    rig.order.take({
      keys: ["x"],
      deadline: Deadline.NEVER,
      begin: (turn) => turn.end(),
      giveUp: () => {},
    });
  }
  first.end();
  await settle();
  assertEquals([rig.order.size, rig.order.waiting], [0, 0]);
  assertLess(performance.now() - started, 2000);
});

Deno.test("KeyOrder keeps the order at every key, whatever turns come, end and give up", async () => {
  for (let round = 0; round < 200; round++) {
    const random = new Random(SEED + round);
    const rig = new Rig();
    const came = new Map<string, string[]>();
    const open: Turn[] = [];
    for (let i = 0; i < 100; i++) {
      if (random.below(3) > 0) {
        const keys = ["a", "b", "c", "d"].filter(() => random.below(2) === 0);
        for (const key of keys) came.set(key, [...came.get(key) ?? [], `${i}`]);
        open.push(rig.take(`${i}`, ...keys));
      } else {
        const begun = open.filter(({ options }) => rig.begun.has(options));
        if (begun.length > 0) open.splice(open.indexOf(random.pick(begun)), 1)[0].end();
        if (random.below(2) === 0) await microtasks(1);
      }
    }
    // As each waits only for earlier ones, there is always one that has begun.
    while (open.length > 0) {
      await microtasks(1);
      const next = open.findIndex(({ options }) => rig.begun.has(options));
      open.splice(next, 1)[0].end();
    }
    assertEquals([rig.order.size, rig.order.waiting], [0, 0], `seed ${SEED + round}`);
    for (const names of came.values()) {
      const began = rig.log.filter((name) => names.includes(name));
      assertEquals(began, names, `seed ${SEED + round}`);
    }
  }
});

/** An order, and a record of the turns that have begun. */
class Rig {
  readonly order = new KeyOrder();
  readonly log: string[] = [];
  readonly begun = new Set<Turn["options"]>();

  take(name: string, ...keys: string[]): Turn {
    return this.order.take({
      keys,
      deadline: new Deadline(Infinity),
      begin: (turn) => {
        this.begun.add(turn.options);
        this.log.push(name);
      },
      giveUp: () => this.log.push(`${name} gave up`),
    });
  }
}
