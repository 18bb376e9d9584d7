import { assert, assertEquals } from "@std/assert";
import type { ConformanceCase } from "./case.ts";

/** get, gets, getRaw, getMulti, getsMulti, getList, gat, gats, gatMulti. */
export const RETRIEVAL_CASES: readonly ConformanceCase[] = [
  {
    name: "Client.get() gives what was stored, and undefined on a miss",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.get("a"), undefined);
      assert(await client.set("a", "first"));
      assertEquals(await client.get("a"), "first");
      assertEquals(await client.get("b"), undefined);
    },
  },
  {
    name: "Client.get() tells an empty value from a miss",
    async run(servers) {
      await using client = servers.client();
      await client.set("text", "");
      await client.set("bytes", new Uint8Array());
      await client.set("null", null);
      assertEquals(await client.get("text"), "");
      assertEquals(await client.get("bytes"), new Uint8Array());
      assertEquals(await client.get("null"), null);
      assertEquals(
        await client.getMulti(["text", "null", "none"]),
        new Map([["text", ""], ["null", null]] as const),
      );
    },
  },
  {
    name: "Client.get() is not misled by values that look like replies",
    async run(servers) {
      await using client = servers.client();
      const values = [
        "END",
        "\r\n",
        "\r\nEND\r\n",
        "STORED\r\n",
        "VALUE a 0 1\r\nx\r\nEND\r\n",
        "\r",
      ];
      const pairs = values.map((value, i) => [`reply${i}`, value] as const);
      for (const [key, value] of pairs) await client.set(key, value);
      for (const [key, value] of pairs) assertEquals(await client.get(key), value);
      assertEquals(await client.getMulti(pairs.map(([key]) => key)), new Map(pairs));
    },
  },
  {
    name: "Client.get() takes every key that memcached takes",
    async run(servers) {
      await using client = servers.client();
      const keys = [
        "k".repeat(250),
        "é".repeat(125),
        "键",
        "🔑",
        "tab\there",
        "\x01\x7f",
        "a:b/c?d",
      ];
      for (const key of keys) await client.set(key, key);
      for (const key of keys) assertEquals(await client.get(key), key);
      assertEquals(await client.getList(keys), keys);
      assertEquals(Array.from((await client.getMulti(keys)).keys()), keys);
    },
  },
  {
    name: "Client.get() gives each of many callers its own answer",
    async run(servers) {
      await using client = servers.client();
      const keys = Array.from({ length: 300 }, (_, i) => `key${i % 100}`);
      await client.setMulti(keys.filter((_, i) => i % 2 === 0).map((key) => [key, `of ${key}`]));
      const values = await Promise.all(keys.map((key) => client.get(key)));
      assertEquals(values, keys.map((key, i) => i % 2 === 0 ? `of ${key}` : undefined));
    },
  },
  {
    name: "Client.gets() gives the value and a cas that changes with every store",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.gets("a"), undefined);
      await client.set("a", [1]);
      const first = await client.gets<number[]>("a");
      assertEquals(first?.value, [1]);
      assertEquals(typeof first?.cas, "bigint");
      assertEquals(await client.gets("a"), first);
      await client.set("a", [1]);
      assert((await client.gets("a"))?.cas !== first?.cas);
    },
  },
  {
    name: "Client.getRaw() gives data and flags as they are stored",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.getRaw("a"), undefined);
      // With doSplit, one of the flags would say that this is the list of a split value's chunks.
      await using unsplit = servers.client({ doSplit: false });
      const all = 2 ** 32 - 1;
      await unsplit.setRaw("a", Uint8Array.of(1), { flags: all });
      assertEquals(await unsplit.getRaw("a"), { data: Uint8Array.of(1), flags: all });
      for (const flags of [0, 1, 2 ** 31, all - 4096]) {
        const data = Uint8Array.of(0, 13, 10, 255);
        assert(await client.setRaw("a", data, { flags }));
        assertEquals(await client.getRaw("a"), { data, flags });
      }
      await client.setRaw("a", new Uint8Array());
      assertEquals(await client.getRaw("a"), { data: new Uint8Array(), flags: 0 });
      await client.set("a", { b: 1 });
      assertEquals(await client.getRaw("a"), { data: bytesOf('{"b":1}'), flags: 64 });
    },
  },
  {
    name: "Client.getMulti() gives the hits in the order asked",
    async run(servers) {
      await using client = servers.client();
      const keys = Array.from({ length: 60 }, (_, i) => `key${i}`);
      await client.setMulti(keys.map((key, i) => [key, i]));
      const asked = keys.toReversed().flatMap((key) => [key, `no ${key}`.replace(" ", "-")]);
      const found = await client.getMulti<number>(asked);
      assertEquals(
        Array.from(found),
        keys.map((key, i) => [key, i] as [string, number]).toReversed(),
      );
    },
  },
  {
    name: "Client.getMulti() takes any iterable, and keys that come twice",
    async run(servers) {
      await using client = servers.client();
      const values = new Map([["a", 1], ["b", 2]]);
      await client.setMulti(values);
      const none = ["c"];
      assertEquals(await client.getMulti(["a", "b"]), values);
      assertEquals(await client.getMulti(new Set(["a", "b"])), values);
      assertEquals(await client.getMulti(values.keys()), values);
      assertEquals(
        await client.getMulti(function* () {
          yield* values.keys();
          yield* none;
        }()),
        values,
      );
      assertEquals(Array.from(await client.getMulti(["b", "c", "a", "b", "a", "c"])), [["b", 2], [
        "a",
        1,
      ]]);
      assertEquals(await client.getList(["a", "c", "a", "b", "a"]), [1, undefined, 1, 2, 1]);
    },
  },
  {
    name: "Client.getMulti() and the like ask nothing of an empty list",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.getMulti([]), new Map());
      assertEquals(await client.getsMulti(new Set<string>()), new Map());
      assertEquals(await client.gatMulti([], 10), new Map());
      assertEquals(await client.getList([]), []);
      for (const { commands } of client.counters().values()) assertEquals(commands, 0);
    },
  },
  {
    name: "Client.getMulti() takes more keys than go into one line",
    async run(servers) {
      await using client = servers.client();
      const pairs = Array.from({ length: 5000 }, (_, i) => [`key${i}`, i] as const);
      assertEquals(await client.setMulti(pairs), { ok: true, failed: [] });
      const keys = pairs.map(([key]) => key);
      assertEquals(await client.getMulti(keys), new Map(pairs));
      assertEquals(await client.getList(keys), pairs.map(([, value]) => value));
    },
  },
  {
    name: "Client.getsMulti() gives values with a cas that cas() takes",
    async run(servers) {
      await using client = servers.client();
      await client.setMulti({ a: "1", b: "2" });
      const found = await client.getsMulti<string>(["a", "none", "b"]);
      assertEquals(Array.from(found, ([key, { value }]) => [key, value]), [["a", "1"], ["b", "2"]]);
      assertEquals(found.get("a"), await client.gets("a"));
      assert(await client.cas("b", "3", found.get("b")!.cas));
      assertEquals(await client.get("b"), "3");
    },
  },
  {
    name: "Client.getList() gives undefined in the place of each miss",
    async run(servers) {
      await using client = servers.client();
      await client.set("b", null);
      assertEquals(await client.getList(["a", "b", "c"]), [undefined, null, undefined]);
    },
  },
  {
    name: "Client.gat() and gats() give the value and change its exptime",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.gat("a", 100), undefined);
      assertEquals(await client.gats("a", 100), undefined);
      await client.set("a", 1);
      await client.set("b", 2);
      assertEquals(await client.gat("a", 100), 1);
      const { cas } = (await client.gets("b"))!;
      assertEquals(await client.gats("b", 0), { value: 2, cas });
      assertEquals(await client.gat("a", -1), 1);
      assertEquals(await client.gats("b", new Date(0)), { value: 2, cas });
      assertEquals(await client.getMulti(["a", "b"]), new Map());
    },
  },
  {
    name:
      "Client.gatMulti() gives the hits in order and changes their exptime, however long the line",
    async run(servers) {
      await using client = servers.client();
      const keys = Array.from({ length: 120 }, (_, i) => `${i}-${"k".repeat(200)}`);
      await client.setMulti(keys.map((key, i) => [key, i]));
      const asked = ["none", ...keys];
      const found = await client.gatMulti<number>(asked, 100);
      assertEquals(Array.from(found), keys.map((key, i) => [key, i] as [string, number]));
      assertEquals((await client.gatMulti(asked, -1)).size, keys.length);
      assertEquals(await client.gatMulti(asked, 100), new Map());
    },
  },
];

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
