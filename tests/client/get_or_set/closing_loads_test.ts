import { assertEquals } from "@std/assert";
import { Ending } from "../../../src/engine/ending.ts";
import { ClosedError } from "../../../src/errors.ts";
import { ClosingLoads } from "../../../src/operations/get_or_set/closing_loads.ts";
import { ManualClock } from "../../support/manual_clock.ts";

class Load {
  readonly told: string[] = [];

  hurry(): void {
    this.told.push("hurry");
  }

  end(reason: unknown): void {
    this.told.push((reason as Error).name);
  }
}

Deno.test("ClosingLoads gives loads up after the shortest timeout of the clients that close", async () => {
  const clock = new ManualClock();
  const [own, other] = [new Ending(), new Ending()];
  const begin = (ending: Ending, timeout: number) =>
    ending.begin({ reason: new ClosedError("closed"), clock, timeout });
  const load = new Load();
  const open = new Set([load]);
  const closing = new ClosingLoads(open, {
    onEnd(listener) {
      const forget = [own.onEnd(listener), other.onEnd(listener)];
      return () => forget.forEach((each) => each());
    },
  });
  closing.added(load);
  assertEquals(load.told, []);
  begin(own, 0);
  clock.advance(1000);
  assertEquals(load.told, ["hurry"]);
  begin(other, 100);
  clock.advance(99);
  assertEquals(load.told, ["hurry", "hurry"]);
  clock.advance(1);
  assertEquals(load.told.at(-1), "ClosedError");

  // One that begins while the first is not over has no time of its own; but those who wait for it have to join first.
  const late = new Load();
  open.add(late);
  closing.added(late);
  assertEquals(late.told, ["hurry"]);
  await Promise.resolve();
  assertEquals(late.told, ["hurry", "ClosedError"]);

  open.clear();
  closing.allOver();
  const next = new Load();
  open.add(next);
  closing.added(next);
  clock.advance(100);
  assertEquals(next.told, ["hurry", "ClosedError"]);
  closing.allOver();
  closing.leave();
});
