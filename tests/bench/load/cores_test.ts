import { assertEquals } from "@std/assert";
import { describeCores, waysToRun } from "../../../bench/load/cores.ts";

Deno.test("waysToRun() is one core and two of those that the process may use", () => {
  const ways = waysToRun("pid 12's current affinity list: 0,1\n");
  assertEquals(ways, [{ name: "one", list: "1" }, { name: "two", list: "0,1" }]);
  assertEquals(waysToRun("pid 12's current affinity list: 0-5,8\n").map(({ list }) => list), [
    "8",
    "5,8",
  ]);
});

Deno.test("waysToRun() is one core where there is no second, and all without taskset", () => {
  assertEquals(waysToRun("pid 12's current affinity list: 3\n"), [{ name: "one", list: "3" }]);
  assertEquals(waysToRun(undefined), [{ name: "all", list: undefined }]);
});

Deno.test("describeCores() says which", () => {
  const ways = [...waysToRun("pid 12's current affinity list: 0,1"), ...waysToRun(undefined)];
  assertEquals(ways.map(describeCores), [
    "one core (core 1)",
    "two cores (cores 0,1)",
    "all cores",
  ]);
});
