/** `keys`, `watch` and `flush`. */

import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { cli, jsonLines } from "./captured_io.ts";

Deno.test("cli keys lists bytes, seconds to live, server and key, those with a prefix", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.set("user:1", "Ada", { exptime: 3600 });
  await client.set("page:1", "x".repeat(1000));
  const servers = [`${server.address} blue`];
  const { code, out } = await cli(["keys", "--prefix", "user:"], { servers });
  assertEquals(code, 0);
  assertMatch(out, /^ +\d+ +3(?:600|59\d) {2}blue {2}user:1\n$/);
  const all = jsonLines(await cli(["keys", "--json"], { servers })) as { key: string }[];
  assertEquals(all.map(({ key }) => key).sort(), ["page:1", "user:1"]);
  assertEquals(jsonLines(await cli(["keys", "--json", "-n", "1"], { servers })).length, 1);
  assertEquals((await cli(["keys", "--prefix", "none:"], { servers })).code, 1);
});

Deno.test("cli keys ends quietly when its reader has seen enough, and lets go of the server", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const items = Array.from({ length: 2000 }, (_, i): [string, number] => [`key:${i}`, i]);
  await client.setMulti(items);
  await client.quit();
  let lines = 0;
  const onWrite = () => {
    if (++lines > 3) throw Object.assign(new Error("EPIPE"), { code: "EPIPE" });
  };
  const { code, err } = await cli(["keys"], { servers: [server.address], onWrite });
  assertEquals([code, err], [0, ""]);
  await eventually("the connection is closed", () => server.connections === 0);
});

Deno.test("cli watch shows what happens, until enough was seen or it is interrupted", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const servers = [server.address];
  const work = (text: string) => {
    if (text.startsWith("Watching")) {
      client.set("a", 1).then(() => client.get("b"));
    }
  };
  const { code, out } = await cli(["watch", "-n", "2"], { servers, onWrite: work });
  assertEquals(code, 0);
  assertStringIncludes(out, "item_store  a  status=stored");
  const controller = new AbortController();
  const ended = await cli(["watch", "evictions"], {
    servers,
    signal: controller.signal,
    onWrite: () => controller.abort(new Error("Interrupted")),
  });
  assertEquals(ended.code, 0);
  const wrong = await cli(["watch", "everything"], { servers });
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, "fetchers");
});

Deno.test("cli flush does nothing unless it is told yes", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.set("a", 1);
  const servers = [server.address];
  const nobody = await cli(["flush"], { servers });
  assertEquals(nobody.code, 2);
  assertStringIncludes(nobody.err, "--yes");
  const no = await cli(["flush"], { servers, answers: ["n"] });
  assertEquals([no.code, no.out], [1, ""]);
  assertStringIncludes(no.err, "Nothing was done");
  assertEquals(await client.get("a"), 1);
  assertEquals((await cli(["flush"], { servers, answers: ["yes"] })).code, 0);
  assertEquals(await client.get("a"), undefined);
  await client.set("a", 1);
  const ended = await cli(["flush", "--yes", "--json"], { servers });
  assertEquals(jsonLines(ended), [{ server: server.address, flushed: true }]);
  assertEquals(await client.get("a"), undefined);
});
