/** Ctrl-C ends every command at once, whatever servers, people and pipes owe. */

import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { cli, type World } from "./captured_io.ts";

Deno.test("cli ends within a second or so at Ctrl-C while a server hangs", async () => {
  await using server = await startMemcached();
  server.pause();
  const servers = ["--servers", server.address, "--timeout", "20000"];
  const commands: readonly (readonly [code: number, ...command: string[]])[] = [
    [130, "get", "a"],
    [130, "set", "a", "b"],
    [130, "delete", "a"],
    [130, "incr", "a"],
    [130, "touch", "a", "1"],
    [130, "stats"],
    [130, "keys"],
    [0, "watch"],
    [130, "flush", "--yes"],
    [130, "doctor"],
    [0, "top"],
    [130, "bench"],
    [130, "dashboard"],
  ];
  await Promise.all(commands.map(async ([code, ...command]) => {
    const { ended, took } = await interrupted([...servers, ...command], {}, 300);
    assertEquals([command[0], ended.code, ended.err.includes("libmc:")], [command[0], code, false]);
    assert(took < 3000, `${command[0]} took ${took} ms`);
  }));
  server.resume();
});

Deno.test("cli top lets go of a server that hangs at q", async () => {
  await using server = await startMemcached();
  server.pause();
  const keys = (async function* () {
    await new Promise((resolve) => setTimeout(resolve, 100));
    yield "q";
  })();
  const began = performance.now();
  const world = { servers: [server.address], keys, isTerminal: true };
  const { code } = await cli(["--timeout", "20000", "top"], world);
  assertEquals(code, 0);
  assert(performance.now() - began < 3000);
  server.resume();
});

Deno.test("cli ends at Ctrl-C while its standard input is silent", async () => {
  for (const command of [["set", "a", "-"], ["ring", "--keys", "-"]]) {
    const left = Promise.withResolvers<void>();
    const stdin = (async function* () {
      yield new TextEncoder().encode("beginning");
      await left.promise;
    })();
    const world = { servers: ["127.0.0.1:1"], stdin };
    const { ended, took } = await interrupted(command, world, 20);
    assertEquals([ended.code, ended.out, ended.err], [130, "", ""]);
    assert(took < 2000, `${took} ms`);
    left.resolve();
  }
});

Deno.test("cli doctor and bench leave nothing behind at Ctrl-C", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  for (const command of ["doctor", "bench"]) {
    const controller = new AbortController();
    const ended = cli([command], { servers: [server.address], signal: controller.signal });
    await eventually("an item is stored", () => server.items > 0);
    controller.abort(new Error("Interrupted"));
    assertEquals((await ended).code, 130);
    assertEquals(await Array.fromAsync(client.admin.keys()), []);
  }
});

/** Runs a command, and interrupts it after some milliseconds. Says how long it took to end then. */
async function interrupted(args: readonly string[], world: World, after: number) {
  const controller = new AbortController();
  const running = cli(args, { ...world, signal: controller.signal });
  await new Promise((resolve) => setTimeout(resolve, after));
  const began = performance.now();
  controller.abort(new Error("Interrupted"));
  const ended = await running;
  return { ended, took: performance.now() - began };
}
