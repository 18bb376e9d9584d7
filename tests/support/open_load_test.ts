import { assert, assertEquals, assertRejects } from "@std/assert";
import { moment } from "../faults/matrix/scene.ts";
import { openLoad } from "./open_load.ts";

Deno.test("openLoad() begins calls at its rate although nobody is answered, and ends when all are", async () => {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const numbers: number[] = [];
  const load = openLoad(1000, (index) => (numbers.push(index), promise), stop.signal);
  await moment(30);
  // A program that was busy makes up for what it has missed.
  for (const end = performance.now() + 50; performance.now() < end;);
  await moment(10);
  const { begun } = load;
  assert(begun >= 80, String(begun));
  assertEquals([load.waiting, load.mostWaiting, numbers.at(-1)], [begun, begun, begun - 1]);
  stop.abort();
  await moment(10);
  assertEquals(load.begun, begun);
  resolve();
  await load.ended;
  assertEquals([load.waiting, load.mostWaiting], [0, begun]);
});

Deno.test("openLoad() fails as the first of its calls", async () => {
  const stop = new AbortController();
  const load = openLoad(1000, () => Promise.reject(new Error("odd")), stop.signal);
  await assertRejects(() => load.ended, Error, "odd");
  stop.abort();
});
