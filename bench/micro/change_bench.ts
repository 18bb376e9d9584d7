/** What a change of one server of 1,000 holds up the event loop for: the new list, and the first key after it. */
import { Client, type DistributionName } from "@libmc/libmc";
import { DISTRIBUTIONS } from "../../src/placement/distributions.ts";

/** Takes the results, so that nothing is found useless and left out. */
const kept: string[] = [];
const thousand = Array.from(
  { length: 1000 },
  (_, i) => `127.0.0.1:${20_000 + i} cache-${i}.example`,
);

for (const distribution of Object.keys(DISTRIBUTIONS) as DistributionName[]) {
  const client = new Client(thousand, { distribution });
  client.getHostByKey("key");
  let changes = 0;
  Deno.bench(distribution, {
    group: "setServers() with one other server of 1,000, and the first key",
    baseline: distribution === "libmc",
    n: 100,
    warmup: 50,
  }, (bench) => {
    const servers = [...thousand];
    servers[500] = `127.0.0.1:30000 new-${++changes}.${distribution}.example`;
    bench.start();
    client.setServers(servers);
    kept[0] = client.getHostByKey("key");
    bench.end();
  });
}
