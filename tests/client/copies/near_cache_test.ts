/** `nearCache` beside copies: a client that keeps values near never gives one that is older than its own last change. */

import type { Client } from "@libmc/libmc";
import { assertEquals } from "@std/assert";
import { CopiesRig, replicas, type Setting } from "./rig.ts";

const NEAR = { nearCache: { maxBytes: 1_000_000, maxAge: 60_000 } };

const SETTINGS: Readonly<Record<string, Setting>> = {
  replicas: replicas(2, 2, NEAR),
  zones: (names) => [
    names.slice(1, 2),
    { zones: { own: "b", others: { a: names.slice(0, 1) } }, ...NEAR },
  ],
};

const CHANGES: readonly ((client: Client, n: number) => Promise<unknown>)[] = [
  (client, n) => client.set("n", n),
  (client, n) => client.update("n", () => n),
  (client, n) => client.setMulti([["n", n]]),
  (client, n) => client.meta.set("n", n),
  // What a zone loads for itself is not stored where a copy of another zone's is on its way.
  (client, n) =>
    client.getOrSet("n", () => n, { ttl: 60, forceFresh: true })
      .then(() => client.set("n", n)),
  async (client, n) => client.cas("n", n, (await client.gets("n"))?.cas ?? 0n),
  async (client, n) => await client.delete("n") && await client.add("n", n),
];

for (const [name, setting] of Object.entries(SETTINGS)) {
  Deno.test(`nearCache with ${name} gives nothing older than what its own client has stored`, async () => {
    await using rig = await CopiesRig.start(2, setting);
    const { client } = rig;
    await client.set("n", 0);
    // Deletes of copies take longer than changes.
    const [, second] = rig.copiesOf("n");
    await rig.proxies[second].set({ delayMs: 3 });
    for (let n = 1; n <= 28; n++) {
      const change = CHANGES[n % CHANGES.length];
      let isOver = false;
      const changed = change(client, n).finally(() => isOver = true);
      while (!isOver) {
        await Promise.all([client.get("n"), client.getMulti(["n"])]);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      await changed;
      const found = await rig.seen(() => client.get("n"), 4);
      assertEquals(found.filter((each) => each !== n), [], `${n}: ${change}`);
    }
  });
}
