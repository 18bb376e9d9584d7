/** A program for tests: calls over several connections by a client that nobody closes. */

import { Client } from "@libmc/libmc";

const client = new Client(Deno.args[0], { strict: true, connections: 3, connectTimeout: 5000 });
client.unref();
await client.set("first", 1);
const stored = await Promise.all(Array.from({ length: 20 }, (_, i) => client.set(`key${i}`, i)));
console.log(stored.filter(Boolean).length);
