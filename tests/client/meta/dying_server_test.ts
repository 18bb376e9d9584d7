/** A server that ends connections where it is asked for meta commands: as a proxy does, or as it dies; and one that is not asked in time. */

import { assertEquals, assertRejects } from "@std/assert";
import { ReplyError, UnsupportedError } from "@libmc/libmc";
import { ManualClock } from "../../support/manual_clock.ts";
import { clientOf, metaReplies, serverOf } from "./asked_servers.ts";

Deno.test("a proxy that closes at mn and lives on is taken for one for good, as one that answers an error line", async () => {
  for (const onMeta of [() => null, () => "ERROR\r\n"]) {
    for (const retryTimeout of [0, 1000]) {
      const clock = new ManualClock();
      const { client, wires } = clientOf(serverOf("1.6.38", onMeta), { clock, retryTimeout });
      await using _ = client;
      await client.get("a");
      await assertRejects(() => client.meta.get("a"), UnsupportedError);
      const asked = wires.connections.length;
      clock.advance(60_000);
      await assertRejects(() => client.meta.get("a"), UnsupportedError);
      await assertRejects(() => client.meta.set("a", 1), UnsupportedError);
      assertEquals(wires.connections.length, asked);
      assertEquals(wires.connections.filter(({ closed }) => !closed).length, 1);
      assertEquals(await client.get("a"), undefined);
    }
  }
});

for (
  const what of [
    "whose other connections end as well",
    "that lets nobody look on",
  ]
) {
  Deno.test(`a server ${what} where it is asked for meta commands may be dying: it is asked again after the retry timeout`, async () => {
    const clock = new ManualClock();
    let isDying = true;
    const server = serverOf("1.6.38", (line) => isDying ? null : metaReplies(line));
    const { client, wires } = clientOf((written, connection) => {
      const { number } = connection;
      if (isDying && written === "version\r\n" && number === 2) {
        // It looks on, and has ended before it is asked again, or says nothing at all.
        if (what.startsWith("that") || connection.sent.length > written.length) return null;
      }
      return server(written, connection);
    }, { clock, retryTimeout: 1000 });
    await using _ = client;
    await client.get("a");
    await assertRejects(() => client.meta.get("a"), UnsupportedError);
    const asked = wires.connections.length;
    clock.advance(999);
    await assertRejects(() => client.meta.get("a"), UnsupportedError);
    assertEquals(wires.connections.length, asked);
    isDying = false;
    clock.advance(1);
    assertEquals(await client.meta.get("a"), undefined);
  });
}

Deno.test("with a retryTimeout of 0 a server that could not be asked is asked by each call, and one that could once", async () => {
  let isAway = true;
  const { client, wires } = clientOf(
    serverOf(
      "1.6.18",
      (written) => isAway ? "SERVER_ERROR no server behind this\r\n" : metaReplies(written),
    ),
    { clock: new ManualClock(), retryTimeout: 0 },
  );
  await using _ = client;
  for (let i = 1; i <= 3; i++) {
    await assertRejects(() => client.meta.get("a"), ReplyError, "SERVER_ERROR");
    const { length } = wires.connections;
    await assertRejects(() => client.meta.get("a"), ReplyError, "SERVER_ERROR");
    assertEquals(wires.connections.length, length + 1);
  }
  assertEquals(await client.getOrSet("a", () => 1, { ttl: 60, strict: false }), 1);
  isAway = false;
  assertEquals(await client.meta.get("a"), undefined);
  const { length } = wires.connections;
  assertEquals((await client.meta.set("a", 1))?.status, "stored");
  assertEquals(wires.connections.length, length);
});

Deno.test("close() ends the question at whatever moment it comes", async () => {
  for (const answer of [() => undefined, () => null, metaReplies]) {
    for (let turns = 0; turns < 60; turns++) {
      const { client, wires } = clientOf(serverOf("1.6.18", answer), {
        pollTimeout: 0,
        timeout: 0,
        connectTimeout: 0,
      });
      const call = client.meta.get("a").catch(() => {});
      for (let i = 0; i < turns; i++) await undefined;
      await Promise.all([call, client.close()]);
      assertEquals(wires.connections.filter(({ closed }) => !closed), [], `after ${turns} turns`);
    }
  }
});
