/** A client whose keys have types is the client, and its methods do what they do. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { misuse, type Shop, use, VALUES } from "./typed.ts";

Deno.test("Client.typed() gives the client itself, and its methods take what its types take", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  assert(client.typed<Shop>() as unknown === client);
  const space = client.namespace("space");
  assert(space.typed<{ visits: number }>() as unknown === space);
  await use(client);
  await misuse(client);
  assertEquals(VALUES.length, 7);
});
