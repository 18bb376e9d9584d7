/** A program for tests: one soft `get` from the server given as its argument, and then its end. */

import { Client } from "@libmc/libmc";

await using client = new Client(Deno.args[0], { connectTimeout: 5000, pollTimeout: 5000 });
console.log(await client.get("greeting"));
