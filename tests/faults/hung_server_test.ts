/** A program that makes pages from a memcached that hangs (SIGSTOP) is soon as fast as before: it does without it. */

import { assertEquals, assertGreater } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { recordEvents } from "../support/failures.ts";
import { startMemcached } from "../support/memcached.ts";

const KEYS: readonly string[] = Array.from({ length: 20 }, (_, i) => `part:${i}`);
/** Milliseconds of each measure. The pauses are as long: each meets one probe. */
const WHILE = 400;

for (const options of [{}, { connections: 4 }] satisfies ClientOptions[]) {
  const how = `connections ${options.connections ?? 1}`;

  Deno.test(`Client in front of a memcached that hangs keeps 0.8 of its speed once it is dead, ${how}`, async () => {
    await using server = await startMemcached();
    await using client = new Client(server.address, {
      ...options,
      pollTimeout: 50,
      connectTimeout: 5000,
      retryTimeout: WHILE,
    });
    const { dead, alive } = recordEvents(client);
    await client.setMulti(KEYS.map((key) => [key, key]));
    await pagesIn(client, 100);
    const well = await pagesIn(client, WHILE);
    server.pause();
    await pagesIn(client, 4 * 50);
    assertEquals([dead.length, alive.length], [1, 0]);
    const { failedDials } = client.counters().get(server.address)!;
    const hung = await pagesIn(client, WHILE);
    assertGreater(hung / well, 0.8, `${well} pages while it was well, ${hung} while it hung`);
    const probes = client.counters().get(server.address)!.failedDials - failedDials;
    assertEquals(probes <= 2, true, `${probes} probes for all visitors`);
    server.resume();
    while (await client.get(KEYS[0]) !== KEYS[0]) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assertEquals([dead.length, alive.length], [1, 1]);
  });
}

/**
 * Lets 16 visitors ask for pages, each for one after the other, for so long. Gives the number of pages. As for pages that
 * go over a network, there is more to wait for than the cache.
 */
async function pagesIn(client: Client, milliseconds: number): Promise<number> {
  let pages = 0;
  const end = performance.now() + milliseconds;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (performance.now() < end) {
      await client.get("user");
      const parts = await client.getMulti<string>(KEYS);
      KEYS.map((key) => parts.get(key) ?? `<p>${key}</p>`).join();
      await new Promise((resolve) => setTimeout(resolve, 20));
      pages++;
    }
  }));
  return pages;
}
