/** A program for tests: a round trip with TLS by a client that nobody closes. */

import { Client } from "@libmc/libmc";

const [server, caCerts] = Deno.args;
const client = new Client(server, {
  tls: { caCerts },
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
});
client.unref();
await client.set("greeting", "hello");
console.log(await client.get("greeting"));
