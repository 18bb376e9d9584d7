/** A program for tests: a round trip to a server, with TLS if an authority is given, by a client that nobody closes. */

import { Client } from "@libmc/libmc";

const [server, caCerts] = Deno.args;
const client = new Client(server, {
  tls: caCerts === undefined ? false : { caCerts },
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
});
client.unref();
await client.set("greeting", "hello");
console.log(await client.get("greeting"));
