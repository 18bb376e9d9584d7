/** A program for tests: a server and a connection to it that nobody closes, and `ref` to hold the process after all. */

import { createConnection } from "node:net";
import { MemcachedServer } from "@libmc/libmc/testing";

const server = await MemcachedServer.start();
server.unref();
const early = createConnection(server.port, "127.0.0.1");
const late = createConnection(server.port, "127.0.0.1");
for (const client of [early, late]) {
  client.write("version\r\n");
  await new Promise((resolve) => client.once("data", resolve));
  client.unref();
}
console.log(server.connections);
if (Deno.args[0] === "ref") {
  server.ref();
  const timer = setTimeout(() => {
    console.log("still running");
    server.unref();
  }, 100);
  Deno.unrefTimer(timer);
}
