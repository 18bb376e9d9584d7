import { assertEquals } from "@std/assert";
import { History } from "../../../src/cli/dashboard/history.ts";
import { Series } from "../../../src/cli/dashboard/series.ts";
import { FIELDS } from "../../../src/cli/dashboard/wire.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test("Series keeps the newest points, and knows what a reader lacks", NO_PERMISSIONS, () => {
  const series = new Series(3, 2);
  for (let i = 1; i <= 5; i++) series.add(i * 1000, [i, i === 4 ? null : -i]);
  assertEquals(series.all(), { times: [3000, 4000, 5000], columns: [[3, 4, 5], [-3, null, -5]] });
  assertEquals(series.since(4), { times: [5000], columns: [[5], [-5]] });
  assertEquals(series.since(5), { times: [], columns: [[], []] });
  assertEquals(series.since(1), undefined);
  assertEquals(series.since(6), undefined);
});

Deno.test(
  "History keeps ten minutes by the second, and two hours by ten seconds",
  NO_PERMISSIONS,
  () => {
    const history = new History();
    const point = (gets: number, slowest: number) =>
      FIELDS.map((field) => field === "gets" ? gets : field === "slowest" ? slowest : null);
    for (let i = 0; i < 9000; i++) history.add(i * 1000, point(i % 10, i));
    const { points, place } = history.since(undefined);
    assertEquals(points.isAll, true);
    assertEquals([points.fine.times.length, points.fine.times[0]], [600, 8400_000]);
    assertEquals([points.coarse.times.length, points.coarse.times.at(-1)], [720, 8999_000]);
    // The mean of 0 to 9, and of what is slowest the slowest.
    assertEquals(points.coarse.columns[0].at(-1), 4.5);
    assertEquals(points.coarse.columns[FIELDS.indexOf("slowest")].at(-1), 8999);
    assertEquals(points.coarse.columns[FIELDS.indexOf("hitRate")].at(-1), null);

    history.add(9000_000, point(1, 1));
    const more = history.since(place);
    assertEquals(more.points.isAll, false);
    assertEquals([more.points.fine.times, more.points.coarse.times], [[9000_000], []]);

    for (let i = 0; i < 601; i++) history.add(9001_000 + i * 1000, point(1, 1));
    assertEquals(history.since(more.place).points.isAll, true);
  },
);

const ONE = FIELDS.map(() => 1);

Deno.test("History leaves a gap where the machine slept", NO_PERMISSIONS, () => {
  const history = new History();
  for (let i = 0; i <= 20; i++) history.add(i * 1000, ONE);
  // A slow second is no sleep.
  history.add(25_000, ONE);
  history.add(3_625_000, ONE);
  const { fine, coarse } = history.since(undefined).points;
  assertEquals(fine.times.slice(-4), [20_000, 25_000, 26_000, 3_625_000]);
  assertEquals(fine.columns[0].slice(-4), [1, 1, null, 1]);
  assertEquals(coarse.columns[0], [1, 1, null]);
});

Deno.test(
  "History begins anew where the clock was set back, and its moments always follow each other",
  NO_PERMISSIONS,
  () => {
    const history = new History();
    for (let i = 0; i <= 20; i++) history.add(10_000_000 + i * 1000, ONE);
    const { place } = history.since(undefined);
    history.add(10_019_500, ONE);
    history.add(10_019_700, ONE);
    const { points, place: then } = history.since(place);
    assertEquals([points.isAll, points.fine.times], [false, [10_020_001, 10_020_002]]);
    history.add(6_400_000, ONE);
    history.add(6_401_000, ONE);
    const anew = history.since(then);
    assertEquals([anew.points.isAll, anew.points.fine.times], [true, [6_400_000, 6_401_000]]);
    assertEquals(anew.points.coarse.times, []);
    assertEquals(history.since(anew.place).points.isAll, false);
  },
);
