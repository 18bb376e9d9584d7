/** memcached that has as many connections as it may have, and does not refuse more but lets them wait. */

import { Client } from "@libmc/libmc";
import { eventually } from "../support/eventually.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";

/** A memcached, and what holds all its connections: whoever dials now waits until one of them goes. */
export interface CrowdedMemcached {
  readonly server: Memcached;
  readonly others: readonly Deno.Conn[];
}

/** Starts memcached, and opens connections until there is no room for one more. Nobody waits then. */
export async function startCrowdedMemcached(
  stack: AsyncDisposableStack,
): Promise<CrowdedMemcached> {
  const args = ["-c", "40", "-t", "1", "-o", "no_maxconns_fast"];
  const server = stack.use(await startMemcached({ args }));
  const patience = { strict: true, connectTimeout: 5000, pollTimeout: 5000 };
  const watcher = stack.use(new Client(server.address, patience));
  const others: Deno.Conn[] = [];
  const isAt = async (connections: number, accepting: number) => {
    const stats = (await watcher.stats()).get(server.address);
    return stats?.curr_connections === connections && stats.accepting_conns === accepting;
  };
  const before = Number((await watcher.stats()).get(server.address)?.curr_connections);
  for (let isFull = false; !isFull;) {
    others.push(stack.use(await Deno.connect({ port: server.port! })));
    await eventually("it is taken, or has to wait", async () => {
      isFull = await isAt(before + others.length - 1, 0);
      return isFull || await isAt(before + others.length, 1);
    });
  }
  // The first makes room for the last, which has to wait.
  others.shift()!.close();
  await eventually("the last is taken", () => isAt(before + others.length, 1));
  return { server, others };
}
