import { assertEquals } from "@std/assert";
import { Health } from "../../src/cluster/health.ts";

Deno.test("Health begins alive and may be dialled", () => {
  const health = new Health(() => 0);
  assertEquals([health.dead, health.mayDial(0, 5000)], [false, true]);
});

Deno.test("Health.failed() makes dead until the retry timeout has passed", () => {
  const health = new Health(() => 0);
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
  const health = new Health(() => 0);
  health.failed(1000);
  assertEquals(health.failed(6000), false);
  assertEquals([health.mayDial(10_999, 5000), health.mayDial(11_000, 5000)], [false, true]);
});

Deno.test("Health.mayDial() goes by the retry timeout of now, not by that of the failure", () => {
  const health = new Health(() => 0);
  health.failed(1000);
  assertEquals([health.mayDial(1001, 5000), health.mayDial(1001, 1)], [false, true]);
  assertEquals([health.mayDial(6000, 5000), health.mayDial(6000, 9000)], [true, false]);
});

Deno.test("Health.failed() without a retry timeout lets the next dial be tried at once", () => {
  const health = new Health(() => 0);
  health.failed(1000);
  assertEquals([health.dead, health.mayDial(1000, 0)], [true, true]);
});

Deno.test("Health.succeeded() makes alive, and says whether it was dead", () => {
  const health = new Health(() => 0);
  assertEquals(health.succeeded(), false);
  health.failed(1000);
  assertEquals(health.succeeded(), true);
  assertEquals([health.dead, health.mayDial(1001, 5000), health.succeeded()], [false, true, false]);
});

Deno.test("Health.silent() makes dead at the silence of that number in a row", () => {
  const health = new Health(() => 0);
  const settings = { deadAfter: 3, pollTimeout: 300 };
  assertEquals(health.silent(1000, 50, settings), false);
  assertEquals(health.silent(1310, 50, settings), false);
  assertEquals([health.dead, health.mustAnswer], [false, false]);
  assertEquals(health.silent(1620, 50, settings), true);
  assertEquals([health.dead, health.mustAnswer], [true, true]);
  assertEquals([health.mayDial(6619, 5000), health.mayDial(6620, 5000)], [false, true]);
});

Deno.test("Health.silent() counts anew once a byte has come, and silences at the same time once", () => {
  const health = new Health(() => 0);
  const settings = { deadAfter: 2, pollTimeout: 300 };
  assertEquals(health.silent(1000, 50, settings), false);
  for (const now of [1000, 1001, 1299]) assertEquals(health.silent(now, 50, settings), false);
  assertEquals(health.silent(1300, 51, settings), false);
  assertEquals(health.silent(1600, 51, settings), true);
});

Deno.test("Health.silent() never makes dead with deadAfter 0, and says so once", () => {
  const health = new Health(() => 0);
  const never = { deadAfter: 0, pollTimeout: 300 };
  for (let i = 0; i < 10; i++) assertEquals(health.silent(1000 * i, 0, never), false);
  const soon = { deadAfter: 1, pollTimeout: 300 };
  assertEquals([health.silent(20_000, 0, soon), health.silent(30_000, 0, soon)], [true, false]);
  assertEquals(health.mayDial(25_000, 5000), true, "the pause is not prolonged");
});

Deno.test("Health.answered() is what a server that was silent needs", () => {
  const health = new Health(() => 0);
  const settings = { deadAfter: 1, pollTimeout: 300 };
  health.silent(1000, 0, settings);
  health.failed(6000);
  assertEquals(health.mustAnswer, true);
  health.answered();
  assertEquals([health.mustAnswer, health.dead, health.succeeded()], [false, true, true]);
});

Deno.test("Health pauses for up to a fifth less than the retry timeout, by chance, anew at each failure", () => {
  let chance = 0.5;
  const health = new Health(() => chance);
  health.failed(1000);
  assertEquals([health.mayDial(5499, 5000), health.mayDial(5500, 5000)], [false, true]);
  chance = 0.25;
  assertEquals(health.mayDial(5500, 5000), true, "chosen once a pause");
  health.failed(10_000);
  assertEquals([health.mayDial(14_749, 5000), health.mayDial(14_750, 5000)], [false, true]);
  assertEquals([health.mayDial(10_949, 1000), health.mayDial(10_950, 1000)], [false, true]);
});
