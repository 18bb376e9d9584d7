import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { type Client, ClosedError, ReplyError, type ServerEvent } from "@libmc/libmc";
import type { ConformanceCase } from "./case.ts";
import { VERBS } from "../../support/verbs.ts";

/** quit, close, events, counters, lastError. */
export const CLOSE_AND_EVENT_CASES: readonly ConformanceCase[] = [
  {
    name: "Client connects at the first call, and once for all calls to a server",
    async run(servers) {
      await using client = servers.client();
      assertEquals(sum(client, "connects"), 0);
      const keys = Array.from({ length: 200 }, (_, i) => `key${i}`);
      await Promise.all(keys.map((key) => client.set(key, key)));
      for (const { connects } of client.counters().values()) assertEquals(connects, 1);
    },
  },
  {
    name: "Client.quit() lets calls finish, closes, and the next call connects anew",
    async run(servers) {
      await using client = servers.client();
      const events = record(client);
      await client.version();
      const calls = Promise.all([client.set("a", 1), client.incr("a"), client.get("a")]);
      await client.quit();
      assertEquals(await calls, [true, 2, 2]);
      assertEquals(sum(client, "disconnects"), servers.addresses.length);
      await client.quit();
      assertEquals(await client.get("a"), 2);
      assertEquals(sum(client, "connects"), servers.addresses.length + 1);
      assertEquals(events.filter(({ type }) => type === "failure"), []);
    },
  },
  {
    name: "Client.close() lets calls finish, and every later one rejects with a ClosedError",
    async run(servers) {
      const client = servers.client({ allowFlushAll: true });
      await client.version();
      const calls = Promise.all([client.set("a", 1), client.getMulti(["a"]), client.incr("a")]);
      const closing = client.close();
      const early = assertRejects(() => client.get("a"), ClosedError);
      await Promise.all([closing, client.close(), early]);
      assertEquals(await calls, [true, new Map([["a", 1]]), 2]);
      for (const { name, call } of VERBS) {
        for (const strict of [true, false]) {
          await assertRejects(() => call(client, { strict }), ClosedError, "closed", name);
        }
      }
      await client.close();
      await client.quit();
      assertEquals(sum(client, "connects"), sum(client, "disconnects"));
    },
  },
  {
    name: "Client is closed at the end of its scope",
    async run(servers) {
      let outside: Client;
      {
        await using client = servers.client();
        outside = client;
        assert(await client.set("a", 1));
      }
      await assertRejects(() => outside.get("a"), ClosedError);
      assertEquals(sum(outside, "disconnects"), 1);
    },
  },
  {
    name: "Client fires connect and disconnect with the name of the server",
    async run(servers) {
      const client = servers.client();
      const events = record(client);
      await client.version();
      const names = servers.addresses.toSorted();
      assertEquals(events.map(({ type }) => type), names.map(() => "connect"));
      assertEquals(events.map(({ server }) => server).toSorted(), names);
      events.length = 0;
      await client.close();
      assertEquals(events.map(({ type }) => type), names.map(() => "disconnect"));
      assertEquals(events.map(({ server }) => server).toSorted(), names);
      assertEquals(events.map(({ error }) => error), names.map(() => undefined));
    },
  },
  {
    name: "Client fires failure with server and error, soft and strict, and keeps it as lastError",
    async run(servers) {
      await using client = servers.client();
      const events = record(client);
      await client.set("text", "abc");
      assertEquals(client.lastError, undefined);
      await client.incr("text", 1, { strict: false });
      const rejected = await assertRejects(() => client.incr("text"), ReplyError);
      const failures = events.filter(({ type }) => type === "failure");
      assertEquals(failures.length, 2);
      const host = client.getHostByKey("text");
      for (const { server, error } of failures) {
        assertEquals(server, host);
        assertInstanceOf(error, ReplyError);
      }
      assert(failures[1].error === rejected && client.lastError === rejected);
      assertEquals([rejected.code, rejected.strerror], [-3, "programming_error"]);
      assertEquals(client.counters().get(host)?.failures, 2);
      await client.get("text");
      assert(client.lastError === rejected);
    },
  },
  {
    name: "Client.removeEventListener() stops a listener",
    async run(servers) {
      await using client = servers.client();
      let heard = 0;
      const listener = () => heard++;
      client.addEventListener("connect", listener);
      await client.get("a");
      client.removeEventListener("connect", listener);
      await client.quit();
      await client.get("a");
      assertEquals(heard, 1);
    },
  },
  {
    name: "Client.counters() counts hits, misses, bytes and commands of each server, in a copy",
    async run(servers) {
      await using client = servers.client();
      await client.set("a", "12345");
      const host = client.getHostByKey("a");
      const before = client.counters().get(host)!;
      await client.get("a");
      await client.gets("a");
      await client.getMulti(["a", "a"]);
      const after = client.counters().get(host)!;
      assertEquals(after.hits - before.hits, 4);
      assertEquals(after.commands - before.commands, 3);
      assertEquals(after.writes - before.writes, 3);
      assertEquals(
        after.bytesWritten - before.bytesWritten,
        "get a\r\ngets a\r\nget a a\r\n".length,
      );
      assert(after.bytesRead - before.bytesRead > 4 * "VALUE a 0 5\r\n12345\r\n".length);
      const keys = Array.from({ length: 20 }, (_, i) => `none${i}`);
      await client.getMulti(keys);
      await client.get("none");
      assertEquals(sum(client, "misses"), 21);
      assertEquals([before.hits, before.misses], [0, 0]);
    },
  },
];

function record(client: Client): ServerEvent[] {
  const events: ServerEvent[] = [];
  for (const name of ["connect", "disconnect", "failure", "dead", "alive"] as const) {
    client.addEventListener(name, (event) => events.push(event));
  }
  return events;
}

function sum(client: Client, name: "connects" | "disconnects" | "misses"): number {
  return Array.from(client.counters().values(), (counters) => counters[name])
    .reduce((total, count) => total + count);
}
