/** A program that serves ends when it is told to, although its connections to memcached are open. */

import { assertEquals } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Example } from "./example.ts";

/** Each with a request for which it asks memcached. */
const SERVERS: readonly (readonly [name: string, path: string])[] = [
  ["page_server", "/"],
  ["hono_api", "/"],
  ["leaderboard", "/chess"],
];

for (const [name, path] of SERVERS) {
  Deno.test(`examples: ${name} ends on SIGTERM while it is connected to memcached`, async () => {
    await using memcached = await MemcachedServer.start();
    const env = { MEMCACHED: memcached.address, SOURCE: "http://127.0.0.1:1" };
    await using example = await Example.start(name, { env });
    const url = await example.url();
    await eventually("it is connected", async () => {
      await (await fetch(`${url}${path}`)).body?.cancel();
      return memcached.connections === 1;
    });
    assertEquals(await example.terminated(), 0);
  });
}
