import { assertEquals } from "@std/assert";
import { pointOf, ratesOf, type TimedAnswer, together } from "../../../src/cli/dashboard/rates.ts";
import { type Field, FIELDS, type Point } from "../../../src/cli/dashboard/wire.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test("ratesOf() tells what happens by second", NO_PERMISSIONS, () => {
  const before = answer(1000, {
    cmd_get: 100,
    get_hits: 90,
    cmd_set: 7,
    evictions: 1,
    incr_hits: 2,
  });
  const now = answer(3000, { cmd_get: 300, get_hits: 240, cmd_set: 8, evictions: 1, incr_hits: 6 });
  const { figures, hits } = ratesOf(before, now);
  assertEquals(hits, 75);
  assertEquals([figures.gets, figures.sets, figures.others, figures.evictions], [100, 0.5, 2, 0]);
  assertEquals(figures.hitRate, 0.75);
});

Deno.test(
  "ratesOf() knows no rate at first, nor behind a server that was started anew",
  NO_PERMISSIONS,
  () => {
    const old = answer(1000, { cmd_get: 100, pid: 1, uptime: 500 });
    for (
      const [before, now] of [
        [undefined, old],
        [old, answer(2000, { cmd_get: 3, pid: 2, uptime: 1 })],
        [old, answer(2000, { cmd_get: 3, pid: 1, uptime: 1 })],
        [old, answer(1000, { cmd_get: 100, pid: 1, uptime: 500 })],
      ] as const
    ) {
      const { figures } = ratesOf(before, now);
      assertEquals([figures.gets, figures.hitRate, figures.items], [undefined, undefined, 5]);
    }
  },
);

Deno.test("ratesOf() has no hit rate where nobody reads", NO_PERMISSIONS, () => {
  const { figures } = ratesOf(answer(1000, {}), answer(2000, {}));
  assertEquals([figures.gets, figures.hitRate], [0, undefined]);
});

Deno.test(
  "together() weighs hit rates by reads, and has the median of latencies",
  NO_PERMISSIONS,
  () => {
    const quiet = ratesOf(answer(0, {}), answer(1000, { cmd_get: 10, get_hits: 0 }, 9));
    const busy = ratesOf(answer(0, {}), answer(1000, { cmd_get: 990, get_hits: 990 }, 1));
    const other = ratesOf(answer(0, {}), answer(1000, {}, 2));
    const point = together([quiet, busy, other]);
    assertEquals([at(point, "gets"), at(point, "hitRate")], [1000, 0.99]);
    assertEquals([at(point, "latency"), at(point, "slowest")], [2, 9]);
    assertEquals(at(point, "items"), 15);
    assertEquals(together([]), pointOf({}));
  },
);

function answer(at: number, stats: Record<string, number>, latency = 1): TimedAnswer {
  return { at, latency, stats: { pid: 1, uptime: 5, curr_items: 5, ...stats } };
}

function at(point: Point, field: Field): number | null {
  return point[FIELDS.indexOf(field)];
}
