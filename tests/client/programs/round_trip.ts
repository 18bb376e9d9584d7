/** A program for tests: one round trip to the server given as its argument, and then its end. */

import { Client } from "@libmc/libmc";

await using client = new Client(Deno.args[0], {
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
});
await client.set("greeting", "hello");
console.log(await client.get("greeting"));
