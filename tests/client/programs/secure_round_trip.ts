/** A program for tests: one round trip with TLS to the server given as its argument, and then its end. */

import { Client } from "@libmc/libmc";

const [server, caCerts, cert, key] = Deno.args;
await using client = new Client(server, {
  tls: cert === undefined ? { caCerts } : { caCerts, cert, key },
  auth: { username: "ada", password: "lovelace1815" },
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
});
await client.set("greeting", "hello");
console.log(await client.get("greeting"));
