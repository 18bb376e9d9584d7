/** A client of a proxy that refuses a line for many keys and closes the connection a moment later, as twemproxy does. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";

const KEYS: readonly string[] = Array.from({ length: 60 }, (_, i) => `key${i}`);

for (
  const [what, read] of [
    ["getMulti()", async (client: Client) => (await client.getMulti<string>(KEYS)).size],
    ["merged gets", async (client: Client) => {
      const values = await Promise.all(KEYS.map((key) => client.get<string>(key)));
      return values.filter((value) => value !== undefined).length;
    }],
  ] as const
) {
  for (
    const [next, call] of [
      ["get", async (client: Client) => await client.get("key1") === "key1"],
      ["set", (client: Client) => client.set("key1", "key1")],
      ["touch", (client: Client) => client.touch("key1", 0)],
      ["incr", async (client: Client) => await client.incr("count", 0) === 7],
    ] as const
  ) {
    Deno.test(`Client loses neither ${what} nor the ${next} behind it when a proxy refuses the line and closes`, async () => {
      await using server = await MemcachedServer.start();
      await using client = new Client(server.address, { pollTimeout: 5000, connectTimeout: 5000 });
      await client.setMulti(KEYS.map((key) => [key, key]));
      await client.set("count", 7);
      for (let round = 0; round < 20; round++) {
        const fault = server.fault({
          kind: "serverError",
          commands: ["get"],
          message: "Connection refused",
          times: 1,
          closeAfterMs: 1,
        });
        assertEquals(await read(client), KEYS.length, `round ${round}`);
        assertEquals(await call(client), true, `round ${round}`);
        fault.remove();
      }
    });
  }
}
