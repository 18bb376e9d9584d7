import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Client,
  ConnectionError,
  type MemcachedError,
  ProtocolError,
  ReplyError,
  TimeoutError,
  UnsupportedError,
  type Watcher,
  type WatchEvent,
  type WatchKind,
  type WatchOptions,
} from "@libmc/libmc";
import { FaultProxy, MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";
import { ADA, startAskingMemcached } from "../../security/auth_rig.ts";
import { TlsRig } from "../../security/tls_rig.ts";
import { eventually, within } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";
import { patient, SERVERS } from "./rig.ts";

const EVENT = "ts=1.5 gid=1 type=slab_move src=1 dst=2\n";

for (const [name, start] of Object.entries(SERVERS)) {
  Deno.test(`watch() of ${name} tells what is stored and looked for`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    await client.set("warm", 1);
    await using events = client.admin.watch(["mutations", "fetchers"]);
    await events.ready();
    const before = Date.now();
    await client.set("é%", "abc", { exptime: 100 });
    await client.add("é%", "abcd");
    await client.get("é%");
    await client.get("none");
    const told = await take(events, 6);
    // Threads log by themselves, so the order is that of the numbers.
    const inOrder = told.toSorted((a, b) => Number(a.id - b.id));
    assertEquals(
      inOrder.map(({ type, key, status, command, ttl, size }) => {
        return [type, key, status, command, ttl, size];
      }),
      [
        ["item_get", "é%", "not_found", undefined, undefined, 0],
        ["item_store", "é%", "stored", "set", 100, 3],
        ["item_get", "é%", "found", undefined, undefined, 3],
        ["item_store", "é%", "not_stored", "add", Infinity, 4],
        ["item_get", "é%", "found", undefined, undefined, 3],
        ["item_get", "none", "not_found", undefined, undefined, 0],
      ],
    );
    for (const { server: name, time, skipped, slabClass, connection, fields } of told) {
      assertEquals([name, skipped, fields], [server.address, 0, {}]);
      assert(Math.abs(time - before) < 60_000, String(time));
      assert(slabClass !== undefined && connection !== undefined);
    }
  });

  Deno.test(`watch() of ${name} tells who comes and goes`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    await using events = client.admin.watch("connevents");
    await events.ready();
    const other = patient(server.address);
    await other.version();
    await other.close();
    const told = await take(events, 2);
    assertEquals(told.map(({ type }) => type), ["conn_new", "conn_close"]);
    assertEquals(told.map(({ address }) => address), ["127.0.0.1", "127.0.0.1"]);
    assertEquals(told.map(({ transport }) => transport), ["tcp", "tcp"]);
    assertEquals(told[0].port, told[1].port);
    assertEquals(told[1].reason, "normal");
  });

  Deno.test(`watch() of a client with a prefix tells of its own keys on ${name}`, async () => {
    await using server = await start();
    await using plain = patient(server.address);
    await using client = patient(server.address, { prefix: "shop:" });
    await using events = client.admin.watch("mutations");
    await events.ready();
    await plain.set("a", 1);
    await client.set("b", 2);
    await plain.set("shop:c", 3);
    // Each thread of the server has its own log: two connections may be told of in any order.
    assertEquals((await take(events, 2)).map(({ key }) => key).sort(), ["b", "c"]);
  });

  Deno.test(`watch() of ${name} closes its connections when the loop ends, however it ends`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    const open = async () => {
      const [connections] = (await client.admin.stats("conns")).values();
      return [...connections.values()].filter(({ state }) => state !== "conn_listening").length;
    };
    const begun = async () => {
      const events = client.admin.watch("mutations");
      await events.ready();
      await client.set("a", 1);
      return events;
    };
    for await (const _ of await begun()) break;
    await assertRejects(
      async () => {
        for await (const _ of await begun()) throw new Error("the loop's own");
      },
      Error,
      "the loop's own",
    );
    await using _gone = await begun();
    await _gone.return();
    // One that waits.
    const events = client.admin.watch("evictions");
    const next = events.next();
    await events.ready();
    await within("return()", events.return());
    assertEquals(await within("next()", next), OVER);
    assertEquals(await events.next(), OVER);
    await eventually(
      "the client's own is left, and the one that asks",
      async () => await open() === 2,
    );
  });
}

Deno.test("watch() tells of several servers, or of those that are named", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const names = [`${one.address} one`, `${two.address} two`];
  await using client = patient(names);
  await using events = client.admin.watch("mutations");
  await using named = client.admin.watch("mutations", { servers: ["two"] });
  await events.ready();
  await named.ready();
  for (const server of [one, two, one]) {
    await using single = patient(server.address);
    await single.set("a", 1);
  }
  const told = (await take(events, 3)).map(({ server }) => server);
  assertEquals(told.toSorted(), ["one", "one", "two"]);
  assertEquals((await take(named, 1)).map(({ server }) => server), ["two"]);
});

Deno.test("watch() tells of a server that has much to say and of one that is silent", async () => {
  await using busy = await ScriptedServer.start({
    script: [["OK\r\n" + EVENT.repeat(20_000), { wait: 60_000 }]],
  });
  await using quiet = await ScriptedServer.start({ script: [["OK\r\n", { wait: 60_000 }]] });
  await using client = patient([`${busy.address} busy`, `${quiet.address} quiet`]);
  await using events = client.admin.watch("sysevents");
  assertEquals((await take(events, 20_000)).length, 20_000);
});

Deno.test("watch() asks for the kinds, once each connection is ready", async () => {
  await using server = await ScriptedServer.start({
    script: [{ expect: "watch evictions sysevents\r\n", reply: ["OK\r\n", EVENT] }],
  });
  await using client = patient(server.address);
  await using events = client.admin.watch(["evictions", "sysevents"]);
  const [{ type, time, fields }] = await take(events, 1);
  assertEquals({ type, time, fields }, {
    type: "slab_move",
    time: 1000.005,
    fields: { src: "1", dst: "2" },
  });
  assertEquals(server.mismatches, []);
});

Deno.test("watch() tells how many events a server has skipped, with the event behind them", async () => {
  const mine = "ts=1.5 gid=2 type=item_get key=p%3Aa\n";
  const others = "ts=1.5 gid=1 type=item_get key=a\n";
  await using server = await ScriptedServer.start({
    script: [[`OK\r\n${mine}skipped=7\n${others}skipped=2\n${mine}${mine}`]],
  });
  await using client = patient(server.address, { prefix: "p:" });
  await using events = client.admin.watch("fetchers");
  assertEquals((await take(events, 3)).map(({ skipped }) => skipped), [0, 9, 0]);
});

Deno.test("watch() reads nothing while its caller is busy: memcached skips, and the client hears how much", async () => {
  await using server = await startMemcached();
  await using client = patient(server.address);
  await using events = client.admin.watch("fetchers");
  await events.ready();
  await client.get("first");
  assertEquals((await take(events, 1))[0].key, "first");
  // More than all buffers on the way have room for.
  const keys = Array.from({ length: 20_000 }, (_, i) => `${"k".repeat(200)}${i}`);
  const dropped = async () => {
    const [stats] = (await client.admin.stats()).values();
    return stats.log_watcher_skipped ?? 0;
  };
  await eventually("events are skipped", async () => {
    await client.getMulti(keys, { strict: true });
    return await dropped() > 0;
  }, 60_000);
  let skipped = 0;
  while (skipped === 0) {
    await client.get("more");
    for (const event of await take(events, 1)) skipped += event.skipped;
  }
  assert(skipped > 0);
});

Deno.test("watch() rejects when a server goes away, and closes the connections to all others", async () => {
  await using stays = await MemcachedServer.start();
  await using goes = await startMemcached();
  await using client = patient([`${stays.address} stays`, `${goes.address} goes`]);
  const failures: MemcachedError[] = [];
  client.addEventListener("failure", ({ error }) => failures.push(error as MemcachedError));
  const events = client.admin.watch("connevents");
  await events.ready();
  const next = events.next();
  goes.kill("SIGKILL");
  const error = await within("the end", assertRejects(() => next, ConnectionError));
  assertEquals([error.server, error.command], ["goes", "watch"]);
  assertEquals(await events.next(), OVER);
  await eventually("all are closed", () => stays.connections === 0);
  assertEquals(failures, [error]);
});

Deno.test("watch() rejects when the network is cut, and when it brings something else", async () => {
  await using server = await MemcachedServer.start();
  await using proxy = await FaultProxy.start({ target: server.address });
  await using client = patient(proxy.address);
  const events = client.admin.watch("mutations");
  await events.ready();
  await proxy.set({ reset: "reply" });
  await using other = patient(server.address);
  const next = events.next();
  await other.set("a", 1);
  await assertRejects(() => next, ConnectionError);
  for (const line of ["HELLO\r\n", "STAT a 1\r\n", "\0\n", "x".repeat(9000)]) {
    await using broken = await ScriptedServer.start({ script: [[`OK\r\n${EVENT}${line}`]] });
    await using client = patient(broken.address);
    const events = client.admin.watch("sysevents");
    assertEquals((await events.next()).done, false);
    const error = await assertRejects(() => events.next(), ProtocolError);
    assertEquals(error.server, broken.address);
  }
});

Deno.test("watch() says what a server cannot do, and that it has too many watchers", async () => {
  await using without = await startMemcached({ args: ["-W"] });
  await using one = patient(without.address);
  const unable = one.admin.watch("fetchers");
  await assertRejects(() => unable.ready(), UnsupportedError, "start memcached without -W");
  assertEquals(await unable.next(), OVER);

  await using old = await startMemcached();
  await using two = patient(old.address);
  await assertRejects(() => two.admin.watch("deletions").next(), UnsupportedError);
  const watchers: Watcher[] = [];
  const error = await assertRejects(
    async () => {
      for (let i = 0; i < 30; i++) {
        watchers.push(two.admin.watch("evictions"));
        await watchers[i].ready();
      }
    },
    ReplyError,
    "takes 20 watchers",
  );
  assertEquals(error.kind, "WATCHER_TOO_MANY");
  for (const watcher of watchers) await watcher.return();

  await using silent = await ScriptedServer.start({ script: [[{ wait: 5000 }]] });
  await using three = patient(silent.address, { pollTimeout: 50 });
  await assertRejects(() => three.admin.watch("evictions").ready(), TimeoutError);
});

Deno.test("watch() waits for events without a limit", async () => {
  await using server = await MemcachedServer.start();
  await using client = patient(server.address, { pollTimeout: 20, timeout: 20 });
  await using events = client.admin.watch("mutations");
  await events.ready();
  const next = events.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await using other = patient(server.address);
  await other.set("a", 1);
  assertEquals((await next).done, false);
});

Deno.test("watch() ends with its signal, and the events of a closed client are over", async () => {
  await using server = await MemcachedServer.start();
  const client = patient(server.address);
  const controller = new AbortController();
  const aborted = client.admin.watch("mutations", { signal: controller.signal });
  const closed = client.admin.watch("mutations");
  await aborted.ready();
  await closed.ready();
  const waiting = [aborted.next(), closed.next()];
  controller.abort(new Error("enough"));
  await within("the abort", assertRejects(() => waiting[0], Error, "enough"));
  await within("close()", client.close());
  assertEquals(await within("the end", waiting[1]), OVER);
  assertEquals(await closed.next(), OVER);
  assertEquals(await aborted.next(), OVER);
  await assertRejects(() => client.admin.watch("mutations").ready(), Error, "was closed");
  assertEquals(client.lastError, undefined);
  await eventually("all is closed", () => server.connections === 0);
});

Deno.test("watch() that nobody asks for events dials nothing", async () => {
  await using server = await MemcachedServer.start();
  await using client = patient(server.address);
  await client.admin.watch("mutations").return();
  client.admin.watch("mutations");
  assertEquals(server.accepted, 0);
});

Deno.test("watch() works with a password and over TLS", async () => {
  await using asking = await startAskingMemcached();
  await using rig = await TlsRig.start();
  const secure = await rig.memcached();
  for (
    const client of [
      patient(asking.address, { auth: ADA }),
      ...rig.trusting().map((tls) => patient(secure.address, { tls })),
    ]
  ) {
    await using events = client.admin.watch("mutations");
    await events.ready();
    await client.set("a", 1, { strict: true });
    assertEquals((await take(events, 1))[0].key, "a");
    await client.close();
  }
});

Deno.test("watch() rejects what it cannot use, before anything is dialled", async () => {
  await using client = patient("one");
  const wrong: [unknown, unknown, string][] = [
    ["everything", undefined, 'one of "fetchers"'],
    ["rawcmds", undefined, 'one of "fetchers"'],
    [["evictions", 5], undefined, 'one of "fetchers"'],
    [undefined, undefined, 'one of "fetchers"'],
    ["evictions", 5, "not an object"],
    ["evictions", { servers: ["two"] }, "none of that name"],
    ["evictions", { signal: 5 }, "not an AbortSignal"],
    ["evictions", { prefix: "a" }, 'option "prefix"'],
  ];
  for (const [kinds, options, message] of wrong) {
    assertThrows(
      () => client.admin.watch(kinds as WatchKind, options as WatchOptions),
      TypeError,
      message,
    );
  }
  assertThrows(() => client.admin.watch([]), RangeError, "without a kind");
});

Deno.test("an event is handed to one of several callers that wait, in their order", async () => {
  await using server = await MemcachedServer.start();
  await using client = patient(server.address);
  await using events = client.admin.watch("mutations");
  const waiting = [events.next(), events.next()];
  await events.ready();
  await storeAll(client, ["a", "b"]);
  const told = (await Promise.all(waiting)).map(({ value }) => (value as WatchEvent).key);
  assertEquals(told, ["a", "b"]);
});

const OVER: IteratorResult<WatchEvent, void> = { done: true, value: undefined };

async function take(events: Watcher, count: number): Promise<WatchEvent[]> {
  const taken: WatchEvent[] = [];
  while (taken.length < count) {
    const { done, value } = await within("an event", events.next(), 10_000);
    if (done) throw new Error("The events are over");
    taken.push(value);
  }
  return taken;
}

async function storeAll(client: Client, keys: readonly string[]): Promise<void> {
  for (const key of keys) await client.set(key, 1);
}

Deno.test("watch() tells what is deleted, of servers that know how", async () => {
  await using server = await MemcachedServer.start({ version: "1.6.38" });
  await using client = patient(server.address);
  await client.set("a", "xyz");
  await using events = client.admin.watch("deletions");
  await events.ready();
  await client.deleteMulti(["a", "b"]);
  const [{ type, key, command, size }] = await take(events, 1);
  assertEquals({ type, key, command, size }, {
    type: "deleted",
    key: "a",
    command: "delete",
    size: 3,
  });
});
