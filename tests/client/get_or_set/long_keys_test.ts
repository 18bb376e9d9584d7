/** What lies beside a value whose key is as long as a key may be, prefix and namespace included. */

import { assert, assertEquals } from "@std/assert";
import { Client, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Recorder } from "../../compat/recording_connect.ts";

for (const [version, codec] of [["1.4.39", undefined], ["1.6.18", libmcCodec]] as const) {
  for (const longKeys of ["refuse", "hash"] as const) {
    const what = `${version}, ${codec === undefined ? "jsCodec" : "libmcCodec"}, ${longKeys}`;
    Deno.test(`Client.getOrSet(): the locks and marks of the longest keys are their own, and no longer: ${what}`, async () => {
      await using server = await MemcachedServer.start({ version });
      const recorder = new Recorder();
      await using client = new Client(server.address, {
        ...{ strict: true, pollTimeout: 5000, connectTimeout: 5000, connect: recorder.connect },
        ...{ prefix: "shop-é:", longKeys },
        ...(codec && { codec }),
      });
      const space = client.namespace("a namespace".replaceAll(" ", "-"));
      await space.set("x", 1);
      const [, inside = ""] =
        /set (\S*)x 0/.exec(recorder.connections[0].sent.replace(/4 0/, "0")) ??
          /set (\S*)x /.exec(recorder.connections[0].sent) ?? [];
      const room = longKeys === "hash" ? 400 : 250 - inside.length;
      // They differ in their last character only, the first and the last byte of which are cut from what lies beside.
      const keys = ["é", "è"].map((end) => "k".repeat(room - 2) + end);
      let running = 0;
      const load = async ({ key }: { key: string }) => {
        if (++running === 2) both.resolve();
        await both.promise;
        return key.at(-1);
      };
      const both = Promise.withResolvers<void>();
      const options = { ttl: 60, staleWhileRevalidate: 60, staleIfError: 600, lease: 5 };
      const values = await Promise.all(keys.map((key) => space.getOrSet(key, load, options)));
      assertEquals(values, ["é", "è"]);
      assertEquals(await space.getList(keys), ["é", "è"]);
      const sent = recorder.connections[0].sent.matchAll(/^(?:[a-z]+) (\S+)/gm);
      const lengths = Array.from(sent, ([, key]) => key.length);
      assert(Math.max(...lengths) <= 250, String(Math.max(...lengths)));
      for (const key of keys) await space.delete(key);
      assertEquals(await space.getList(keys), [undefined, undefined]);
    });
  }
}
