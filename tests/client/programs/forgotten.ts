/** A program for tests: a round trip to the server given as its argument by a client that nobody closes. */

import { Client } from "@libmc/libmc";

const client = new Client(Deno.args[0], {
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
});
client.unref();
await client.set("greeting", "hello");
console.log(await client.get("greeting"));
