/** Several servers of which one is down: what the others gave is shown, and the exit code tells of the one that is. */

import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli, jsonLines } from "./captured_io.ts";

const DOWN = "127.0.0.1:1 down";
const KEYS = Array.from({ length: 12 }, (_, index) => `key:${index}`);

Deno.test("cli get shows what the servers gave that answer, and takes no key of another for a miss", async () => {
  await using world = await twoServers();
  const { servers, held, lost } = world;
  await world.fill(held.slice(1));
  const { code, out, err } = await cli(["get", ...KEYS], { servers });
  assertEquals(code, 3);
  assertEquals(out, held.slice(1).map((key) => `${key}\tvalue\n`).join(""));
  assertStringIncludes(err, `${held[0]} is not there\nlibmc: Cannot connect to down: `);
  for (const key of lost) assertEquals(err.includes(`${key} is`), false);
  const ended = await cli(["get", ...KEYS, "--json"], { servers });
  assertEquals(jsonLines(ended).length, held.length);
  const { error } = JSON.parse(ended.err);
  assertEquals([ended.code, error.details.server], [3, "down"]);
});

Deno.test("cli delete tells of the keys that are gone, and not of those that may still be there", async () => {
  await using world = await twoServers();
  const { code, out, err } = await cli(["delete", ...KEYS], { servers: world.servers });
  assertEquals([code, out], [3, world.held.map((key) => `${key} is gone\n`).join("")]);
  assertStringIncludes(err, "Cannot connect to down: ");
});

Deno.test("cli stats, keys and flush do for each server what they can", async () => {
  await using world = await twoServers();
  const { servers, held } = world;
  await world.fill(held);
  const stats = await cli(["stats"], { servers });
  assertEquals([stats.code, stats.out.split("\n")[0].trim()], [3, "up"]);
  const listed = await cli(["keys", "--json"], { servers });
  const keys = jsonLines(listed).map((line) => (line as { key: string }).key);
  assertEquals([listed.code, keys.sort()], [3, [...held].sort()]);
  const flushed = await cli(["flush", "--yes"], { servers });
  assertEquals([flushed.code, flushed.out], [3, "up is empty\n"]);
  assertEquals(JSON.parse(listed.err).error.details.server, "down");
  for (const { err } of [stats, flushed]) {
    assertEquals(err.match(/Cannot connect to down/g)?.length, 1);
  }
  const nobody = await cli(["stats"], { servers: [DOWN] });
  assertEquals([nobody.code, nobody.out], [3, ""]);
});

/** A server that is down, one that is up, and the keys of both. */
async function twoServers() {
  const server = await MemcachedServer.start();
  const servers = [DOWN, `${server.address} up`];
  const client = new Client(servers);
  const isUp = (key: string) => client.getHostByKey(key) === "up";
  return {
    servers,
    held: KEYS.filter(isUp),
    lost: KEYS.filter((key) => !isUp(key)),
    async fill(keys: readonly string[]) {
      await client.setMulti(keys.map((key) => [key, "value"]));
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.stop();
    },
  };
}
