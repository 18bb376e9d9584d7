import { assert, assertEquals } from "@std/assert";
import type { Probe } from "../../../src/cli/dashboard/probe.ts";
import { Recorder } from "../../../src/cli/dashboard/recorder.ts";
import { FIELDS } from "../../../src/cli/dashboard/wire.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { settle } from "../../support/settle.ts";
import { FakeServers } from "./fake_servers.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test(
  "Recorder asks each server once a second, and takes down a point for each tick",
  NO_PERMISSIONS,
  async () => {
    const { recorder, clock, servers } = recording(["a", "b"]);
    await recorder.start();
    assertEquals([...servers.asked.values()], [1, 1]);
    await pass(clock, 5);
    assertEquals([...servers.asked.values()], [6, 6]);
    const { points } = history(recorder);
    assertEquals(points.fine.times.length, 6);
    const gets = points.fine.columns[FIELDS.indexOf("gets")];
    assertEquals(gets[0], null);
    assert(gets.slice(1).every((rate) => rate !== null && rate > 1000));
    await recorder.close();
    assertEquals(clock.timers, 0);
    assertEquals(servers.closed, ["a", "b"]);
  },
);

Deno.test(
  "Recorder: a server that hangs is asked nothing more, and holds up no other",
  NO_PERMISSIONS,
  async () => {
    let asked = 0;
    const hanging: Probe = {
      name: "hanging",
      ask: () => {
        asked++;
        return new Promise(() => {});
      },
      slabs: () => new Promise(() => {}),
      close: () => Promise.resolve(),
    };
    const { recorder, clock, servers } = recording(["hanging", "b"], (name, servers) => {
      return name === "hanging" ? hanging : servers.probe(name);
    });
    const started = recorder.start();
    await pass(clock, 1);
    await started;
    await pass(clock, 5);
    assertEquals(asked, 1);
    assertEquals(recorder.rows().map(({ state }) => state), ["asked", "up"]);
    assert((servers.asked.get("b") as number) >= 5);
    await recorder.close();
  },
);

Deno.test(
  "Recorder says why a server does not answer, and since when",
  NO_PERMISSIONS,
  async () => {
    const { recorder, clock, servers } = recording(["a", "b"]);
    servers.dead.add("a");
    await recorder.start();
    await pass(clock, 3);
    const [a, b] = recorder.rows();
    assertEquals([a.state, a.since, b.state], ["down", 1000, "up"]);
    assertEquals(a.trouble?.message, "Cannot connect to a: Connection refused (os error 111)");
    assert(a.trouble?.advice.includes("Is memcached running"));
    servers.dead.clear();
    await pass(clock, 3);
    assertEquals(recorder.rows()[0].state, "up");
    assert(recorder.rows()[0].since > 1000);
    await recorder.close();
  },
);

Deno.test("Recorder follows a list of servers that changes", NO_PERMISSIONS, async () => {
  const list = ["a", "b"];
  const { recorder, clock, servers } = recording(list);
  await recorder.start();
  list.splice(0, 2, "b", "c");
  await pass(clock, 2);
  assertEquals(recorder.rows().map(({ name }) => name), ["b", "c"]);
  assertEquals(servers.closed, ["a"]);
  assertEquals(recorder.history("a"), undefined);
  await recorder.close();
});

Deno.test("Recorder spreads the questions to many servers", NO_PERMISSIONS, async () => {
  const { recorder, clock, servers } = recording(Array.from({ length: 100 }, (_, i) => `s${i}`));
  await recorder.start();
  const before = sum(servers);
  const together: number[] = [];
  for (let i = 0, last = before; i < 100; i++) {
    clock.advance(10);
    await settle();
    together.push(sum(servers) - last);
    last = sum(servers);
  }
  assertEquals(sum(servers) - before, 100);
  assert(Math.max(...together) <= 8);
  await recorder.close();
});

Deno.test(
  "Recorder.after() resolves when there were more ticks, and at the end",
  NO_PERMISSIONS,
  async () => {
    const { recorder, clock } = recording(["a"]);
    await recorder.start();
    const ticks = recorder.ticks;
    const next = recorder.after(recorder.ticks);
    await pass(clock, 1);
    await next;
    assertEquals(recorder.ticks, ticks + 1);
    await recorder.after(ticks);
    const last = recorder.after(recorder.ticks);
    await recorder.close();
    await last;
    await recorder.after(recorder.ticks);
  },
);

function recording(
  list: readonly string[],
  probe?: (name: string, servers: FakeServers) => Probe,
): { recorder: Recorder; clock: ManualClock; servers: FakeServers } {
  const clock = new ManualClock();
  const servers = new FakeServers(clock);
  const recorder = new Recorder({
    clock,
    today: () => clock.now(),
    servers: () => list,
    probe: (name) => probe?.(name, servers) ?? servers.probe(name),
  });
  return { recorder, clock, servers };
}

async function pass(clock: ManualClock, seconds: number): Promise<void> {
  for (let i = 0; i < 10 * seconds; i++) {
    clock.advance(100);
    await settle();
  }
}

function history(recorder: Recorder) {
  const found = recorder.history(undefined)?.since(undefined);
  assert(found !== undefined);
  return found;
}

function sum({ asked }: FakeServers): number {
  return [...asked.values()].reduce((sum, count) => sum + count, 0);
}
