import { assert, assertEquals, assertRejects } from "@std/assert";
import { SpanStatusCode } from "@opentelemetry/api";
import { ScriptedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { attributesOf, peerOf, recorded } from "./rig.ts";
import type { Recording } from "./recording.ts";

/** What a span says of a failure. */
function failures({ spans }: Recording): unknown[] {
  return spans.filter(({ status }) => status.code === SpanStatusCode.ERROR).map((
    { attributes },
  ) => [
    attributes["db.operation.name"],
    attributes["error.type"],
    attributes["db.response.status_code"],
  ]);
}

Deno.test("otel() tells of error lines by their word", async () => {
  await using server = await startMemcached();
  await using scripted = await ScriptedServer.start({
    script: [["SERVER_ERROR out of memory storing object\r\n"], ["ERROR\r\n"]],
  });
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  await client.set("text", "x");
  assertEquals(await client.incr("text"), undefined);
  await assertRejects(() => client.incr("text", 1, { strict: true }));
  assertEquals(failures(recording), [
    ["incr", "CLIENT_ERROR", "CLIENT_ERROR"],
    ["incr", "CLIENT_ERROR", "CLIENT_ERROR"],
  ]);
  assert(recording.spans[1].status.message?.includes("non-numeric value"));
  const { client: other, recording: others } = recorded(scripted.address);
  await using _closedToo = other;
  assertEquals(await other.set("k", 1), false);
  assertEquals(await other.touch("k", 1), false);
  assertEquals(failures(others), [
    ["set", "SERVER_ERROR", "SERVER_ERROR"],
    ["touch", "ERROR", "ERROR"],
  ]);
});

Deno.test("otel() tells of servers that are down, dead or silent by the name of the error", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address, { pollTimeout: 60, deadAfter: 0 });
  await using _closed = client;
  await client.get("k");
  server.pause();
  await client.get("k");
  server.resume();
  await server.stop();
  await client.get("k");
  await client.get("k");
  assertEquals(failures(recording), [
    ["get", "TimeoutError", undefined],
    ["get", "ConnectionError", undefined],
    ["get", "ServerDeadError", undefined],
  ]);
  assertEquals(recording.spans[2].attributes, {
    ...attributesOf("get", server.port as number),
    ...peerOf(server.port as number),
    "error.type": "ConnectionError",
  });
});

Deno.test("otel() tells of a call that failed in part, of an abort, and of a loader's own error", async () => {
  await using one = await startMemcached();
  const servers = [`${one.address} one`, "127.0.0.1:1 two"];
  const { client, recording } = recorded(servers, { retryTimeout: 60_000 });
  await using _closed = client;
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
  await client.getMulti(keys);
  await assertRejects(() => client.getMulti(keys, { strict: true }));
  const controller = new AbortController();
  const key = keys.find((key) => client.getHostByKey(key) === "one") as string;
  const aborted = client.get(key, { signal: controller.signal });
  controller.abort();
  await assertRejects(() => aborted);
  await assertRejects(() =>
    client.getOrSet(key, () => {
      throw new TypeError(`No row for ${key}`);
    }, { ttl: 60 })
  );
  assertEquals(failures(recording), [
    ["getMulti", "ConnectionError", undefined],
    ["getMulti", "ServerDeadError", undefined],
    ["get", "AbortError", undefined],
    ["getOrSet", "TypeError", undefined],
  ]);
  assertEquals(recording.spans.at(-1)?.status, { code: SpanStatusCode.ERROR });
});

Deno.test("otel() shows neither keys nor values, whatever fails", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  await client.setRaw("secret-key", new TextEncoder().encode("secret-value"), { flags: 4 });
  await client.get("secret-key");
  await assertRejects(() =>
    client.getOrSetMulti(["secret-key-2"], (keys) => {
      throw new Error(`Nothing for ${keys}`);
    }, { ttl: 60 })
  );
  assertEquals(failures(recording).length, 2);
  const text = JSON.stringify(recording.spans);
  assertEquals(text.includes("secret"), false, text);
});
