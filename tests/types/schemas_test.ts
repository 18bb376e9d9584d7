/** The types that schemas give are those of what the calls give. */

import { MemcachedServer } from "@libmc/libmc/testing";
import { use } from "./schemas.ts";

Deno.test("Client takes schemas of calls and of clients as its types do", async () => {
  await using server = await MemcachedServer.start();
  await use(server.address);
});
