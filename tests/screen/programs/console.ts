/**
 * What a program of a user's sees on its console: it makes a client of the server that it is given, and reads a key; once
 * more, if it is told so, when a line has come on its standard input.
 */

import { Client } from "@libmc/libmc";

const [server, times] = Deno.args;
// This machine may be busy with other tests.
await using client = new Client(server, { connectTimeout: 5000 });
console.log(await client.get("greeting"));
if (times === "twice") {
  await Deno.stdin.read(new Uint8Array(1));
  console.log(await client.get("greeting"));
}
