import { assert, assertEquals } from "@std/assert";
import { Breather } from "../../src/client/breather.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/settle.ts";
import { runProgram } from "./program.ts";

Deno.test("Client lets the program turn though its callers never pause and all calls fail at once", async () => {
  const server = "127.0.0.1:1";
  const end = await runProgram("spinning", [`--allow-net=${server}`], [server], 20_000);
  assertEquals(end, { code: 0, out: "true\n", error: "" });
});

Deno.test("Breather.breathe() asks for a rest after very many in a short time, and for one only", async () => {
  const clock = new ManualClock();
  const breather = new Breather(clock);
  for (let i = 0; i < 1000; i++) assertEquals(breather.breathe(), undefined);
  const rest = breather.breathe();
  assert(rest !== undefined);
  assertEquals(breather.breathe(), rest);
  let isOver = false;
  rest.then(() => isOver = true);
  await settle();
  assertEquals([isOver, clock.timers], [false, 1]);
  clock.advance(1);
  await settle();
  assertEquals([isOver, clock.timers, breather.breathe()], [true, 0, undefined]);
});

Deno.test("Breather.breathe() asks for none where they are spread over time", () => {
  const clock = new ManualClock();
  const breather = new Breather(clock);
  for (let i = 0; i < 5000; i++) {
    if (i % 900 === 0) clock.advance(11);
    assertEquals(breather.breathe(), undefined, String(i));
  }
});
