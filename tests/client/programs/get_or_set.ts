/**
 * Asks for one key with many callers at once, when it is told to, and says what it loads and what came of it.
 *
 * Arguments: address, number of callers, milliseconds that a load takes, lease in seconds, and "python" for libmc's codec.
 */

import { Client, jsCodec, libmcCodec } from "@libmc/libmc";

const [address, callers, loadTime, lease, codec] = Deno.args;
await using client = new Client(address, {
  pollTimeout: 5000,
  connectTimeout: 5000,
  codec: codec === "python" ? libmcCodec : jsCodec,
});
await client.version();
console.log("ready");
await Deno.stdin.read(new Uint8Array(1));
const values = await Promise.all(
  Array.from({ length: Number(callers) }, () =>
    client.getOrSet("hot", async () => {
      console.log("load");
      await new Promise((resolve) => setTimeout(resolve, Number(loadTime)));
      return `loaded by ${Deno.pid}`;
    }, { ttl: 60, lease: Number(lease) })),
);
console.log(`done ${JSON.stringify([...new Set(values)])}`);
