import { assertEquals } from "@std/assert";
import { column, Store } from "../../../../src/cli/dashboard/page/store.ts";
import { FIELDS, type Points } from "../../../../src/cli/dashboard/wire.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test(
  "Store keeps no more than the dashboard does, and shows a range of it",
  NO_PERMISSIONS,
  () => {
    const store = new Store();
    store.greet({
      started: 0,
      mayWrite: false,
      fine: { step: 1000, count: 600 },
      coarse: { step: 10_000, count: 720 },
    });
    store.add(points(0, 590, true));
    store.add(points(590, 100, false));
    const { shown, from, to } = store.within("10 min");
    assertEquals([shown.times.length, from, to], [600, 89, 689]);
    assertEquals(column(shown, "gets").at(-1), 689);
    assertEquals(store.within("2 min").shown.times[0], 569);
    assertEquals(store.within("2 h").shown.times.length, 0);
    store.add(points(5, 3, true));
    assertEquals(store.within("10 min").shown.times, [5, 6, 7]);
    store.clear();
    assertEquals(store.within("10 min").shown.times, []);
  },
);

function points(first: number, count: number, isAll: boolean): Points {
  const seconds = Array.from({ length: count }, (_, i) => first + i);
  return {
    isAll,
    fine: { times: seconds.map((second) => second * 1000), columns: FIELDS.map(() => seconds) },
    coarse: { times: [], columns: FIELDS.map(() => []) },
  };
}
