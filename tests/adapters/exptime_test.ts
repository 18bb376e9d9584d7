import { assertEquals } from "@std/assert";
import { exptimeFor } from "../../src/adapters/exptime.ts";

Deno.test("exptimeFor() makes seconds that memcached takes, and never fewer", () => {
  assertEquals([0, 1, 0.001, 59.5, 2_592_000].map((ttl) => exptimeFor(ttl)), [
    0,
    1,
    1,
    60,
    2_592_000,
  ]);
  assertEquals(exptimeFor(2_592_001, 1_000_000_000_000), new Date(1_002_592_001_000));
  assertEquals(exptimeFor(1e12), 0);
  assertEquals(exptimeFor(Infinity), 0);
});

Deno.test("exptimeFor() makes no time in the past one that never comes, and hides nothing that is no number", () => {
  assertEquals([-0.001, -0.5, -1, -1.5, -Infinity].map((ttl) => exptimeFor(ttl)), [
    -1,
    -1,
    -1,
    -1,
    -1,
  ]);
  assertEquals(exptimeFor(NaN), NaN);
});
