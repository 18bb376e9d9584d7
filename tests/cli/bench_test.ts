/** `bench`: its figures, and that nothing of it stays. */

import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Latencies } from "../../src/cli/bench/latencies.ts";
import { cli, jsonLines } from "./captured_io.ts";

Deno.test("cli bench measures each work, and deletes its items", async () => {
  await using server = await MemcachedServer.start();
  const args = ["bench", "--seconds", "1", "--items", "100", "--callers", "4", "--json"];
  const ended = await cli(args, { servers: [server.address] });
  assertEquals([ended.code, ended.err], [0, ""]);
  const works = jsonLines(ended) as { name: string; perSecond: number; failed: number }[];
  assertEquals(works.map(({ name }) => name), [
    "set, one at a time",
    "get, one at a time",
    "set, 4 at a time",
    "get, 4 at a time",
    "getMulti of 100 keys",
  ]);
  for (const { perSecond, failed } of works) assert(perSecond > 0 && failed === 0);
  assertEquals(server.items, 0);
});

Deno.test("cli bench that is interrupted deletes its items, and so does one that meets failures", async () => {
  await using server = await MemcachedServer.start();
  const controller = new AbortController();
  const interrupted = await cli(["bench", "--items", "100"], {
    servers: [server.address],
    isTerminal: true,
    signal: controller.signal,
    onWrite: () => controller.abort(new Error("Interrupted")),
  });
  assertEquals([interrupted.code, server.items], [130, 0]);
  server.fault({ kind: "serverError", message: "busy", commands: ["get"] });
  const args = ["bench", "--seconds", "1", "--items", "100"];
  const failing = await cli(args, { servers: [server.address] });
  assertEquals([failing.code, server.items], [3, 0]);
  assertStringIncludes(failing.err, "busy");
});

Deno.test("Latencies gives the time within which a share of the calls was over, to two percent", () => {
  const latencies = new Latencies();
  assertEquals(latencies.within(0.5), undefined);
  for (let i = 1; i <= 1000; i++) latencies.add(i / 10);
  for (const [share, expected] of [[0.5, 50], [0.99, 99], [1, 100]] as const) {
    const found = latencies.within(share)!;
    assert(Math.abs(found - expected) < expected * 0.02, `${found} in place of ${expected}`);
  }
  latencies.add(0);
  latencies.add(1e12);
  assertEquals(latencies.count, 1002);
});
