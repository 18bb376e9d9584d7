/** `deno task churn [rounds] [seed]`: 10,000 rounds of adding and removing servers while 64 callers work. */

import { type Memcached, startMemcached } from "../../support/memcached.ts";
import { churn } from "./churn.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main([rounds = "10000", seed = "1"]: readonly string[]): Promise<number> {
  const servers: Memcached[] = [];
  try {
    for (let i = 0; i < 6; i++) servers.push(await startMemcached());
    const start = performance.now();
    const result = await churn({
      rounds: Number(rounds),
      seed: Number(seed),
      callers: 64,
      servers: servers.map(({ address }) => address),
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const { calls, certain, increments, counted, wrong, failed } = result;
    console.log(`churn: ${result.rounds} rounds, 64 callers, seed ${seed}, ${seconds} s`);
    console.log(`calls ${calls}, reads that had to hit ${certain}`);
    console.log(`increments ${increments}, counted by the servers ${counted}`);
    console.log(`wrong ${wrong.length}, failed ${failed.length}`);
    for (const text of [...wrong, ...failed]) if (text !== "") console.log(text);
    return wrong.length + failed.length === 0 && increments === counted ? 0 : 1;
  } finally {
    for (const server of servers) await server[Symbol.asyncDispose]();
  }
}
