import { assert, assertEquals } from "@std/assert";
import type { Exptime } from "@libmc/libmc";
import type { ConformanceCase } from "./case.ts";

/** exptime in all its forms, touch and expire. */
export const EXPTIME_CASES: readonly ConformanceCase[] = [
  {
    name: "Client.set() with an exptime below 0 or a Date in the past stores what is gone at once",
    async run(servers) {
      await using client = servers.client();
      for (const exptime of [-1, -1000, new Date(0), new Date(Date.now() - 1000)]) {
        await client.set("a", "old");
        assertEquals(await client.set("a", "new", { exptime }), true);
        assertEquals(await client.get("a"), undefined, String(exptime));
      }
    },
  },
  {
    name:
      "Client takes a Unix time of now or just past for gone at once, in every verb that has one",
    async run(servers) {
      await using client = servers.client();
      const now = Math.floor(Date.now() / 1000);
      const verbs: ((exptime: Exptime) => Promise<unknown>)[] = [
        (exptime) => client.set("a", "new", { exptime }),
        (exptime) => client.replace("a", "new", { exptime }),
        async (exptime) => {
          await client.delete("a");
          return client.add("a", "new", { exptime });
        },
        async (exptime) => client.cas("a", "new", (await client.gets("a"))!.cas, { exptime }),
        (exptime) => client.setRaw("a", new Uint8Array([1]), { exptime }),
        (exptime) => client.setStream("a", new Blob(["new"]).stream(), { exptime }),
        (exptime) => client.setMulti([["a", "new"]], { exptime }),
        (exptime) => client.touch("a", exptime),
        (exptime) => client.gat("a", exptime),
        (exptime) => client.gats("a", exptime),
        (exptime) => client.gatMulti(["a"], exptime),
      ];
      for (const exptime of [now, now - 1, now - 60, new Date(), new Date(Date.now() - 60_000)]) {
        for (const verb of verbs) {
          await client.set("a", "old");
          assert(await verb(exptime));
          assertEquals(await client.get("a"), undefined, `${verb}, ${exptime}`);
        }
      }
    },
  },
  {
    name: "Client.set() keeps what has its exptime ahead, in every form",
    async run(servers) {
      await using client = servers.client();
      const now = Date.now();
      const exptimes = [0, 1000, 30 * 86400, Math.ceil(now / 1000) + 86400, 2 ** 31 - 1];
      const dates = [new Date(now + 3_600_000), new Date(now + 90 * 86_400_000)];
      for (const exptime of [...exptimes, ...dates]) {
        await client.delete("a");
        assert(await client.set("a", 1, { exptime }));
        assertEquals(await client.get("a"), 1, String(exptime));
        assert(await client.touch("a", exptime));
        assertEquals(await client.gat("a", exptime), 1, String(exptime));
      }
    },
  },
  {
    name: "Client.touch() says whether the key is there",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.touch("a", 100), false);
      await client.set("a", 1);
      assertEquals(await client.touch("a", 100), true);
      assertEquals(await client.touch("a", new Date(0)), true);
      assertEquals(await client.touch("a", 100), false);
    },
  },
  {
    name: "Client.expire() makes an item expire at once",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.expire("a"), false);
      await client.set("a", 1);
      assertEquals(await client.expire("a"), true);
      assertEquals(await client.get("a"), undefined);
      assertEquals(await client.add("a", 2), true);
    },
  },
  {
    name: "Client.set() stores what expires when its time has come",
    takesTime: true,
    async run(servers) {
      await using client = servers.client();
      // The servers' clocks go in whole seconds: a date may come up to one of them late.
      const soon = { exptime: 2 };
      const date = { exptime: new Date(Date.now() + 1000) };
      await client.setMulti({ seconds: 1, touched: 1, gat: 1 }, soon);
      await client.set("date", 1, date);
      await client.add("added", 1, soon);
      await client.setRaw("raw", Uint8Array.of(1), date);
      await client.setMulti({ replaced: 1, swapped: 1, shortened: 1, gatted: 1, stays: 1 });
      await client.replace("replaced", 1, date);
      await client.cas("swapped", 1, (await client.gets("swapped"))!.cas, soon);
      await client.setMulti({ later: 1 }, { exptime: 1000 });
      assert(await client.touch("shortened", soon.exptime));
      assertEquals(await client.gatMulti(["gatted"], date.exptime), new Map([["gatted", 1]]));
      assert(await client.touch("touched", 1000));
      assertEquals(await client.gat("gat", 1000), 1);
      await servers.pass(2.1);
      const short = [
        "seconds",
        "date",
        "added",
        "raw",
        "replaced",
        "swapped",
        "shortened",
        "gatted",
      ];
      assertEquals(await client.getMulti(short), new Map());
      assertEquals((await client.getMulti(["stays", "later", "touched", "gat"])).size, 4);
    },
  },
  {
    name: "Client.flushAll() with a delay empties the servers when it has passed",
    takesTime: true,
    async run(servers) {
      await using client = servers.client({ allowFlushAll: true });
      await client.setMulti({ a: 1, b: 2 });
      assertEquals((await client.flushAll({ delay: 1000 })).length, servers.addresses.length);
      assertEquals((await client.getMulti(["a", "b"])).size, 2);
      assertEquals((await client.flushAll({ delay: 2 })).length, servers.addresses.length);
      await servers.pass(2.1);
      assertEquals(await client.getMulti(["a", "b"]), new Map());
      await client.set("a", 3);
      assertEquals(await client.get("a"), 3);
    },
  },
];
