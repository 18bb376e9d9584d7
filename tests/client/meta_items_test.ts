/** Items that another client left behind by meta commands, which this one does not speak. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { startMemcached } from "../support/memcached.ts";
import { Wire } from "../support/wire.ts";

Deno.test("Client takes what meta commands of another client have stored as memcached shows it", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, {
    strict: true,
    connectTimeout: 5000,
    pollTimeout: 5000,
  });
  using other = await Wire.connect(server.address);

  // The base64 of a key's bytes is the same key.
  await other.send("ms w6k= 2 b\r\nhi\r\n");
  assertEquals(await other.until("\r\n"), "HD\r\n");
  assertEquals(await client.getRaw("é"), { data: new TextEncoder().encode("hi"), flags: 0 });
  assertEquals(await client.getRaw("w6k="), undefined);

  // A miss that is vivified is an item without data, until somebody stores one.
  await other.send("mg vivid N30 v\r\n");
  assertEquals(await other.until("W\r\n\r\n"), "VA 0 W\r\n\r\n");
  assertEquals(await client.getRaw("vivid"), { data: new Uint8Array(), flags: 0 });
  assertEquals(await client.add("vivid", "x"), false);
  assertEquals(await client.append("vivid", "x"), true);
  assertEquals(await client.get("vivid"), "x");
});
