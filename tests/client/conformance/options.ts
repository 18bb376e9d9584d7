import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Codec, libmcCodec, ReplyError } from "@libmc/libmc";
import type { ConformanceCase } from "./case.ts";

/** What the options of a client change: prefix, noreply, codec, strict and more. */
export const OPTION_CASES: readonly ConformanceCase[] = [
  {
    name: "ClientOptions.prefix stands before every key on the server, and nowhere else",
    async run(servers) {
      await using plain = servers.client();
      await using client = servers.client({ prefix: "é:" });
      await client.set("a", 1);
      await client.setMulti({ b: 2 });
      assertEquals(await client.append("none", "x"), false);
      assertEquals((await client.appendMulti(["b", "none"], "5")).failed, ["none"]);
      assertEquals(await client.getMulti(["a", "b"]), new Map([["a", 1], ["b", 25]]));
      assertEquals(await client.getList(["a", "b"]), [1, 25]);
      assertEquals((await client.getsMulti(["a"])).get("a")?.value, 1);
      assertEquals((await client.gatMulti(["b"], 100)).get("b"), 25);
      assertEquals(await client.incr("a"), 2);
      assertEquals(await plain.getMulti(["a", "b"]), new Map());
      assertEquals(await plain.getList(["é:a", "é:b"]), [2, 25]);
      assertEquals(client.getHostByKey("a"), plain.getHostByKey("é:a"));
      await client.deleteMulti(["a", "b"]);
      assertEquals(await plain.getMulti(["é:a", "é:b"]), new Map());
    },
  },
  {
    name: "ClientOptions.prefix comes after the mark of a key that begins with ?",
    async run(servers) {
      await using plain = servers.client();
      await using client = servers.client({ prefix: "p:" });
      await client.set("?a", 1);
      assertEquals(await plain.getList(["?p:a", "p:?a", "?a"]), [1, undefined, undefined]);
      assertEquals(await client.getMulti(["?a", "a"]), new Map([["?a", 1]]));
      assertEquals(await plain.set("?a", 2), true);
      assertEquals(await client.get("?a"), 1);
    },
  },
  {
    name: "ClientOptions.prefix counts for the length of a key",
    async run(servers) {
      await using client = servers.client({ prefix: "p".repeat(10) });
      assert(await client.set("k".repeat(240), 1));
      assertEquals(await client.get("k".repeat(240)), 1);
      await assertRejects(() => client.set("k".repeat(241), 1), RangeError, "250");
    },
  },
  {
    name: "ClientOptions.noreply changes all that it would, though no server answers",
    async run(servers) {
      await using client = servers.client({ noreply: true });
      assertEquals(await client.set("a", "1"), true);
      assertEquals(await client.append("a", "2"), true);
      assertEquals(await client.prepend("a", "0"), true);
      assertEquals(await client.get("a"), "012");
      assertEquals(await client.add("b", 1), true);
      assertEquals(await client.add("b", 2), true);
      assertEquals(await client.replace("c", 1), true);
      assertEquals(await client.getList(["b", "c"]), [1, undefined]);
      assertEquals(await client.incr("b", 5), undefined);
      assertEquals(await client.decr("b", 1n), undefined);
      const { value, cas } = (await client.gets("b"))!;
      assertEquals(value, 5);
      assertEquals(await client.cas("b", 6, cas), true);
      assertEquals(await client.cas("b", 7, cas), true);
      assertEquals(await client.get("b"), 6);
      assertEquals(await client.setRaw("d", Uint8Array.of(1), { flags: 9 }), true);
      assertEquals(await client.getRaw("d"), { data: Uint8Array.of(1), flags: 9 });
      assertEquals(await client.touch("d", -1), true);
      assertEquals(await client.delete("b"), true);
      assertEquals(await client.expire("a"), true);
      assertEquals(await client.getMulti(["a", "b", "d"]), new Map());
    },
  },
  {
    name: "ClientOptions.noreply changes many keys, though no server answers",
    async run(servers) {
      await using client = servers.client({ noreply: true });
      const keys = Array.from({ length: 2500 }, (_, i) => `key${i}`);
      assertEquals(await client.setMulti(keys.map((key) => [key, "1"])), ALL);
      assertEquals(await client.appendMulti([...keys, "none"], "2"), ALL);
      assertEquals(await client.prependMulti(keys, "0"), ALL);
      assertEquals(await client.getMulti(keys), new Map(keys.map((key) => [key, "012"])));
      assertEquals(await client.deleteMulti(keys), ALL);
      assertEquals(await client.getMulti(keys), new Map());
    },
  },
  {
    name: "ClientOptions.noreply leaves no error line to another caller",
    async run(servers) {
      await using client = servers.client({ noreply: true, strict: false });
      await client.set("text", "abc");
      for (let round = 0; round < 5; round++) {
        const key = `key${round}`;
        await client.set(key, round);
        // The daemon is silent about an incr it cannot do; what it does say must not be taken for an answer.
        await Promise.all([client.incr("text"), client.incr("text"), client.get(key)]);
        const found = await client.get(key);
        assert(found === round || found === undefined, `round ${round}: ${found}`);
      }
      assertEquals(await client.getList(["key0", "key4"]), [0, 4]);
    },
  },
  {
    name: "ClientOptions.codec makes the bytes and reads them",
    async run(servers) {
      const reversing: Codec = {
        encode: (value) => ({ data: Array.from(String(value)).reverse().join(""), flags: 5 }),
        decode: (data, flags) => `${flags} ${new TextDecoder().decode(data)}`,
      };
      await using client = servers.client({ codec: reversing });
      await client.set("a", "abc");
      assertEquals(await client.get("a"), "5 cba");
      await using libmc = servers.client({ codec: libmcCodec });
      await libmc.set("b", new Map([[1, new Set(["x"])]]));
      assertEquals(await libmc.get("b"), new Map([[1, new Set(["x"])]]));
    },
  },
  {
    name: "CallOptions.strict takes the place of the client's",
    async run(servers) {
      await using soft = servers.client({ strict: false });
      await soft.set("text", "abc");
      assertEquals(await soft.incr("text"), undefined);
      await assertRejects(() => soft.incr("text", 1, { strict: true }), ReplyError);
      await using strict = servers.client({ strict: true });
      await assertRejects(() => strict.incr("text"), ReplyError);
      assertEquals(await strict.incr("text", 1, { strict: false }), undefined);
    },
  },
  {
    name: "ClientOptions.connections and mergeGets change no answer",
    async run(servers) {
      for (const options of [{ connections: 4 }, { mergeGets: false }]) {
        await using client = servers.client(options);
        const keys = Array.from({ length: 400 }, (_, i) => `key${i}`);
        await Promise.all(keys.map((key) => client.set(key, key)));
        assertEquals(await Promise.all(keys.map((key) => client.get(key))), keys);
        assertEquals(await client.getList(keys), keys);
      }
    },
  },
  {
    name: "Client.config() changes a living client, and refuses what is fixed at the beginning",
    async run(servers) {
      await using client = servers.client();
      await client.set("a", 1);
      client.config({
        pollTimeout: 4000,
        connectTimeout: 4000,
        retryTimeout: 10,
        maxRetries: 2,
        timeout: 0,
        failover: true,
      });
      assertEquals(await client.get("a"), 1);
      client.config({});
      for (const name of ["prefix", "noreply", "codec", "strict", "connections"]) {
        const value = {
          prefix: "p",
          noreply: true,
          codec: libmcCodec,
          strict: false,
          connections: 2,
        };
        const options = { [name]: value[name as keyof typeof value] };
        assertThrows(() => client.config(options), TypeError, `"${name}"`);
      }
      assertThrows(() => client.config({ pollTimeout: -1 }), RangeError, "-1");
      assertThrows(() => client.config(JSON.parse('{"none":1}')), TypeError, '"none"');
      assertEquals(await client.get("a"), 1);
    },
  },
];

const ALL = { ok: true, failed: [] };
