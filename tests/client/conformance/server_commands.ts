import { assert, assertEquals, assertRejects } from "@std/assert";
import { MultiError, ReplyError } from "@libmc/libmc";
import type { ConformanceCase } from "./case.ts";

/** version, stats, flush_all, verbosity: what goes to every server. */
export const SERVER_CASES: readonly ConformanceCase[] = [
  {
    name: "Client.version() gives the version of every server by its name",
    async run(servers) {
      await using client = servers.client();
      const versions = await client.version();
      assertEquals(Array.from(versions.keys()).sort(), servers.addresses.toSorted());
      for (const version of versions.values()) assert(/^\d+\.\d+\.\d+/.test(version), version);
    },
  },
  {
    name: "Client.stats() gives numbers as numbers and text as text",
    async run(servers) {
      await using client = servers.client();
      await client.setMulti(Array.from({ length: 100 }, (_, i) => [`key${i}`, i]));
      const stats = Array.from((await client.stats()).values());
      assertEquals(stats.length, servers.addresses.length);
      // The daemon counts what was flushed until it needs the room.
      const items = stats.map(({ curr_items }) => curr_items as number);
      assert(items.reduce((sum, count) => sum + count) >= 100);
      const versions = new Set((await client.version()).values());
      for (const { pid, version, cmd_get, rusage_user } of stats) {
        assert(Number.isInteger(pid) && Number.isInteger(cmd_get));
        assert(versions.has(version as string));
        assertEquals(typeof rusage_user, "number");
      }
    },
  },
  {
    name: "Client.stats() takes the names of groups",
    async run(servers) {
      await using client = servers.client();
      const keys = Array.from({ length: 30 }, (_, i) => `key${i}`);
      await client.setMulti(keys.map((key) => [key, "value"]));
      const count = servers.addresses.length;
      const [settings, items, slabs] = await Promise.all(
        ["settings", "items", "slabs"].map((name) => client.stats(name)),
      );
      assertEquals([settings.size, items.size, slabs.size], [count, count, count]);
      for (const { item_size_max, cas_enabled } of settings.values()) {
        assertEquals([item_size_max, cas_enabled], [1024 * 1024, "yes"]);
      }
      const numbers = Array.from(items.values(), (stats) => stats["items:1:number"] as number);
      assert(numbers.reduce((sum, number) => sum + number) >= keys.length);
      for (const stats of slabs.values()) assertEquals(typeof stats["1:chunk_size"], "number");
    },
  },
  {
    name: "Client.stats() clears what can be cleared",
    async run(servers) {
      await using client = servers.client();
      await client.set("a", 1);
      for (let i = 0; i < 5; i++) await client.get("a");
      const hits = () => client.stats().then((all) => Array.from(all.values(), (s) => s.get_hits));
      assert((await hits()).some((count) => count as number >= 5));
      const cleared = await client.stats("reset");
      assertEquals(Array.from(cleared.values()), servers.addresses.map(() => ({})));
      assertEquals(await hits(), servers.addresses.map(() => 0));
    },
  },
  {
    name: "Client.stats() of a name that the server does not know fails, and the next call works",
    async run(servers) {
      await using client = servers.client();
      const error = await assertRejects(() => client.stats("nothing"), MultiError);
      assertEquals(error.errors.length, servers.addresses.length);
      assert(error.errors.every((part) => part instanceof ReplyError && part.kind === "ERROR"));
      assertEquals(error.partial, new Map());
      assertEquals(await client.stats("nothing", { strict: false }), new Map());
      assertEquals((await client.stats("")).size, servers.addresses.length);
    },
  },
  {
    name: "Client.flushAll() is forbidden until it is allowed",
    async run(servers) {
      await using client = servers.client();
      await client.set("a", 1);
      await assertRejects(() => client.flushAll(), TypeError, "allowFlushAll");
      await assertRejects(() => client.flushAll({ strict: false, delay: 0 }), TypeError);
      assertEquals(await client.get("a"), 1);
      client.toggleFlushAllFeature(true);
      assertEquals((await client.flushAll()).toSorted(), servers.addresses.toSorted());
      assertEquals(await client.get("a"), undefined);
      client.toggleFlushAllFeature(false);
      await assertRejects(() => client.flushAll(), TypeError);
    },
  },
  {
    name: "Client.flushAll() empties every server, and what is stored afterwards stays",
    async run(servers) {
      await using client = servers.client({ allowFlushAll: true });
      const keys = Array.from({ length: 50 }, (_, i) => `key${i}`);
      const items = keys.map((key) => [key, key] as const);
      await client.setMulti(items);
      assertEquals((await client.flushAll({ delay: 0 })).length, servers.addresses.length);
      assertEquals(await client.getMulti(keys), new Map());
      await client.setMulti(items);
      assertEquals((await client.getMulti(keys)).size, keys.length);
    },
  },
  {
    name: "Client.verbosity() names the servers that answered",
    async run(servers) {
      await using client = servers.client();
      assertEquals((await client.verbosity(1)).toSorted(), servers.addresses.toSorted());
      assertEquals((await client.verbosity(0, { strict: true })).length, servers.addresses.length);
    },
  },
];
