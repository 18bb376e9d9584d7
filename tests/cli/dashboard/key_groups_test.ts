import { assertEquals } from "@std/assert";
import { Client, type WatchEvent } from "@libmc/libmc";
import { GroupSampler } from "../../../src/cli/dashboard/key_groups.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { settle } from "../../support/settle.ts";
import { startMemcached } from "../../support/memcached.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test("GroupSampler groups what is read within two seconds", NO_PERMISSIONS, async () => {
  const clock = new ManualClock();
  const reads = ["user:1", "user:1", "user:2", "page/a", "user:1:x"].map((key) => read(key));
  const sampler = samplerOf(
    { one: [...reads, read("user:9", false)], two: [read("plain")] },
    clock,
  );
  const sampled = sampler.sample(":");
  await settle();
  clock.advance(2000);
  const { groups, keys, reads: count, lasted, isFull, troubles } = await sampled;
  assertEquals({ count, lasted, isFull, troubles }, {
    count: 7,
    lasted: 2000,
    isFull: false,
    troubles: [],
  });
  assertEquals(groups, [{ name: "user:", reads: 5, hits: 4 }, { name: "", reads: 2, hits: 2 }]);
  assertEquals(keys[0], { name: "user:1", reads: 2, hits: 2 });
  assertEquals(clock.timers, 0);
});

Deno.test(
  "GroupSampler ends early when it has seen enough, and says what was skipped",
  NO_PERMISSIONS,
  async () => {
    const clock = new ManualClock();
    const many = Array.from({ length: 30_000 }, (_, i) => read(`k${i}`, true, i === 10 ? 77 : 0));
    const { reads, isFull, skipped, keys, lasted } = await samplerOf({ one: many }, clock).sample(
      ":",
    );
    assertEquals([reads, isFull, skipped, keys.length, lasted], [20_000, true, 77, 20, 0]);
  },
);

Deno.test(
  "GroupSampler goes on without a server that cannot be watched",
  NO_PERMISSIONS,
  async () => {
    const clock = new ManualClock();
    const sampled = samplerOf({ one: [read("a:1")], two: new Error("Cannot watch two") }, clock)
      .sample(":");
    await settle();
    clock.advance(2000);
    const { reads, troubles } = await sampled;
    assertEquals([reads, troubles], [1, ["Cannot watch two"]]);
  },
);

Deno.test(
  "GroupSampler watches once for all who ask, and ends with the dashboard",
  NO_PERMISSIONS,
  async () => {
    const clock = new ManualClock();
    const sampler = samplerOf({ one: [read("a:1")] }, clock);
    const [first, second] = [sampler.sample(":"), sampler.sample(":")];
    assertEquals(first, second);
    await settle();
    sampler.close();
    assertEquals((await first).reads, 1);
  },
);

Deno.test("GroupSampler on memcached, which has nobody watching afterwards", async () => {
  await using memcached = await startMemcached();
  await using client = new Client(`${memcached.address} one`, { strict: true });
  const clock = new ManualClock();
  const sampled = new GroupSampler(client, clock, () => ["one"]).sample(":");
  const watchers = async () => Number((await client.stats()).get("one")?.log_watchers);
  while (await watchers() === 0);
  await client.getMulti(["user:1", "user:2"]);
  // Until the server has sent both lines.
  while (Number((await client.stats()).get("one")?.log_watcher_sent) < 2);
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.advance(2000);
  const { groups } = await sampled;
  assertEquals(groups.map(({ name, hits }) => [name, hits]), [["user:", 0]]);
  while (await watchers() > 0);
});

/** A sampler whose servers log these events, and then nothing more. */
function samplerOf(
  servers: Readonly<Record<string, readonly WatchEvent[] | Error>>,
  clock: ManualClock,
): GroupSampler {
  const admin = {
    async *watch(_kinds: string, options: { servers: readonly string[]; signal: AbortSignal }) {
      const { servers: [name], signal } = options;
      const events = servers[name];
      if (events instanceof Error) throw events;
      for (const event of events) {
        if (signal.aborted) throw signal.reason;
        yield event;
      }
      await new Promise((_, reject) => {
        const stop = () => reject(signal.reason);
        if (signal.aborted) stop();
        signal.addEventListener("abort", stop);
      });
    },
  };
  return new GroupSampler({ admin }, clock, () => Object.keys(servers));
}

function read(key: string, isHit = true, skipped = 0): WatchEvent {
  return {
    server: "one",
    type: "item_get",
    time: 0,
    id: 1n,
    skipped,
    key,
    status: isHit ? "found" : "not_found",
    fields: {},
  };
}
