/** A server that leaves out the cas it was asked for: old proxies, or a reply that belongs to another command. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Client, ProtocolError } from "@libmc/libmc";
import { ScriptedServer } from "@libmc/libmc/testing";
import { within } from "../support/eventually.ts";
import { KEY, VERBS } from "../support/verbs.ts";

const ASKING = VERBS.filter(({ gives }) => gives === "casValue" || gives === "casMap");

for (const [what, item] of [["a value", `${KEY} 0 1\r\n1`], ["a manifest", `${KEY} 4096 1\r\n1`]]) {
  Deno.test(`Client takes ${what} without a cas for no answer to what asks for one`, async () => {
    assertEquals(ASKING.map(({ name }) => name), ["gets", "gats", "getsMulti"]);
    for (const { name, call, fallback } of ASKING) {
      await using server = await ScriptedServer.start({
        script: [[`VALUE ${item}\r\nEND\r\n`], [`VALUE ${item}\r\nEND\r\n`]],
      });
      await using client = new Client(server.address);
      const error = await within(name, assertRejects(() => call(client, { strict: true })));
      const reason = (error as { errors?: Error[] }).errors?.[0] ?? error;
      assertEquals(reason instanceof ProtocolError, true, name);
      assertStringIncludes((reason as Error).message, `item "${KEY}" as it has no cas`);
      assertEquals(client.counters().get(server.address)?.desyncs, 1, name);
      await within("the end", server.connections[0].ended);
      assertEquals(await within(name, call(client, { strict: false })), fallback, name);
    }
  });
}
