/** While a server that was dead is tried again, calls for its keys are carried out in the order in which they were made. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { platformConnect } from "../support/platform_connect.ts";

/** How the other server stands in. */
const STAND_INS: Readonly<Record<string, (other: string) => [string[], ClientOptions]>> = {
  failover: (other) => [["absent:1", other], { failover: true }],
  "failover past two dead servers": (other) => [
    ["absent:1", "absent:2", other],
    { failover: true },
  ],
  "a gutter": (other) => [["absent:1"], { gutter: [other], replayInvalidations: true }],
};

for (const [name, setting] of Object.entries(STAND_INS)) {
  Deno.test(`Client with ${name} lets no call overtake one that tries a dead server again`, async () => {
    await using server = await MemcachedServer.start();
    const refused = Promise.withResolvers<void>();
    const dials = new Map<number, number>();
    const [servers, options] = setting(server.address);
    const dead = servers.filter((name) => name !== server.address);
    await using client = new Client(servers, {
      retryTimeout: 60_000,
      connectTimeout: 0,
      warn: false,
      ...options,
      connect: async (endpoint, signal) => {
        if (!("hostname" in endpoint) || endpoint.hostname !== "absent") {
          return await platformConnect(endpoint, signal);
        }
        // The first dial fails at once, and the second one when everything else is done.
        const count = 1 + (dials.get(endpoint.port) ?? 0);
        dials.set(endpoint.port, count);
        if (count > 1) await refused.promise;
        throw new Error("no route");
      },
    });
    const key = Array.from({ length: 90 }, (_, i) => `key${i}`).find((key) => {
      const { server, standIns } = client.explain(key);
      const first = [server, ...standIns.map(({ server }) => server)].slice(0, dead.length);
      return first.toSorted().join() === dead.join();
    }) as string;
    await client.set(key, "old");
    assertEquals(await client.get(key), "old");
    client.config({ retryTimeout: 1 });
    await eventually("all pauses are over", () => {
      const { alive, standIns } = client.explain(key);
      return alive && standIns.every(({ alive }) => alive);
    });
    const calls = [
      client.set(key, "one"),
      client.get(key),
      client.setMulti([[key, "two"]]),
      client.getMulti([key]),
      client.set(key, "three"),
      client.lock(`${key}:lock`, { ttl: 10 }).then((lock) => lock !== undefined),
    ];
    assertEquals(await Promise.all(calls), [
      true,
      "one",
      { ok: true, failed: [] },
      new Map([[key, "two"]]),
      true,
      true,
    ]);
    assertEquals(await client.get(key), "three");
    // Each is tried, by one dial, and nobody has waited for that.
    assertEquals([...dials.values()], dead.map(() => 2));
    refused.resolve();
  });
}
