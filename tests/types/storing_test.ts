/** What the compiler takes and refuses is taken and refused by the calls as well. */

import { assertRejects } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { DOUBTED, REFUSED, results, TAKEN } from "./storing.ts";

Deno.test("Client takes what the compiler takes, and what it only doubts", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  for (const call of [...TAKEN, ...DOUBTED]) await call(client);
  await results(client);
});

Deno.test("Client refuses with a TypeError what the compiler refuses", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  for (const call of REFUSED) await assertRejects(() => call(client), TypeError, "", `${call}`);
});
