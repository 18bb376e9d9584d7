/** A program for tests: one round trip with TLS to the server given as its argument, and then its end. */

import { Client } from "@libmc/libmc";

const [server, caCerts, cert, key] = Deno.args;
// Without an authority, what the program itself trusts is trusted.
const trust = caCerts === "" ? {} : { caCerts };
await using client = new Client(server, {
  tls: cert !== undefined ? { ...trust, cert, key } : caCerts === "" ? true : trust,
  auth: { username: "ada", password: "lovelace1815" },
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
});
await client.set("greeting", "hello");
console.log(await client.get("greeting"));
