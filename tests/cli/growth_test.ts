/** Counters between two answers: restarts, resets, and machines that slept. */

import { assertEquals } from "@std/assert";
import { grown, secondsBetween } from "../../src/cli/growth.ts";

Deno.test("secondsBetween() knows nothing of a server that was started anew, in a container either", () => {
  const before = { at: 1000, stats: { pid: 1, uptime: 500 } };
  const after = (pid: number, uptime: number) => ({ at: 3000, stats: { pid, uptime } });
  assertEquals(secondsBetween(before, after(1, 502)), 2);
  assertEquals(secondsBetween(before, after(2, 502)), undefined);
  assertEquals(secondsBetween(before, after(1, 1)), undefined);
  assertEquals(secondsBetween(before, { ...before }), undefined);
});

Deno.test("secondsBetween() believes the server where this machine slept, and its own clock otherwise", () => {
  const before = { at: 1000, stats: { pid: 1, uptime: 500 } };
  const after = (uptime: number) => ({ at: 2000, stats: { pid: 1, uptime } });
  assertEquals(secondsBetween(before, after(4100)), 3600);
  for (const uptime of [500, 501, 502]) assertEquals(secondsBetween(before, after(uptime)), 1);
});

Deno.test("grown() takes counters that were set back for ones that have not grown", () => {
  const before = { at: 0, stats: { cmd_set: 100, cmd_get: "5" } };
  const now = { at: 1, stats: { cmd_set: 3, cmd_get: "9" } };
  assertEquals(grown(before, now, ["cmd_set"]), 0);
  assertEquals(grown(before, now, ["cmd_get", "absent"]), 4);
});
