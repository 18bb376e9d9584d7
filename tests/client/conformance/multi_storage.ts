import { assertEquals, assertRejects } from "@std/assert";
import { MultiError, type MultiResult, ReplyError } from "@libmc/libmc";
import type { ConformanceCase } from "./case.ts";

/** setMulti, appendMulti, prependMulti, deleteMulti. */
export const MULTI_STORAGE_CASES: readonly ConformanceCase[] = [
  {
    name: "Client.setMulti() takes a Record, a Map and any iterable of pairs",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.setMulti({ a: 1, b: [2] }), ALL);
      assertEquals(await client.setMulti(new Map([["c", "3"]])), ALL);
      assertEquals(await client.setMulti([["d", 4n], ["e", null]]), ALL);
      assertEquals(await client.setMulti(new Set([["f", true]] as const)), ALL);
      assertEquals(await client.setMulti(pairs()), ALL);
      const found = await client.getList(["a", "b", "c", "d", "e", "f", "g", "h"]);
      assertEquals(found, [1, [2], "3", 4n, null, true, "7", "8"]);
    },
  },
  {
    name: "Client.setMulti() and the like do nothing to no keys",
    async run(servers) {
      await using client = servers.client();
      for (const items of [{}, [], new Map<string, unknown>()]) {
        assertEquals(await client.setMulti(items), ALL);
      }
      assertEquals(await client.appendMulti([], "x"), ALL);
      assertEquals(await client.prependMulti(new Set<string>(), "x"), ALL);
      assertEquals(await client.deleteMulti([]), ALL);
      for (const { commands } of client.counters().values()) assertEquals(commands, 0);
    },
  },
  {
    name: "Client.setMulti() keeps the last value of a key that comes twice",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.setMulti([["a", 1], ["b", 2], ["a", 3]]), ALL);
      assertEquals(await client.getList(["a", "b"]), [3, 2]);
    },
  },
  {
    name: "Client.setMulti() gives all items the exptime",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.setMulti({ a: 1, b: 2 }, { exptime: -1 }), ALL);
      assertEquals(await client.getMulti(["a", "b"]), new Map());
      assertEquals(await client.setMulti({ a: 1 }, { exptime: 100, compress: false }), ALL);
      assertEquals(await client.get("a"), 1);
    },
  },
  {
    name: "Client.setMulti() stores text that is not ASCII, bytes and text side by side",
    async run(servers) {
      await using client = servers.client();
      const items = Array.from({ length: 500 }, (_, i) => {
        const value = i % 3 === 0
          ? `ascii ${i}`
          : i % 3 === 1
          ? `übér ${i}`
          : Uint8Array.of(i, 13, 10);
        return [i % 5 === 0 ? `clé${i}` : `key${i}`, value] as const;
      });
      assertEquals(await client.setMulti(items), ALL);
      assertEquals(
        await client.getMulti(items.map(([key]) => key)),
        new Map<string, unknown>(items),
      );
    },
  },
  {
    name:
      "Client.setMulti() names the keys that were not stored, in the order given, and stores the rest",
    async run(servers) {
      await using client = servers.client({ itemSizeLimit: 2 ** 22, doSplit: false });
      const large = new Uint8Array(2 ** 20 + 1);
      const items = Object.entries({ e: large, a: 1, d: 2, c: large, b: 3 });
      const failed = { ok: false, failed: ["e", "c"] };
      assertEquals(await client.setMulti(items, { strict: false }), failed);
      assertEquals(await client.getList(["a", "b", "c", "d", "e"]), [
        1,
        3,
        undefined,
        2,
        undefined,
      ]);
      const error = await assertRejects(() => client.setMulti(items), MultiError<MultiResult>);
      assertEquals(error.partial, failed);
      assertEquals(error.errors.length, 2);
      for (const part of error.errors) {
        assertEquals(part instanceof ReplyError && part.kind, "SERVER_ERROR");
      }
    },
  },
  {
    name: "Client.appendMulti() and prependMulti() name the keys that are not there",
    async run(servers) {
      await using client = servers.client();
      await client.setMulti({ a: "-", b: "+", "é": "=" });
      assertEquals(await client.appendMulti(["b", "a", "é"], "1"), ALL);
      assertEquals(await client.prependMulti(new Set(["é", "a"]), Uint8Array.of(48)), ALL);
      assertEquals(await client.getList(["a", "b", "é"]), ["0-1", "+1", "0=1"]);
      const asked = ["z", "a", "y", "b", "x"];
      const failed = { ok: false, failed: ["z", "y", "x"] };
      assertEquals(await client.appendMulti(asked, "!"), failed);
      assertEquals(await client.prependMulti(asked, "?", { strict: false }), failed);
      assertEquals(await client.getList(["a", "b", "z"]), ["?0-1!", "?+1!", undefined]);
    },
  },
  {
    name: "Client.deleteMulti() takes it that what was not there is gone",
    async run(servers) {
      await using client = servers.client();
      const keys = Array.from({ length: 1500 }, (_, i) => `key${i}`);
      await client.setMulti(keys.map((key) => [key, key]));
      assertEquals(await client.deleteMulti(["none", ...keys.slice(1), "none"]), ALL);
      assertEquals(await client.getMulti(keys), new Map([["key0", "key0"]]));
      assertEquals(await client.deleteMulti(new Set(["key0"])), ALL);
      assertEquals(await client.get("key0"), undefined);
    },
  },
];

const ALL: MultiResult = { ok: true, failed: [] };

function* pairs(): Generator<[string, string]> {
  yield ["g", "7"];
  yield ["h", "8"];
}
