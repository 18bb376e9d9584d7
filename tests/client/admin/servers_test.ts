import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  type AdminOptions,
  ClosedError,
  ConnectionError,
  type MemcachedError,
  MultiError,
  ProtocolError,
  ReplyError,
  type StatsFamilies,
  TimeoutError,
  UnsupportedError,
} from "@libmc/libmc";
import { MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";
import { ADA, startAskingMemcached } from "../../security/auth_rig.ts";
import { TlsRig } from "../../security/tls_rig.ts";
import { eventually, within } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";
import { type AdminServer, patient, SERVERS } from "./rig.ts";

type Admin = ReturnType<typeof patient>["admin"];

/** Every method that asks several servers, each with a reply that it takes. */
const CALLS: Readonly<
  Record<string, (admin: Admin, options?: AdminOptions) => Promise<string[] | Map<string, unknown>>>
> = {
  "stats": (admin, options) => admin.stats("general", options),
  "slabs.reassign": (admin, options) => admin.slabs.reassign(1, 2, options),
  "slabs.automove": (admin, options) => admin.slabs.automove(1, options),
  "lru.tune": (admin, options) => admin.lru.tune(TUNING, options),
  "lru.mode": (admin, options) => admin.lru.mode("flat", options),
  "lru.tempTtl": (admin, options) => admin.lru.tempTtl(60, options),
  "cacheMemlimit": (admin, options) => admin.cacheMemlimit(100, options),
};
const TUNING = { hotPercent: 10, warmPercent: 25, hotFactor: 0.1, warmFactor: 2 };

for (const [name, start] of Object.entries(SERVERS)) {
  Deno.test(`admin tunes ${name}`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    const { admin } = client;
    const done = [server.address];
    assertEquals(await admin.slabs.automove(0), done);
    assertEquals(await admin.slabs.automove(2), done);
    assertEquals(await admin.lru.tune(TUNING), done);
    assertEquals(await admin.lru.mode("flat"), done);
    assertEquals(await admin.lru.mode("segmented"), done);
    assertEquals(await admin.lru.tempTtl(60), done);
    assertEquals(await admin.lru.tempTtl(-1), done);
    assertEquals(await admin.cacheMemlimit(128), done);
  });

  Deno.test(`admin says why ${name} moves no page`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    for (
      const [from, to, kind] of [[1, 2, "NOSPARE"], [1, 1, "SAME"], [1, 200, "BADCLASS"]] as const
    ) {
      const { errors } = await assertRejects(
        () => client.admin.slabs.reassign(from, to),
        MultiError,
        kind,
      );
      assertInstanceOf(errors[0], ReplyError);
      assertEquals([errors[0].kind, errors[0].sent], [kind, "no"]);
    }
  });

  Deno.test(`admin.stats() reads the families of ${name}`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    await client.set("a", "x".repeat(50));
    await client.getMulti(["a", "b"]);
    const general = await first(server, "general");
    assertEquals([general.curr_items, general.get_hits, general.get_misses], [1, 1, 1]);
    assertEquals([general.version, typeof general.pid], ["1.6.18", "number"]);
    assert(general.bytes! > 100);
    const settings = await first(server, "settings");
    assertEquals([settings.cas_enabled, settings.item_size_max], [true, 1048576]);
    assertEquals([settings.domain_socket, settings.stat_key_prefix], [undefined, ":"]);
    const items = await first(server, "items");
    assertEquals([...items.values()].map(({ number }) => number), [1]);
    const slabs = await first(server, "slabs");
    assertEquals(slabs.totals.active_slabs, 1);
    const [[id, { used_chunks, chunk_size }]] = [...slabs.classes];
    assertEquals([id, used_chunks, items.has(id)], [2, 1, true]);
    assert(chunk_size! > 100);
    const conns = await first(server, "conns");
    const states = [...conns.values()].filter(({ state }) => state !== "conn_listening");
    assert(states.every(({ addr }) => addr?.startsWith("tcp:127.0.0.1:")));
  });

  Deno.test(`admin.stats() says that ${name} does not count sizes`, async () => {
    await using server = await start();
    const error = await assertRejects(() => first(server, "sizes"), MultiError, "-o track_sizes");
    assertInstanceOf(error.errors[0], UnsupportedError);
    assertEquals(error.server, server.address);
  });

  Deno.test(`admin.raw() gives what ${name} answers`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    const raw = (line: string) => client.admin.raw(server.address, line);
    assertEquals(await raw("version"), ["VERSION 1.6.18"]);
    assertEquals(await raw("verbosity 0"), ["OK"]);
    assertEquals(await raw("lru_crawler sleep 1000"), ["OK"]);
    assertEquals(await raw("stats reset"), ["RESET"]);
    assertEquals(await raw("stats detail on"), ["OK"]);
    await client.set("user:1", 1);
    await client.set("user:2", 1);
    const dump = await raw("stats detail dump");
    assertEquals([dump.length, dump[0].startsWith("PREFIX user"), dump[1]], [2, true, "END"]);
    const settings = await raw("stats settings");
    assert(settings.length > 10 && settings.every((line) => /^STAT |^END$/.test(line)));
    assertEquals(await raw("slabs automove ratio 0.7"), ["OK"]);
    await assertRejects(() => raw("unheard of"), UnsupportedError, "does not know the command");
    await assertRejects(() => raw("verbosity x"), ReplyError, "CLIENT_ERROR bad command line");
    // None of that is felt by others.
    assertEquals(client.counters().get(server.address)?.connects, 1);
  });
}

Deno.test("admin.stats('sizes') counts the items by size", async () => {
  await using server = await startMemcached({ args: ["-o", "track_sizes"] });
  await using client = patient(server.address);
  await client.setMulti({ a: "x", b: "y", c: "x".repeat(500) });
  const sizes = [...await first(server, "sizes")];
  assertEquals(sizes.map(([, count]) => count), [2, 1]);
  assert(sizes[1][0] > 500);
});

Deno.test("admin.stats('items') and more are empty where there is nothing", async () => {
  await using server = await startMemcached();
  assertEquals(await first(server, "items"), new Map());
  assertEquals((await first(server, "slabs")).classes, new Map());
});

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`admin.${name}() rejects with the failures of all servers, and with what the others gave`, async () => {
    await using good = await MemcachedServer.start();
    await using bad = await ScriptedServer.start({
      script: [["ERROR\r\n"], ["ERROR\r\n"], ["ERROR\r\n"]],
    });
    await using client = patient([
      `${good.address} good`,
      `${bad.address} bad`,
      "127.0.0.1:1 none",
    ]);
    const failures: [string, string | undefined][] = [];
    client.addEventListener("failure", ({ verb, server }) => failures.push([verb!, server]));
    const isDeclined = name === "slabs.reassign";
    const error = await assertRejects(() => call(client.admin), MultiError);
    const named = (of: readonly MemcachedError[]) =>
      of.map(({ name, server }) => `${server} ${name}`);
    const expected = ["bad UnsupportedError", "none ConnectionError"];
    if (isDeclined) expected.unshift("good ReplyError");
    assertEquals(named(error.errors), expected);
    const partial = error.partial as string[] | Map<string, unknown>;
    const answered = Array.isArray(partial) ? partial : [...partial.keys()];
    assertEquals(answered, isDeclined ? [] : ["good"]);
    await eventually("all are told", () => failures.length === expected.length);
    assertEquals(new Set(failures.map(([verb]) => verb)), new Set([`admin.${name}`]));

    // Unless it is told to be lenient.
    const soft = await call(client.admin, { strict: false });
    assertEquals(Array.isArray(soft) ? soft : [...soft.keys()], answered);
    // Only the servers that are named are asked.
    await assertRejects(
      () => call(client.admin, { servers: ["none"] }),
      MultiError,
      "Cannot connect",
    );
  });

  Deno.test(`admin.${name}() rejects a reply that is none, one that breaks off, and silence`, async () => {
    const replies: [string, new (...args: never[]) => MemcachedError][] = [
      ["HELLO\r\n", ProtocolError],
      ["STORED\r\n", ProtocolError],
      ["x".repeat(9000), ProtocolError],
      ["SERVER_ERROR out of memory\r\n", ReplyError],
      ["CLIENT_ERROR unauthenticated\r\n", ReplyError],
      ["O", ConnectionError],
      ["", ConnectionError],
    ];
    for (const [reply, type] of replies) {
      await using server = await ScriptedServer.start({ script: [[reply, { close: true }]] });
      await using client = patient(server.address);
      const error = await assertRejects(() => call(client.admin), MultiError, undefined, reply);
      assertInstanceOf(error.errors[0], type, reply);
      assertEquals(error.errors[0].server, server.address);
    }
    await using silent = await ScriptedServer.start({
      script: [[{ wait: 5000 }], ["O", { wait: 5000 }]],
    });
    await using client = patient(silent.address, { pollTimeout: 50 });
    for (let i = 0; i < 2; i++) {
      const error = await assertRejects(
        () => call(client.admin),
        MultiError,
        "for more than 50 ms",
      );
      assertInstanceOf(error.errors[0], TimeoutError);
    }
  });

  Deno.test(`admin.${name}() ends with its signal, and close() waits for it`, async () => {
    await using silent = await ScriptedServer.start({
      script: [[{ wait: 60_000 }], [{ wait: 60_000 }]],
    });
    const client = patient(silent.address, { timeout: 200, pollTimeout: 0 });
    const controller = new AbortController();
    const waiting = call(client.admin, { signal: controller.signal });
    await eventually("it waits", () => silent.connections.length === 1);
    controller.abort(new Error("enough"));
    await within("the abort", assertRejects(() => waiting, Error, "enough"));
    await within("the end", silent.connections[0].ended);
    const early = { signal: AbortSignal.abort(new Error("too early")) };
    await assertRejects(() => call(client.admin, early), Error, "too early");
    const late = assertRejects(() => call(client.admin), MultiError);
    let isOver = false;
    void late.then(() => isOver = true);
    await within("close()", client.close());
    await late;
    assert(isOver);
    await assertRejects(() => call(client.admin), ClosedError);
  });

  Deno.test(`admin.${name}() rejects options that it cannot use`, async () => {
    await using client = patient("one", { connect: () => Promise.reject(new Error("dialled")) });
    for (
      const options of [
        ...[5, "a", [], new Date()],
        ...[{ servers: "one" }, { servers: ["two"] }, { strict: 1 }, { signal: 1 }, {
          server: "a",
        }],
      ]
    ) {
      await assertRejects(() => call(client.admin, options as AdminOptions), TypeError);
    }
  });
}

Deno.test("admin rejects arguments that it cannot use, before anything is dialled", async () => {
  await using client = patient("one", { connect: () => Promise.reject(new Error("dialled")) });
  const { admin } = client;
  const wrong: [() => Promise<unknown>, new (...args: never[]) => Error, string][] = [
    [() => admin.stats("foo" as "items"), TypeError, 'one of "general"'],
    [() => admin.stats("toString" as "items"), TypeError, 'one of "general"'],
    [() => admin.slabs.reassign(-2, 1), RangeError, "from as it must be an integer from -1 to 255"],
    [() => admin.slabs.reassign(1, 256), RangeError, "to as it must be an integer from 0 to 255"],
    [() => admin.slabs.reassign(1.5, 2), RangeError, "from as it must be"],
    [
      () => admin.slabs.reassign("1" as unknown as number, 2),
      TypeError,
      "from as it must be a number",
    ],
    [() => admin.slabs.automove(3 as 2), RangeError, "level as it must be an integer from 0 to 2"],
    [() => admin.lru.mode("round" as "flat"), TypeError, 'one of "flat", "segmented"'],
    [() => admin.lru.tempTtl(-2), RangeError, "seconds as it must be"],
    [() => admin.lru.tempTtl(NaN), RangeError, "seconds as it must be"],
    [() => admin.lru.tune({ ...TUNING, hotPercent: 81 }), RangeError, "from 0 to 80"],
    [() => admin.lru.tune({ ...TUNING, hotPercent: 60 }), RangeError, "together as it must be"],
    [() => admin.lru.tune({ ...TUNING, hotFactor: 0 }), RangeError, "from 0.001 to 1000"],
    [() => admin.lru.tune({ hotPercent: 1 } as typeof TUNING), TypeError, "must be a number"],
    [() => admin.lru.tune({ ...TUNING, x: 1 } as typeof TUNING), TypeError, 'option "x"'],
    [() => admin.cacheMemlimit(7), RangeError, "from 8 to 1000000000"],
    [() => admin.cacheMemlimit(1e10), RangeError, "from 8 to 1000000000"],
    [() => admin.raw("one", "version"), TypeError, "none of that name"],
    [() => admin.raw("one:11211", "set a 0 0 1"), TypeError, "has a method"],
    [() => admin.raw("one:11211", "version\r\nflush_all"), TypeError, "must be one line"],
    [
      () => admin.raw("one:11211", 5 as unknown as string),
      TypeError,
      "line as it must be a string",
    ],
    [() => admin.raw("one:11211", "version", 5 as AdminOptions), TypeError, "not an object"],
  ];
  for (const [call, type, message] of wrong) await assertRejects(call, type, message);
});

Deno.test("admin.raw() rejects with the failure itself", async () => {
  await using server = await ScriptedServer.start({
    script: [
      ["BUSY x\r\n"],
      ["STAT a 1\r\n", { close: true }],
      [{ close: true }],
      ["STAT a 1\r\nHELLO\r\nEND\r\n"],
      [{ wait: 5000 }],
    ],
  });
  await using client = patient(server.address, { pollTimeout: 50 });
  const raw = (line: string) => client.admin.raw(server.address, line);
  const busy = await assertRejects(() => raw("lru_crawler crawl all"), ReplyError, "BUSY");
  assertEquals([busy.kind, busy.server, busy.command], ["BUSY", server.address, "lru_crawler"]);
  await assertRejects(() => raw("stats"), ConnectionError, "in the middle of a reply");
  await assertRejects(() => raw("shutdown"), ConnectionError, "the server closed it");
  assertEquals(await raw("stats"), ["STAT a 1", "HELLO", "END"]);
  await assertRejects(() => raw("mn"), TimeoutError);
});

Deno.test("admin.raw() sends the line as it is, and text as UTF-8", async () => {
  await using server = await ScriptedServer.start({
    script: [{ expect: "me  é ?\r\n", reply: ["EN\r\n"] }],
  });
  await using client = patient(server.address, { prefix: "p:" });
  assertEquals(await client.admin.raw(server.address, "me  é ?"), ["EN"]);
  assertEquals(server.mismatches, []);
});

Deno.test("a reply that trickles in is given up after the timeout of the whole call", async () => {
  const trickle = Array.from({ length: 50 }, () => ["STAT a 1\r\n", { wait: 20 }]).flat();
  await using server = await ScriptedServer.start({ script: [trickle] });
  await using client = patient(server.address, { timeout: 100 });
  const error = await assertRejects(() => client.admin.stats(), MultiError);
  assertInstanceOf(error.errors[0], TimeoutError);
});

Deno.test("a reply without an end is given up", async () => {
  const line = `STAT a ${"x".repeat(8000)}\r\n`;
  await using server = await ScriptedServer.start({
    script: [[line.repeat(9000), { wait: 60_000 }]],
  });
  await using client = patient(server.address, { timeout: 60_000 });
  const error = await assertRejects(() => client.admin.stats(), MultiError, "<= 67108864 bytes");
  assertInstanceOf(error.errors[0], ProtocolError);
});

Deno.test("a proxy that closes the connection over a command is felt by nobody else", async () => {
  await using server = await ScriptedServer.start({
    script: [[{ close: true }], { expect: "get a\r\n", reply: ["END\r\n"] }],
  });
  await using client = patient(server.address);
  await assertRejects(() => client.admin.lru.mode("flat"), MultiError, "the server closed it");
  assertEquals(await client.get("a", { strict: true }), undefined);
});

Deno.test("admin works with a password, over TLS and over a Unix socket", async () => {
  await using asking = await startAskingMemcached();
  await using local = await startMemcached({ unixSocket: true });
  await using rig = await TlsRig.start();
  const secure = await rig.memcached();
  for (
    const client of [
      patient(asking.address, { auth: ADA }),
      patient(local.address),
      ...rig.trusting().map((tls) => patient(secure.address, { tls })),
    ]
  ) {
    assertEquals(await client.admin.slabs.automove(1), [...client.counters().keys()]);
    const [{ version }] = (await client.admin.stats()).values();
    assertEquals(version, "1.6.18");
    await client.close();
  }
});

Deno.test("admin of an old daemon says what it was started without", async () => {
  await using server = await startMemcached({ args: ["-o", "no_modern"] });
  await using client = patient(server.address);
  await assertRejects(() => client.admin.lru.mode("flat"), MultiError, "-o no_lru_maintainer");
  await assertRejects(() => client.admin.slabs.reassign(1, 2), MultiError, "-o slab_reassign");
});

Deno.test("admin is made on first use, once", async () => {
  await using client = patient("one");
  assertEquals(client.admin, client.admin);
});

async function first<F extends keyof StatsFamilies>(
  server: AdminServer,
  family: F,
): Promise<StatsFamilies[F]> {
  await using client = patient(server.address);
  const [stats] = (await client.admin.stats(family)).values();
  return stats;
}
