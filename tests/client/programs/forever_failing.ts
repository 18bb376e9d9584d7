/** A program for tests: its server is gone when it closes its client, and it is to end all the same. */

import { Client } from "@libmc/libmc";

const client = new Client(Deno.args, { retryTimeout: 60_000, warn: false });
console.log(await client.get("a"), (await client.getMulti(["a", "b"])).size);
await client.close();
