import { assertEquals } from "@std/assert";
import { Health } from "../../src/cluster/health.ts";

Deno.test("Health begins alive and may be dialled", () => {
  const health = new Health();
  assertEquals([health.dead, health.mayDial(0, 5000)], [false, true]);
});

Deno.test("Health.failed() makes dead until the retry timeout has passed", () => {
  const health = new Health();
  assertEquals(health.failed(1000), true);
  assertEquals(
    [health.mayDial(1000, 5000), health.mayDial(5999, 5000), health.mayDial(6000, 5000)],
    [
      false,
      false,
      true,
    ],
  );
  assertEquals(health.dead, true, "dead until a dial succeeds");
});

Deno.test("Health.failed() again prolongs, and says that it was dead before", () => {
  const health = new Health();
  health.failed(1000);
  assertEquals(health.failed(6000), false);
  assertEquals([health.mayDial(10_999, 5000), health.mayDial(11_000, 5000)], [false, true]);
});

Deno.test("Health.mayDial() goes by the retry timeout of now, not by that of the failure", () => {
  const health = new Health();
  health.failed(1000);
  assertEquals([health.mayDial(1001, 5000), health.mayDial(1001, 1)], [false, true]);
  assertEquals([health.mayDial(6000, 5000), health.mayDial(6000, 9000)], [true, false]);
});

Deno.test("Health.failed() without a retry timeout lets the next dial be tried at once", () => {
  const health = new Health();
  health.failed(1000);
  assertEquals([health.dead, health.mayDial(1000, 0)], [true, true]);
});

Deno.test("Health.succeeded() makes alive, and says whether it was dead", () => {
  const health = new Health();
  assertEquals(health.succeeded(), false);
  health.failed(1000);
  assertEquals(health.succeeded(), true);
  assertEquals([health.dead, health.mayDial(1001, 5000), health.succeeded()], [false, true, false]);
});

Deno.test("Health.reset() forgets a failure", () => {
  const health = new Health();
  health.failed(1000);
  health.reset();
  assertEquals([health.dead, health.mayDial(1000, 5000)], [false, true]);
  assertEquals(health.failed(2000), true);
});
