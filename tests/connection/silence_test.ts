/** Silence, on a machine or in a program that leaves no time to listen. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Silence } from "../../src/connection/silence.ts";
import { TimeoutError } from "../../src/errors.ts";
import { get, hit, summaries } from "../support/issued.ts";
import { Random } from "../support/random.ts";
import { settle } from "../support/settle.ts";
import { POLL_TIMEOUT, Rig } from "./rig.ts";

Deno.test("Silence counts no time in which nothing could be heard, up to a quarter more", () => {
  const silence = new Silence(1000);
  assertEquals(silence.isTooLong(1300, 0, 300), false);
  assertEquals(silence.isTooLong(1310, 10, 300), false, "300 ms were listened");
  assertEquals(silence.isTooLong(1375, 65, 300), false, "as before");
  assertEquals(silence.isTooLong(1376, 0, 300), true);
  silence.heardAt = 2000;
  assertEquals(silence.isTooLong(2300, 200, 300), false);
  assertEquals(silence.isTooLong(2375, 0, 300), false, "1.25 times");
  assertEquals(silence.isTooLong(2376, 1, 300), true);
});

Deno.test("Silence after a block is not too long until a quarter of the limit was listened", () => {
  const silence = new Silence(1000);
  assertEquals(silence.isTooLong(11_000, 10_000, 300), false);
  assertEquals(silence.isTooLong(11_074, 0, 300), false);
  assertEquals(silence.isTooLong(11_075, 0, 300), true);
});

Deno.test("Silence forgets what was lost before something was heard", () => {
  const silence = new Silence(1000);
  assertEquals(silence.isTooLong(1300, 200, 300), false);
  silence.heardAt = 1400;
  assertEquals(silence.isTooLong(1450, 10_000, 300), false, "no more is lost than there was");
  assertEquals(silence.isTooLong(1701, 0, 300), false);
  assertEquals(silence.isTooLong(1750, 0, 300), false, "50 of 350 ms were lost");
  assertEquals(silence.isTooLong(1751, 0, 300), true);
});

Deno.test("Silence without a limit is never too long", () => {
  assertEquals(new Silence(1000).isTooLong(1e9, 1e8, 0), false);
});

Deno.test("Connection closes within 1.5 times pollTimeout however late the timers of a busy machine are", async () => {
  const random = new Random(20261128);
  for (let round = 0; round < 200; round++) {
    await using rig = new Rig();
    await rig.submit(get("a"));
    const began = rig.clock.now();
    // A timer of 10 ms fires up to 30 ms later.
    const most = random.below(30);
    while (rig.ends.length === 0) {
      rig.clock.oversleep(10 + random.below(most + 1));
      assert(rig.clock.now() - began < 10 * POLL_TIMEOUT, `seed ${random.seed}, round ${round}`);
    }
    const took = rig.clock.now() - began;
    assertInstanceOf(rig.end.error, TimeoutError);
    assert(took > POLL_TIMEOUT && took <= 1.5 * POLL_TIMEOUT, `${took} ms, round ${round}`);
  }
});

Deno.test("Connection hears first what came while the program was blocked for 10 s", async () => {
  for (
    const [late, about] of [[0, "at once"], [10, "a timer later"], [40, "after 40 ms"]] as const
  ) {
    await using rig = new Rig();
    const issued = get("a");
    await rig.submit(issued);
    await rig.pass(20);
    rig.clock.oversleep(10_000);
    await rig.pass(late);
    assertEquals(rig.ends, [], about);
    await rig.reply(hit("a", "1"));
    assertEquals(summaries([issued]), ["1"], about);
  }
});

Deno.test("Connection closes soon after a block if nothing has come", async () => {
  await using rig = new Rig();
  await rig.submit(get("a"));
  await rig.pass(20);
  rig.clock.oversleep(10_000);
  await rig.pass(POLL_TIMEOUT / 2);
  assertInstanceOf(rig.end.error, TimeoutError);
});

Deno.test("Connection waits for what was written after a block as long as for anything", async () => {
  await using rig = new Rig();
  const issued = get("a");
  rig.connection.submit(issued.command);
  rig.clock.oversleep(10_000);
  await settle();
  await rig.pass(POLL_TIMEOUT - 20);
  await rig.reply(hit("a", "1"));
  assertEquals(summaries([issued]), ["1"]);
});
