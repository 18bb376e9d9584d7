import { assertEquals } from "@std/assert";
import { breachesOf, oneOfEachFamily } from "./matrix/breaches.ts";
import { SEVERAL_METHODS } from "./matrix/several_methods.ts";

Deno.test("fault matrix: clients whose keys are in several places settle once, in time and right", async () => {
  const breaches = await breachesOf(SEVERAL_METHODS, oneOfEachFamily);
  assertEquals(breaches.length, 0, [...new Set(breaches)].slice(0, 40).join("\n"));
});
