/** Tests of a method of the client that go the same way on memcached and on the embedded server. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "./memcached.ts";

/** What is tested, with a client and another one of the same server. */
export type CaseOnBoth = (client: Client, other: Client) => Promise<void>;

/** Registers each case twice. */
export function testOnBothServers(
  method: string,
  cases: Readonly<Record<string, CaseOnBoth>>,
  options: ClientOptions,
): void {
  for (const [name, run] of Object.entries(cases)) {
    for (const where of ["on memcached", "on the embedded server"]) {
      Deno.test(`${method}, ${where}: ${name}`, async () => {
        await using server = where === "on memcached"
          ? await startMemcached()
          : await MemcachedServer.start();
        await using client = new Client(server.address, options);
        await using other = new Client(server.address, options);
        await run(client, other);
      });
    }
  }
}
