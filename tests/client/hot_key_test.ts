/** Very many callers who want one key at once. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Client, TimeoutError } from "@libmc/libmc";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";

const CALLERS = 10_000;

Deno.test("Client.get() of one key by 10,000 callers at once asks a few times, and answers each", async () => {
  await using daemon = await startMemcached();
  await using client = new Client(daemon.address, { strict: true });
  await client.setMulti([["text", "a".repeat(1000)], ["object", { list: [1] }], ["number", 7]]);
  const counters = () => client.counters().get(daemon.address)!;

  const before = counters();
  const texts = await Promise.all(Array.from({ length: CALLERS }, () => client.get("text")));
  assertEquals(new Set(texts), new Set(["a".repeat(1000)]));
  const { commands, bytesRead, hits } = counters();
  assertEquals([commands - before.commands, hits - before.hits], [10, 10]);
  assertLess(bytesRead - before.bytesRead, 11_000);

  const calls = Array.from(
    { length: 300 },
    (_, i) => client.get(["object", "number", "none"][i % 3]),
  );
  const values = await Promise.all(calls);
  const objects = values.filter((_, i) => i % 3 === 0) as { list: number[] }[];
  objects[0].list.push(2);
  assertEquals(new Set(objects).size, 100);
  assert(objects.slice(1).every(({ list }) => list.length === 1));
  assertEquals(new Set(values.filter((_, i) => i % 3 > 0)), new Set([7, undefined]));
});

Deno.test("Client.get() of one key ends for each caller alone: by a signal, and by an error of its own", async () => {
  const transport = new ScriptedTransport();
  const client = new Client("one", {
    strict: true,
    connect: () => Promise.resolve(transport),
    timeout: 50,
    pollTimeout: 0,
  });
  const controller = new AbortController();
  const calls = [
    client.get("key"),
    client.get("key", { signal: controller.signal }),
    client.get("key", { strict: false }),
    client.get("key"),
  ];
  const aborted = assertRejects(() => calls[1], DOMException);
  controller.abort();
  await aborted;
  assertEquals(await calls[2], undefined);
  const first = await assertRejects(() => calls[0], TimeoutError);
  const last = await assertRejects(() => calls[3], TimeoutError);
  assert(first !== last);
  assertEquals(transport.written, "get key\r\n");
  transport.end();
  await client.close();
});
