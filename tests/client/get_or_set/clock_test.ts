/** The clock of the machine is set while `getOrSet()` and namespaces are at work: their times are the server's, or only run. */

import { assertEquals } from "@std/assert";
import { Client, type ClientOptions, libmcCodec } from "@libmc/libmc";
import { MemcachedServer, TestClock } from "@libmc/libmc/testing";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000, strict: true };
const A_YEAR = 365 * 86_400_000;
const OPTIONS = { ttl: 60, staleWhileRevalidate: 600, lease: 5 };

for (
  const [setting, version, options] of [
    ["by a lease", "1.6.18", PATIENT],
    ["by a lock", "1.4.39", PATIENT],
    ["by a lock, libmcCodec", "1.6.18", { ...PATIENT, codec: libmcCodec }],
  ] as const
) {
  Deno.test(`Client.getOrSet() ${setting} has one load and gives nothing too old, however the clock of the machine is set`, async () => {
    await using server = await MemcachedServer.start({
      version,
      clock: new TestClock(1_700_000_000),
    });
    await using client = new Client(server.address, options);
    await using other = new Client(server.address, options);
    await atTimes(async (set) => {
      for (const jump of [A_YEAR, -A_YEAR]) {
        const key = `key${jump}`;
        let loads = 0;
        const load = async () => {
          loads++;
          set(jump);
          await new Promise((resolve) => setTimeout(resolve, 40));
          set(-jump);
          return `loaded ${loads}`;
        };
        const calls = [client, other, client].map((each) => each.getOrSet(key, load, OPTIONS));
        assertEquals([await Promise.all(calls), loads], [Array(3).fill("loaded 1"), 1]);
        assertEquals(await other.getOrSet(key, load, OPTIONS), "loaded 1", "it is fresh");
        assertEquals(await client.update<string>(key, (old) => `${old}!`), "loaded 1!");
        server.advance(OPTIONS.ttl + OPTIONS.staleWhileRevalidate + 1);
        set(jump);
        await client.delete(key);
        assertEquals(await client.getOrSet(key, () => "new", OPTIONS), "new");
        set(0);
      }
    });
  });
}

Deno.test("a namespace whose number was evicted begins anew where none was, however the clock of the machine is set", async () => {
  const clock = new TestClock(1_700_000_000);
  await using server = await MemcachedServer.start({ clock });
  await using stranger = new Client(server.address, PATIENT);
  const seen = new Set<string>();
  await atTimes(async (set) => {
    for (const jump of [0, A_YEAR, -A_YEAR, -1, 1, 0, 0]) {
      set(jump);
      // A client of its own remembers no number.
      await using client = new Client(server.address, PATIENT);
      const space = client.namespace("n");
      assertEquals(await space.get("a"), undefined);
      await space.set("a", jump);
      assertEquals(await space.get("a"), jump);
      const number = await stranger.get<string>("libmc:namespace:n") as string;
      assertEquals(seen.has(number), false);
      seen.add(number);
      await stranger.delete("libmc:namespace:n");
    }
  });
});

/** Calls with a function that sets the clock of the machine by so many milliseconds. */
async function atTimes(run: (set: (jump: number) => void) => Promise<void>): Promise<void> {
  const { now } = Date;
  try {
    await run((jump) => Date.now = () => now() + jump);
  } finally {
    Date.now = now;
  }
}
