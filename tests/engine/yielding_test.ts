import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../src/clock.ts";
import { LoopYield } from "../../src/engine/yielding.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/settle.ts";
import { runProgram } from "../client/program.ts";

for (const microseconds of [0, 200]) {
  Deno.test(`Client lets the program turn though its callers, each busy for ${microseconds} µs a call, never pause and all calls fail at once`, async () => {
    const server = "127.0.0.1:1";
    const args = [server, String(microseconds)];
    const end = await runProgram("spinning", [`--allow-net=${server}`], args, 10_000);
    assertEquals(end, { code: 0, out: "true\n", error: "" });
  });
}

Deno.test("LoopYield.pause() asks for a turn of the loop after very many in a short time, and for one only", async () => {
  const clock = new ManualClock();
  const loopYield = new LoopYield(clock);
  for (let i = 0; i < 5000; i++) assertEquals(loopYield.pause(), undefined);
  const rest = loopYield.pause();
  assert(rest !== undefined);
  assertEquals(loopYield.pause(), rest);
  let isOver = false;
  rest.then(() => isOver = true);
  await settle();
  assertEquals([isOver, clock.timers], [false, 1]);
  clock.advance(1);
  await settle();
  assertEquals([isOver, clock.timers, loopYield.pause()], [true, 0, undefined]);
});

Deno.test("LoopYield.pause() asks for a turn of the loop after fewer that take long", async () => {
  const clock = new ManualClock();
  const loopYield = new LoopYield(clock);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 32; i++) {
      assertEquals(loopYield.pause(), undefined, String(i));
      clock.advance(1);
    }
    assert(loopYield.pause() !== undefined);
    clock.advance(1);
    await settle();
  }
});

Deno.test("LoopYield.pause() leaves no timer behind where it asks for none", () => {
  const clock = new ManualClock();
  const loopYield = new LoopYield(clock);
  for (let i = 0; i < 30; i++) {
    assertEquals([loopYield.pause(), clock.timers], [undefined, 0], String(i));
    clock.advance(1000);
  }
});

Deno.test("LoopYield.pauseAfterFailure() asks for none where the loop turns by itself", async () => {
  const loopYield = new LoopYield(systemClock);
  const end = performance.now() + 40;
  let turns = 0;
  for (; performance.now() < end || turns < 3; turns++) {
    for (let i = 0; i < 20; i++) assertEquals(loopYield.pauseAfterFailure(), undefined);
    await settle();
  }
});
