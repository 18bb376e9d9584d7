/** Requests of every size and shape on memcached with TLS, which up to 1.6.38 does not look at all that it has read. */

import { assertEquals } from "@std/assert";
import { Random } from "../support/random.ts";
import { tryMixture } from "./tls_mixtures.ts";
import { TlsRig } from "./tls_rig.ts";

/** So many mixtures are tried; of 500 none stalls, and 160 without records that fit. */
const MIXTURES = 60;
const SEED = 24;

Deno.test("Client with tls does not stall memcached, however much it sends at once", async () => {
  await using rig = await TlsRig.start();
  const { address } = await rig.memcached(rig.certificate, false, ["-m", "1024"]);
  const [tls] = rig.trusting();
  for (const connections of [1, 3]) {
    const options = { tls, connections, timeout: 20_000 };
    const clients = {
      usual: rig.client(address, options),
      quiet: rig.client(address, { ...options, connections: 1, noreply: true }),
    };
    for (let i = 0; i < MIXTURES / 2; i++) {
      const seed = SEED + i;
      await tryMixture(clients, new Random(seed), `${connections}.${seed}`);
    }
    for (const { failures, disconnects } of clients.usual.counters().values()) {
      assertEquals([failures, disconnects], [0, 0]);
    }
  }
});

Deno.test("Client with tls stores 20 values of 1 kB, and carries out 40 sets of one tick", async () => {
  await using rig = await TlsRig.start();
  const { address } = await rig.memcached();
  await using client = rig.client(address, { tls: rig.trusting()[0] });
  const items = Array.from({ length: 20 }, (_, i): [string, string] => [`k${i}`, "v".repeat(1000)]);
  assertEquals(await client.setMulti(items), { ok: true, failed: [] });
  const stored = Array.from({ length: 40 }, (_, i) => client.set(`t${i}`, "v".repeat(1000)));
  assertEquals(new Set(await Promise.all(stored)), new Set([true]));
});
