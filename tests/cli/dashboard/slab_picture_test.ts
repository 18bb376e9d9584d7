import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { type Probe, PROBE_OPTIONS, probeOf } from "../../../src/cli/dashboard/probe.ts";
import { slabPicture } from "../../../src/cli/dashboard/slab_picture.ts";
import { systemClock } from "../../../src/clock.ts";
import { startMemcached } from "../../support/memcached.ts";

Deno.test("slabPicture() sums up the classes of all servers, and names those that did not answer", async () => {
  await using one = await startMemcached();
  await using two = await startMemcached();
  const clients = [one.address, two.address, "127.0.0.1:1"].map((server) => {
    return new Client(server, PROBE_OPTIONS);
  });
  const probes = clients.map((client) => probeOf(client, systemClock));
  for (const client of clients.slice(0, 2)) await client.set("key", "x".repeat(100));
  await clients[0].set("large", "x".repeat(5000));
  const { classes, missing } = await slabPicture(probes);
  assertEquals(missing, ["127.0.0.1:1"]);
  assertEquals(classes.map(({ items }) => items), [2, 1]);
  for (const { size, memory, used, asked, items } of classes) {
    assert(size * items === used && asked < used && used < memory);
  }
  await Promise.all(probes.map((probe) => probe.close()));
});

Deno.test("slabPicture() of nothing is empty", async () => {
  const silent: Probe = {
    name: "one",
    ask: () => Promise.reject(new Error("Not asked")),
    slabs: () => Promise.resolve(new Map()),
    close: () => Promise.resolve(),
  };
  assertEquals(await slabPicture([silent]), { classes: [], missing: [] });
});
