/** Listeners and observers that make calls, or throw, while the server is down. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientEventName } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";

const NAMES: readonly ClientEventName[] = ["failure", "connect", "disconnect", "dead", "alive"];

Deno.test("Client whose listeners call it while the server is down lets the program go on", async () => {
  const server = await MemcachedServer.start();
  const client = new Client(server.address, { retryTimeout: 60_000 });
  let heard = 0;
  let depth = 0;
  let deepest = 0;
  for (const name of NAMES) {
    client.addEventListener(name, () => {
      heard++;
      deepest = Math.max(deepest, ++depth);
      if (heard < 500) void client.get("key");
      depth--;
    });
  }
  await client.get("key");
  await server.stop();
  assertEquals(await client.get("key"), undefined);
  // The program goes on meanwhile.
  await eventually("all has been told", () => heard >= 500);
  assertEquals(deepest, 1);
  await client.close();
});

Deno.test("Client whose observer calls it while the server is down lets the program go on", async () => {
  const server = await MemcachedServer.start();
  const { address } = server;
  await server.stop();
  for (const method of ["begin", "end", "attempt", "happened"]) {
    let heard = 0;
    const observer = {
      [method]: () => {
        heard++;
        if (heard < 200) void client.get("key");
      },
    };
    const client = new Client(address, { retryTimeout: 60_000, observer });
    assertEquals(await client.get("key"), undefined);
    assert(heard > 0 || method === "attempt", method);
    if (method === "end" || method === "happened") {
      await eventually(`all of ${method}`, () => heard >= 200);
    }
    await client.close();
  }
});
