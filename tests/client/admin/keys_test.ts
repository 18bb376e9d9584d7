import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, type KeysOptions, type MemcachedError, ReplyError } from "@libmc/libmc";
import { MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";
import { eventually, within } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";
import { all, keysOf, patient, SERVERS } from "./rig.ts";

for (const [name, start] of Object.entries(SERVERS)) {
  Deno.test(`keys() lists the items of ${name} with all that is known of them`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    const now = Date.now() / 1000;
    await client.set("a%é", "x".repeat(100));
    await client.set("soon", 1, { exptime: 1000 });
    await eventually("both are listed", async () => (await keysOf(client)).length === 2);
    const items = await all(client.admin.keys());
    const [first, second] = items.toSorted((a, b) => a.exptime - b.exptime);
    assertEquals([first.key, first.exptime, first.server], ["a%é", 0, server.address]);
    assertEquals(first.cas, (await client.gets("a%é"))?.cas);
    assertEquals(first.bytes, undefined);
    assert(first.size! > 150 && first.size! < 300, String(first.size));
    assert(first.slabClass! > 1);
    assertEquals(second.key, "soon");
    assert(Math.abs(second.exptime - 1000 - now) < 60, String(second.exptime));
    for (const { lastAccess, fetched } of items) {
      assert(Math.abs(lastAccess - now) < 60, String(lastAccess));
      assertEquals(fetched, false);
    }
  });

  Deno.test(`keys() lists nothing of ${name} without items`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    assertEquals(await keysOf(client), []);
  });

  Deno.test(`keys() of a client with a prefix lists its own keys of ${name}, without it`, async () => {
    await using server = await start();
    await using plain = patient(server.address);
    await using client = patient(server.address, { prefix: "shop:" });
    await plain.setMulti({ "a": 1, "shoes": 2, "shop:": 3, "shop:?x": 4 });
    await client.setMulti({ "cart:1": 1, "cart:2": 2, "?mark": 3, "é": 4 });
    await eventually("all are listed", async () => (await keysOf(plain)).length === 8);
    const keys = await keysOf(client);
    assertEquals(keys, ["?mark", "cart:1", "cart:2", "é"]);
    assertEquals((await client.getMulti(keys)).size, 4);
    assertEquals(await keysOf(client, "cart:"), ["cart:1", "cart:2"]);
    assertEquals(await keysOf(plain, "shop:"), [
      "shop:",
      "shop:?x",
      "shop:cart:1",
      "shop:cart:2",
      "shop:é",
    ]);
  });

  Deno.test(`keys() of ${name} closes its connection when the loop ends, however it ends`, async () => {
    await using server = await start();
    await using client = patient(server.address);
    await client.setMulti(Array.from({ length: 50 }, (_, i) => [`k${i}`, i] as const));
    await eventually("all are listed", async () => (await keysOf(client)).length === 50);
    const watched = async () => {
      const [connections] = (await client.admin.stats("conns")).values();
      return [...connections.values()].filter(({ state }) => state !== "conn_listening").length;
    };
    for await (const _ of client.admin.keys()) break;
    await assertRejects(
      async () => {
        for await (const _ of client.admin.keys()) throw new Error("the loop's own");
      },
      Error,
      "the loop's own",
    );
    {
      await using keys = client.admin.keys();
      await keys.next();
    }
    const left = client.admin.keys();
    await left.next();
    assertEquals(await left.return(), { done: true, value: undefined });
    assertEquals(await left.next(), { done: true, value: undefined });
    // The client's own, and the one that asks.
    await eventually("two connections are left", async () => await watched() === 2);
  });
}

Deno.test("keys() lists several servers one after the other, or those that are named", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  await using client = patient([`${one.address} one`, `${two.address} two`]);
  for (const server of [one, two]) {
    await using single = patient(server.address);
    await single.setMulti({ a: 1, b: 2 });
  }
  const found = (await all(client.admin.keys())).map(({ server, key }) => `${server} ${key}`);
  assertEquals(found, ["one a", "one b", "two a", "two b"]);
  const named = await all(client.admin.keys({ servers: ["two", "two"] }));
  assertEquals(named.map(({ server, key }) => `${server} ${key}`), ["two a", "two b"]);
  assertEquals(await all(client.admin.keys({ servers: [] })), []);
});

Deno.test("keys() gives keys that are not UTF-8 as bytes, and as text that no client takes", async () => {
  await using server = await ScriptedServer.start({
    script: [{
      expect: "lru_crawler metadump all\r\n",
      reply: [
        "key=p%3A%FFa exp=-1 la=1 cas=1 fetch=no\nkey=p%3Ab exp=-1 la=1 cas=2 fetch=no\nEND\r\n",
      ],
    }],
  });
  await using client = patient(server.address, { prefix: "p:" });
  const [broken, sound] = await all(client.admin.keys());
  assertEquals(broken.bytes, new Uint8Array([0xff, 0x61]));
  assertEquals(sound.key, "b");
  await assertRejects(() => client.delete(broken.key), TypeError, "surrogate");
});

Deno.test("keys() reads the lists of all versions", async () => {
  const line = "key=a exp=-1 la=1 cas=1 fetch=no cls=1 size=60";
  for (
    const reply of [
      `${line}\nEND\r\n`,
      `OK\r\n${line} flags=9\nEND\r\n`,
      `OK\r\n${line} flags=9 \nEND\r\n`,
      `OK\r\n${line} flags=9 ext_page=1 ext_offset=2 \nEND\r\n`,
    ]
  ) {
    await using server = await ScriptedServer.start({ script: [[reply]] });
    await using client = patient(server.address);
    assertEquals(await keysOf(client), ["a"], reply);
  }
  await using empty = await ScriptedServer.start({ script: [["NOTSTARTED no items\r\n"]] });
  await using client = patient(empty.address);
  assertEquals(await keysOf(client), []);
});

Deno.test("keys() asks a busy server again, for as long as a call may take", async () => {
  const busy = { expect: "lru_crawler metadump all\r\n", reply: ["BUSY currently processing\r\n"] };
  const free = { ...busy, reply: ["END\r\n"] };
  await using server = await ScriptedServer.start({ script: [busy, busy, free] });
  await using client = patient(server.address);
  assertEquals(await keysOf(client), []);

  await using always = await ScriptedServer.start({ script: Array(50).fill(busy) });
  await using hasty = patient(always.address, { timeout: 100 });
  const error = await assertRejects(() => keysOf(hasty), ReplyError, "try again later");
  assertEquals([error.kind, error.server], ["BUSY", always.address]);
});

Deno.test("keys() rejects what it cannot use, before anything is dialled", () => {
  const client = patient(["one", "two"], { connect: () => Promise.reject(new Error("dialled")) });
  const wrong: [unknown, string][] = [
    [5, "not an object"],
    [null, "not an object"],
    [new AbortController().signal, "not an object"],
    [{ prefx: "a" }, 'option "prefx"'],
    [{ prefix: 5 }, "must be a string"],
    [{ servers: "one:11211" }, "must be a list of strings"],
    [{ servers: [5] }, "must be a list of strings"],
    [
      { servers: ["three"] },
      'server "three" as the client has none of that name: it has "one:11211"',
    ],
    [{ signal: {} }, "not an AbortSignal"],
    [{ strict: true }, 'option "strict"'],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => client.admin.keys(options as KeysOptions), TypeError, message);
  }
});

Deno.test("keys() ends with its signal: before it begins, while it waits, and between two items", async () => {
  await using server = await MemcachedServer.start();
  await using client = patient(server.address);
  await client.setMulti({ a: 1, b: 2 });
  const failures: string[] = [];
  client.addEventListener("failure", ({ verb }) => failures.push(`${verb}`));
  const reason = new Error("enough");

  const { accepted } = server;
  const early = client.admin.keys({ signal: AbortSignal.abort(reason) });
  await assertRejects(() => early.next(), Error, "enough");
  assertEquals(await early.next(), { done: true, value: undefined });
  assertEquals(server.accepted, accepted);

  const between = new AbortController();
  const keys = client.admin.keys({ signal: between.signal });
  assertEquals((await keys.next()).done, false);
  between.abort(reason);
  await eventually("it is closed", () => server.connections === 1);
  await assertRejects(() => keys.next(), Error, "enough");

  server.fault({ kind: "missingReply", commands: ["lru_crawler"] });
  const waiting = new AbortController();
  const silent = client.admin.keys({ signal: waiting.signal }).next();
  await eventually("it waits", () => server.connections === 2);
  waiting.abort(reason);
  await within("the abort", assertRejects(() => silent, Error, "enough"));
  await eventually("it is closed", () => server.connections === 1);
  assertEquals(failures, []);
});

Deno.test("keys() that waits ends at once when its caller leaves", async () => {
  await using server = await MemcachedServer.start();
  await using client = patient(server.address);
  server.fault({ kind: "missingReply", commands: ["lru_crawler"] });
  const keys = client.admin.keys();
  const next = keys.next();
  await eventually("it waits", () => server.connections === 1);
  const over = { done: true, value: undefined };
  assertEquals(await within("the end", keys.return()), over as IteratorResult<never, void>);
  assertEquals(await within("the end", next), over as IteratorResult<never, void>);
  await eventually("it is closed", () => server.connections === 0);
});

Deno.test("keys() rejects when the client is closed before all have come, and afterwards", async () => {
  await using server = await MemcachedServer.start();
  const client = patient(server.address);
  await client.setMulti({ a: 1, b: 2 });
  server.fault({ kind: "missingReply", commands: ["lru_crawler"], nth: 2 });
  const begun = client.admin.keys();
  await begun.next();
  const waiting = client.admin.keys().next();
  await eventually("both are open", () => server.connections === 3);
  const closed = client.close();
  await within("the end", assertRejects(() => waiting, ClosedError, "the client was closed"));
  await within("close()", closed);
  await assertRejects(() => begun.next(), ClosedError, "the client was closed");
  await assertRejects(() => client.admin.keys().next(), ClosedError, "client as it is closed");
  await eventually("all is closed", () => server.connections === 0);
});

Deno.test("keys() tells the client of a failure once, by its name", async () => {
  await using server = await ScriptedServer.start({ script: [["ERROR\r\n"]] });
  await using client = patient(server.address);
  const failures: [string | undefined, MemcachedError | undefined][] = [];
  client.addEventListener("failure", ({ verb, error }) => failures.push([verb, error]));
  const keys = client.admin.keys();
  await assertRejects(() => keys.next(), Error, "does not know the command");
  assertEquals((await keys.next()).done, true);
  await eventually("it is told", () => failures.length > 0);
  assertEquals(failures.length, 1);
  assertEquals(failures[0][0], "admin.keys");
  assertEquals(client.lastError, failures[0][1]);
  assertEquals(client.counters().get(server.address)?.failures, 1);
});

Deno.test("keys() leaves the client's own connection and counters alone", async () => {
  await using server = await MemcachedServer.start();
  await using client = patient(server.address);
  await client.set("a", 1);
  const { commands, bytesRead, connects } = client.counters().get(server.address)!;
  await keysOf(client);
  const after = client.counters().get(server.address)!;
  assertEquals([after.commands, after.bytesRead, after.connects], [commands, bytesRead, connects]);
  assertEquals(server.accepted, 2);
});

Deno.test("keys() says what memcached was started without", async () => {
  for (
    const [args, message] of [
      [["-X"], "start memcached without -X"],
      [["-o", "no_lru_crawler"], '"lru_crawler enable" by admin.raw()'],
    ] as const
  ) {
    await using server = await startMemcached({ args: [...args] });
    await using client = patient(server.address);
    await assertRejects(() => keysOf(client), Error, message);
  }
  await using server = await startMemcached({ args: ["-o", "no_lru_crawler"] });
  await using client = patient(server.address);
  await client.admin.raw(server.address, "lru_crawler enable");
  assertEquals(await keysOf(client), []);
});

Deno.test("keys() lists alike whatever the server's version", async () => {
  for (const [version, flags] of [["1.6.18", undefined], ["1.6.38", 7], ["1.6.45", 7]] as const) {
    await using server = await MemcachedServer.start({ version });
    await using client = patient(server.address);
    await client.setRaw("a", new Uint8Array(3), { flags: 7 });
    await client.getRaw("a");
    const [item, ...more] = await all(client.admin.keys());
    assertEquals([item.key, item.flags, item.fetched, more], ["a", flags, true, []], version);
  }
});
