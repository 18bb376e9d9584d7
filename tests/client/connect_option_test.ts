/** The option `connect`: what a dialler of the user's is asked for, and what becomes of what it gives. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  Client,
  ClosedError,
  type Connect,
  ConnectionError,
  type Endpoint,
  MemcachedError,
  ServerDeadError,
  TimeoutError,
  type Transport,
  transportFromStreams,
} from "@libmc/libmc";
import { within } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";

Deno.test("ClientOptions.connect is given each kind of endpoint, once for any number of calls", async () => {
  const endpoints: Endpoint[] = [];
  await using client = new Client(
    ["cache1", "cache2:11212 two", "[::1]:11213", "/run/memcached.sock"],
    {
      connect(endpoint) {
        endpoints.push(endpoint);
        return Promise.reject(new Error("no way"));
      },
    },
  );
  await Promise.all([client.version(), client.version()]);
  assertEquals(endpoints, [
    { hostname: "cache1", port: 11211 },
    { hostname: "cache2", port: 11212 },
    { hostname: "::1", port: 11213 },
    { path: "/run/memcached.sock" },
  ]);
});

Deno.test("ClientOptions.connect may lead through any pair of streams", async () => {
  await using server = await startMemcached();
  const connect: Connect = async () => {
    // A tunnel: nothing but the streams is left of what was dialled.
    const { readable, writable } = await Deno.connect({ port: server.port! });
    return transportFromStreams({ readable, writable });
  };
  await using client = new Client("somewhere", { ...PATIENT, connect });
  const big = new Uint8Array(3_000_000).map((_, i) => i * 31);
  assert(await client.set("big", big));
  assertEquals(await client.get("big"), big);
  await Promise.all(Array.from({ length: 300 }, (_, i) => client.set(`k${i}`, i)));
  const keys = Array.from({ length: 300 }, (_, i) => `k${i}`);
  assertEquals(await client.getList(keys), keys.map((_, i) => i));
  await client.close();
  await assertRejects(() => client.get("big"), ClosedError);
});

Deno.test("ClientOptions.connect may fail in any way: the call fails, and the reason is its cause", async () => {
  const reason = new Error("no way");
  const diallers: Record<string, Connect> = {
    rejects: () => Promise.reject(reason),
    throws: () => {
      throw reason;
    },
  };
  for (const [about, connect] of Object.entries(diallers)) {
    await using client = new Client("cache1", { strict: true, connect });
    const error = await assertRejects(
      () => client.incr("a"),
      ConnectionError,
      "Cannot connect to cache1:11211: no way",
      about,
    );
    assertStrictEquals(error.cause, reason);
    assertEquals([error.server, error.command, error.sent], ["cache1:11211", "incr", "no"]);
    await assertRejects(() => client.incr("a"), ServerDeadError, "is dead", about);
    assertEquals(await client.get("a", { strict: false }), undefined);
  }
});

Deno.test("ClientOptions.connect is told by its signal when the time is up, and what it gives late is closed", async () => {
  const dialled = Promise.withResolvers<Transport>();
  let heard: AbortSignal | undefined;
  await using client = new Client("cache1", {
    strict: true,
    connectTimeout: 50,
    connect(_endpoint, signal) {
      heard = signal;
      return dialled.promise;
    },
  });
  const error = await assertRejects(
    () => within("get", client.get("a")),
    ConnectionError,
    "Cannot connect to cache1:11211 within 50 ms",
  );
  assertInstanceOf(error.cause, TimeoutError);
  assertEquals(heard?.aborted, true);
  const late = new ScriptedTransport();
  dialled.resolve(late);
  await settle();
  assertEquals([late.closes, late.written], [1, ""]);
});

Deno.test("ClientOptions.connect may give a transport that is at its end, or fails at once", async () => {
  const endings: Record<string, (transport: ScriptedTransport) => void> = {
    end: (transport) => transport.end(),
    "failed read": (transport) => transport.failRead(),
    "failed write": (transport) => transport.failWrite(),
    garbage: (transport) => transport.feed("what is this\r\n"),
    "unexpectedReply reply": (transport) => transport.feed("END\r\n"),
  };
  for (const [about, ending] of Object.entries(endings)) {
    for (const auth of [undefined, { username: "ada", password: "lovelace" }]) {
      const transports: ScriptedTransport[] = [];
      await using client = new Client("cache1", {
        strict: true,
        ...(auth === undefined ? {} : { auth }),
        connect() {
          const transport = new ScriptedTransport();
          transports.push(transport);
          ending(transport);
          return Promise.resolve(transport);
        },
      });
      await assertRejects(() => within(about, client.incr("a")), MemcachedError, "Cannot", about);
      await client.close();
      assertEquals(transports.map(({ closed }) => closed), transports.map(() => true), about);
      assert(transports.length <= 2, `${about}: ${transports.length} dials`);
    }
  }
});

Deno.test("ClientOptions.connect may give a transport whose methods throw", async () => {
  const faults: Partial<Transport>[] = [
    { read: broken },
    { write: broken },
    { read: broken, write: broken, close: broken },
  ];
  for (const fault of faults) {
    const transport = new ScriptedTransport();
    await using client = new Client("cache1", {
      strict: true,
      connect: () => Promise.resolve(Object.assign(transport, fault)),
    });
    await assertRejects(() => within("incr", client.incr("a")), MemcachedError, "Cannot");
  }
});

Deno.test("new Client() refuses connect together with tls", () => {
  const connect: Connect = () => Promise.reject(new Error("not dialled"));
  for (const tls of [true, { serverName: "cache.example" }]) {
    assertThrows(() => new Client("cache1", { connect, tls }), TypeError, '"tls" and "connect"');
  }
  new Client("cache1", { connect, tls: false });
});

const PATIENT = { strict: true, connectTimeout: 5000, pollTimeout: 5000 };

function broken(): never {
  throw new Error("broken");
}
