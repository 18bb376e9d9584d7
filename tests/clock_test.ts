import { assertEquals } from "@std/assert";
import { afterQuietly, onceTurned, systemClock, Turns } from "../src/clock.ts";
import { ManualClock } from "./support/manual_clock.ts";
import { settle } from "./support/settle.ts";

Deno.test("Turns.atEnd() calls back in order, what comes meanwhile at the next microtask, and tells one time", async () => {
  const clock = new ManualClock();
  const turns = new Turns(clock);
  const called: string[] = [];
  turns.atEnd((now) => {
    called.push(`first ${now === clock.now()}`);
    turns.atEnd(() => called.push("third"));
  });
  turns.atEnd(() => called.push("second"));
  assertEquals(called, []);
  await settle();
  assertEquals(called, ["first true", "second", "third"]);
});

Deno.test("Turns.atEnd() calls all others back though one throws, in this turn and in later ones", async () => {
  const turns = new Turns(new ManualClock());
  const called: string[] = [];
  const thrown = await thrownDuring(async () => {
    for (let round = 0; round < 3; round++) {
      turns.atEnd(() => called.push(`${round} before`));
      turns.atEnd(() => {
        turns.atEnd(() => called.push(`${round} meanwhile`));
        throw new Error(`round ${round}`);
      });
      turns.atEnd(() => called.push(`${round} behind`));
      await settle();
      turns.atEnd(() => called.push(`${round} later`));
      await settle();
    }
  });
  const expected = [0, 1, 2].flatMap((round) =>
    ["before", "meanwhile", "behind", "later"].map((what) => `${round} ${what}`)
  );
  assertEquals(called, expected);
  assertEquals(thrown, ["round 0", "round 1", "round 2"], "and the program is told");
});

Deno.test("Turns.atEnd() serves later turns though the clock has thrown", async () => {
  const clock = new ManualClock();
  let isBroken = true;
  const turns = new Turns({
    now() {
      if (isBroken) throw new Error("no time");
      return clock.now();
    },
    after: (milliseconds, callback) => clock.after(milliseconds, callback),
  });
  const called: string[] = [];
  const thrown = await thrownDuring(async () => {
    turns.atEnd(() => called.push("lost"));
    await settle();
  });
  isBroken = false;
  turns.atEnd(() => called.push("served"));
  await settle();
  assertEquals([thrown, called], [["no time"], ["served"]]);
});

Deno.test("onceTurned() calls back when the loop has turned, behind all microtasks, and never by the clock of a test", async () => {
  const called: string[] = [];
  onceTurned(systemClock, () => called.push("turned"));
  onceTurned(new ManualClock(), () => called.push("by a clock that does not tell"));
  for (let i = 0; i < 100; i++) await undefined;
  assertEquals(called, []);
  // A timer of no time fires in that turn or in the next one.
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(called, ["turned"]);
});

Deno.test("afterQuietly() calls back, and not once it is cancelled", async () => {
  const called: string[] = [];
  const cancel = afterQuietly(systemClock, 1, () => called.push("cancelled"));
  cancel();
  afterQuietly(systemClock, 1, () => called.push("called"));
  // The program does not wait for it, but for this.
  await new Promise((resolve) => setTimeout(resolve, 20));
  cancel();
  assertEquals(called, ["called"]);
});

/** The messages of rejections that nobody handles while `run` runs. */
async function thrownDuring(run: () => Promise<void>): Promise<string[]> {
  const messages: string[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    messages.push((event.reason as Error).message);
  };
  addEventListener("unhandledrejection", note);
  try {
    await run();
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    removeEventListener("unhandledrejection", note);
  }
  return messages;
}
