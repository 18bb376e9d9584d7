import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects } from "@std/assert";
import { ReplyError } from "@libmc/libmc";
import type { ConformanceCase } from "./case.ts";

/** set, setRaw, add, replace, cas, append, prepend, delete. */
export const STORAGE_CASES: readonly ConformanceCase[] = [
  {
    name: "Client.set() stores, whether or not the key is there",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.set("a", 1), true);
      assertEquals(await client.set("a", "two"), true);
      assertEquals(await client.get("a"), "two");
    },
  },
  {
    name: "Client.set() takes all options of a call",
    async run(servers) {
      await using client = servers.client();
      const { signal } = new AbortController();
      assert(await client.set("a", 1, {}));
      assert(await client.set("a", 2, { exptime: 100, compress: false, strict: true, signal }));
      assert(await client.add("b", 3, { exptime: new Date(Date.now() + 100_000), signal }));
      assert(await client.replace("b", 4, { exptime: 0, strict: false, signal }));
      assertEquals(await client.getList(["a", "b"], { signal, strict: true }), [2, 4]);
    },
  },
  {
    name: "Client.add() stores only what is not there",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.add("a", 1), true);
      assertEquals(await client.add("a", 2), false);
      assertEquals(await client.get("a"), 1);
      await client.delete("a");
      assertEquals(await client.add("a", 3), true);
    },
  },
  {
    name: "Client.replace() stores only what is there",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.replace("a", 1), false);
      assertEquals(await client.get("a"), undefined);
      await client.set("a", 1);
      assertEquals(await client.replace("a", "2"), true);
      assertEquals(await client.get("a"), "2");
    },
  },
  {
    name: "Client.cas() stores only what nobody has changed or deleted",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.cas("a", 0, 1n), false);
      await client.set("a", 1);
      const { cas } = (await client.gets("a"))!;
      assertEquals(await client.cas("a", 2, cas, { exptime: 100 }), true);
      assertEquals(await client.cas("a", 3, cas), false);
      assertEquals(await client.cas("a", 3, 2n ** 64n - 1n), false);
      assertEquals(await client.get("a"), 2);
      const again = (await client.gets("a"))!;
      await client.delete("a");
      assertEquals(await client.cas("a", 4, again.cas), false);
      assertEquals(await client.get("a"), undefined);
    },
  },
  {
    name: "Client.cas() lets exactly one of many callers win",
    async run(servers) {
      await using client = servers.client();
      await client.set("a", "none");
      const { cas } = (await client.gets("a"))!;
      const won = await Promise.all(Array.from({ length: 50 }, (_, i) => client.cas("a", i, cas)));
      assertEquals(won.filter(Boolean).length, 1);
      assertEquals(await client.get("a"), won.indexOf(true));
    },
  },
  {
    name: "Client.append() and prepend() add bytes and text to what is there",
    async run(servers) {
      await using client = servers.client();
      assertEquals(await client.append("a", "x"), false);
      assertEquals(await client.prepend("a", "x"), false);
      assertEquals(await client.get("a"), undefined);
      await client.set("a", "-");
      assertEquals(await client.append("a", "é"), true);
      assertEquals(await client.prepend("a", new TextEncoder().encode("è")), true);
      assertEquals(await client.append("a", ""), true);
      assertEquals(await client.get("a"), "è-é");
    },
  },
  {
    name: "Client.append() keeps the flags of the item",
    async run(servers) {
      await using client = servers.client();
      await client.set("a", Uint8Array.of(1));
      await client.append("a", Uint8Array.of(2));
      await client.prepend("a", Uint8Array.of(0));
      assertEquals(await client.get("a"), Uint8Array.of(0, 1, 2));
      await client.setRaw("a", Uint8Array.of(65), { flags: 77 });
      await client.append("a", "B");
      assertEquals(await client.getRaw("a"), { data: Uint8Array.of(65, 66), flags: 77 });
    },
  },
  {
    name: "Client.setRaw() takes bytes of any kind, and all options",
    async run(servers) {
      await using client = servers.client();
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      const { signal } = new AbortController();
      assertEquals(await client.setRaw("a", all, { flags: 5, exptime: 100, signal }), true);
      assertEquals(await client.getRaw("a", { signal }), { data: all, flags: 5 });
      assert(await client.setRaw("b", all.subarray(10, 20)));
      assertEquals((await client.getRaw("b"))?.data, all.slice(10, 20));
      await client.setRaw("c", new TextEncoder().encode("text"));
      assertEquals(await client.get("c"), "text");
    },
  },
  {
    name: "Client.set() of an item that the server finds too large fails, and other callers go on",
    async run(servers) {
      await using client = servers.client({ itemSizeLimit: 2 ** 22, doSplit: false });
      const large = new Uint8Array(2 ** 20 + 1);
      const calls = await Promise.allSettled([
        client.set("a", 1),
        client.set("large", large),
        client.set("b", 2),
        client.set("large", large, { strict: false }),
        client.get("a"),
      ]);
      assertEquals(calls.map(({ status }) => status === "fulfilled"), [
        true,
        false,
        true,
        true,
        true,
      ]);
      const [, failed, , soft, got] = calls;
      assert(failed.status === "rejected" && soft.status === "fulfilled");
      assertInstanceOf(failed.reason, ReplyError);
      assertEquals([failed.reason.kind, failed.reason.command], ["SERVER_ERROR", "set"]);
      assertEquals(failed.reason.server, client.getHostByKey("large"));
      assertEquals([soft.value, got.status === "fulfilled" && got.value], [false, 1]);
      assertEquals(await client.getList(["a", "b", "large"]), [1, 2, undefined]);
      for (const { connects } of client.counters().values()) assert(connects <= 1);
    },
  },
  {
    name: "Client.set() refuses what is larger than itemSizeLimit, and the old value stays",
    async run(servers) {
      await using client = servers.client({ doSplit: false });
      await client.set("a", "old");
      const large = "x".repeat(2 ** 20 - 59);
      const error = await assertRejects(() => client.set("a", large), RangeError, "1048516");
      assertEquals(error.message.includes("1048517"), true);
      assertEquals(await client.get("a"), "old");
    },
  },
  {
    name: "Client.delete() is true whether or not the key was there",
    async run(servers) {
      await using client = servers.client();
      await client.set("a", 1);
      assertEquals(await client.delete("a"), true);
      assertEquals(await client.get("a"), undefined);
      assertEquals(await client.delete("a"), true);
      assertFalse(await client.touch("a", 10));
    },
  },
];
