import { assertEquals } from "@std/assert";
import { outcomeOf, tallyOf } from "../../.ci/tally.ts";

const ESC = String.fromCharCode(27);

Deno.test("tallyOf() adds up the summaries of several test runs", () => {
  const output = [
    "running 2 tests from ./a_test.ts",
    "a ... ok (1ms)",
    "",
    "ok | 2 passed (1 step) | 0 failed (12ms)",
    "",
    "FAILED | 10 passed (3 steps) | 4 failed (2 steps) (1m12s)",
    "ok | 7 passed | 0 failed | 2 filtered out (8ms)",
    `${ESC}[0m${ESC}[32mok${ESC}[0m | 100 passed | 0 failed ${ESC}[0m${ESC}[38;5;245m(8ms)${ESC}[0m`,
  ].join("\n");
  assertEquals(tallyOf(output), { passed: 119, failed: 4 });
});

Deno.test("tallyOf() takes nothing but a summary for one", () => {
  const output = "a ok | 5 passed | 0 failed\n1 passed, 1 failed\nrunning 3 tests from ./a_test.ts";
  assertEquals(tallyOf(output), { passed: 0, failed: 0 });
});

Deno.test("tallyOf() takes the totals at the end for all of it", () => {
  const output = "ok | 2 passed | 0 failed (1ms)\n\nerror: no tests\n\n2 passed, 1 failed\n\n";
  assertEquals(tallyOf(output), { passed: 2, failed: 1 });
});

Deno.test("outcomeOf() counts a task that fails without a failed test as one failure", () => {
  assertEquals(outcomeOf("ok | 2 passed | 0 failed (1ms)", false), { passed: 2, failed: 1 });
  assertEquals(outcomeOf("FAILED | 2 passed | 3 failed (1ms)", false), { passed: 2, failed: 3 });
  assertEquals(outcomeOf("Checked 3 files", true), { passed: 0, failed: 0 });
});
