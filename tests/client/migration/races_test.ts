/** What comes between the steps of a move: each step is held by a gate while another process changes the key. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client, type Connect, jsonCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertTtl } from "../../support/assert_ttl.ts";
import { platformConnect } from "../../support/platform_connect.ts";
import { textOf } from "../../support/wire.ts";
import { startRig } from "./rig.ts";
import { startRestartable } from "../../support/some_port.ts";

const PATIENT = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
const READ_NEW = { stage: "read_new" } as const;

Deno.test("A value that was read before a delete is not carried over after it", async () => {
  for (const end of ["delete", "set", "touched away"] as const) {
    await using rig = await startRig();
    const { after, old, plain } = rig;
    const gate = new Gate("ms key");
    await using reader = movingTo(after.address, old, gate.connect);
    const writer = rig.moving();
    await old.set("key", "v1", { exptime: 100 });
    const reading = reader.get("key");
    await gate.reached;
    if (end === "delete") assertEquals(await writer.delete("key"), true);
    else if (end === "set") assertEquals(await writer.set("key", "v2"), true);
    else assertEquals(await writer.expire("key"), true);
    gate.open();
    await reading;
    const expected = end === "set" ? "v2" : undefined;
    assertEquals([await plain.get("key"), await reader.get("key")], [expected, expected], end);
  }
});

for (
  const [name, call, expected] of [
    ["get()", (client: Client) => client.get("key"), 5],
    ["getMulti()", async (client: Client) => (await client.getMulti(["key"])).get("key"), 5],
    ["incr()", (client: Client) => client.incr("key"), 6],
  ] as const
) {
  Deno.test(`What is to be carried over is found although the new server loses its connections meanwhile, ${name}`, async () => {
    await using rig = await startRig();
    await using server = await MemcachedServer.start();
    const gate = new Gate("mg key");
    await using held = new Client(rig.before.address, { ...PATIENT, connect: gate.connect });
    await using client = movingTo(server.address, held);
    await rig.old.set("key", 5);
    const called = call(client);
    await gate.reached;
    server.disconnect();
    while (server.connections > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    gate.open();
    assertEquals(await called, expected);
    assertEquals(await client.get("key"), expected);
  });
}

Deno.test("What is carried over is not stored over an item of a new server that has begun anew", async () => {
  await using rig = await startRig();
  const first = await startRestartable();
  const gate = new Gate("mg key");
  await using held = new Client(rig.before.address, { ...PATIENT, connect: gate.connect });
  await using reader = movingTo(first.address, held);
  await rig.old.set("key", "old");
  const reading = reader.get("key");
  await gate.reached;
  // The numbers of its items begin anew as well.
  await first.stop();
  await using second = await MemcachedServer.start({ port: first.port });
  await using writer = new Client(second.address, PATIENT);
  assertEquals(await writer.set("key", "new"), true);
  gate.open();
  await reading;
  assertEquals(await writer.get("key"), "new");
});

Deno.test("A delete is confirmed by the old servers before the new ones are told", async () => {
  await using rig = await startRig();
  const { before, old } = rig;
  const gate = new Gate("delete key");
  await using held = new Client(before.address, { ...PATIENT, connect: gate.connect });
  await using writer = movingTo(rig.after.address, held);
  const reader = rig.moving();
  await old.set("key", "v1");
  const deleting = writer.delete("key");
  await gate.reached;
  assertEquals(await reader.get("key"), "v1", "it is carried over meanwhile");
  gate.open();
  assertEquals(await deleting, true);
  assertEquals([await reader.get("key"), await writer.get("key")], [undefined, undefined]);
});

Deno.test("Calls of a client that moves are carried out in the order in which they were made", async () => {
  await using rig = await startRig();
  await rig.old.set("n", 1);
  for (const stage of ["read_old", "read_new"] as const) {
    const client = rig.moving({ stage });
    const calls = [
      client.delete("key"),
      client.set("key", 1),
      client.incr("key"),
      client.get("key"),
      client.delete("key"),
      client.get("key"),
      client.add("key", 5),
      client.getMulti(["key"]),
    ];
    const expected = [true, true, 2, 2, true, undefined, true, new Map([["key", 5]])];
    assertEquals(await Promise.all<unknown>(calls), expected, stage);
  }
});

Deno.test("An item keeps the time that it has left, and one that never expires stays so", async () => {
  await using rig = await startRig();
  const { before, old, plain } = rig;
  await old.set("short", 1, { exptime: 100 });
  await old.set("for_ever", 2);
  before.advance(40);
  const client = rig.moving();
  await client.getMulti(["short", "for_ever"]);
  assertTtl((await plain.meta.get("short", { ttl: true }))?.ttl, 60);
  assertEquals((await plain.meta.get("for_ever", { ttl: true }))?.ttl, Infinity);
  before.advance(60);
  assertEquals(await old.get("short"), undefined);
});

Deno.test("What was invalidated on the old servers is not carried over as if it were fresh", async () => {
  await using rig = await startRig();
  const { old } = rig;
  await old.set("key", "v1", { exptime: 100 });
  await old.meta.delete("key", { stale: true });
  assertEquals(await rig.moving().get("key"), undefined);
});

Deno.test("Values are read by the old codec and written by the new one", async () => {
  await using rig = await startRig();
  await rig.old.set("key", [1, "two"]);
  const client = rig.moving(READ_NEW, { codec: jsonCodec });
  assertEquals(await client.get("key"), [1, "two"]);
  assertEquals(await client.get("key"), [1, "two"]);
});

Deno.test("While the old servers are down reads miss, and what must reach them fails", async () => {
  await using rig = await startRig();
  const gone = await MemcachedServer.start();
  await using lost = new Client(gone.address, { ...PATIENT, timeout: 300 });
  await gone[Symbol.asyncDispose]();
  await using client = movingTo(rig.after.address, lost);
  await rig.plain.set("there", 1);
  assertEquals([await client.get("key"), await client.get("there")], [undefined, 1]);
  assertEquals(await client.set("key", 1), false, "an outdated value may be left");
  assertEquals(await client.get("key"), 1);
  assertEquals(await client.delete("key"), false);
  assertEquals(await client.get("key"), undefined);
  assertEquals(await client.incr("there"), undefined, "nothing was done");
  assertEquals(await rig.plain.get("there"), 1);
  assertEquals(await client.setMulti({ a: 1, b: 2 }), { ok: false, failed: ["a", "b"] });
  await assertRejects(() => client.delete("key", { strict: true }), Error);
  const { migration } = client;
  assertEquals(migration !== undefined && migration.counters().owed > 0, true);
  if (migration !== undefined) migration.stage = "done";
  assertEquals([await client.incr("there"), await client.delete("key")], [2, true]);
});

Deno.test("A delete that the old servers did not confirm is made up for before they are asked again", async () => {
  await using rig = await startRig();
  const { before, old } = rig;
  const client = rig.moving();
  await old.set("key", "v1");
  before.fault({ kind: "serverError", commands: ["delete"], times: 1 });
  assertEquals(await client.delete("key"), false);
  assertEquals(await old.get("key"), "v1");
  assertEquals(await client.get("key"), undefined);
  assertEquals(await old.get("key"), undefined);
  assertEquals(client.migration?.counters().owed, 0);
});

Deno.test("Several processes count on from the number on the old servers", async () => {
  await using rig = await startRig();
  await rig.old.set("n", 100);
  const clients = Array.from({ length: 8 }, () => rig.moving());
  const counted = await Promise.all(clients.map((client) => client.incr("n")));
  const expected = Array.from({ length: 8 }, (_, i) => 101 + i);
  assertEquals(counted.toSorted((a = 0, b = 0) => a - b), expected);
  assertEquals([await rig.old.get("n"), await rig.plain.get("n")], [undefined, 108]);
});

Deno.test("Once a process does not ask the old servers, others cannot bring back what it deletes", async () => {
  await using rig = await startRig();
  const { old } = rig;
  await old.setMulti({ a: 1, b: 2 });
  const [reading, both, done] = (["read_new", "write_both", "done"] as const)
    .map((stage) => rig.moving({ stage }));
  assertEquals([await both.get("a"), await reading.get("a"), await both.get("a")], [
    undefined,
    1,
    1,
  ]);
  assertEquals(await both.delete("a"), true);
  assertEquals([await reading.get("a"), await old.get("a")], [undefined, undefined]);
  assertEquals(await done.set("b", 3), true);
  assertEquals([await both.get("b"), await both.delete("b")], [3, true]);
  assertEquals([await done.get("b"), await reading.get("b")], [undefined, undefined]);
});

Deno.test("A lock is held once, whatever stages two processes are at", async () => {
  await using rig = await startRig();
  const stages = ["read_old", "read_new", "write_both"] as const;
  for (const first of stages) {
    for (const second of stages) {
      const [a, b] = [rig.moving({ stage: first }), rig.moving({ stage: second })];
      const held = await a.lock("job", { ttl: 30 });
      assertEquals(held !== undefined, true);
      assertEquals(await b.lock("job", { ttl: 30 }), undefined);
      assertEquals(await held?.release(), true);
      const next = await b.lock("job", { ttl: 30 });
      assertEquals(await next?.release(), true, `${first} and ${second}`);
    }
  }
});

Deno.test("A lock that was carried over by a read of its key ends when it is released", async () => {
  await using rig = await startRig();
  const [behind, ahead] = [rig.moving({ stage: "read_old" }), rig.moving()];
  const held = await behind.lock("job", { ttl: 30 });
  assertEquals(typeof await ahead.get("job"), "string");
  assertEquals(await rig.plain.get("job") !== undefined, true, "it was carried over");
  assertEquals(await ahead.lock("job", { ttl: 30 }), undefined);
  assertEquals(await held?.release(), true);
  assertEquals(await rig.plain.get("job"), undefined);
  const next = await ahead.lock("job", { ttl: 30 });
  assertEquals(await held?.release(), false);
  assertEquals(await behind.lock("job", { ttl: 30 }), undefined, "it is that of another holder");
  assertEquals(await next?.release(), true);
});

Deno.test("A lock that is carried over while it is released is not there for others to wait for", async () => {
  await using rig = await startRig();
  const { after, old } = rig;
  const gate = new Gate("ms job");
  await using reader = movingTo(after.address, old, gate.connect);
  const behind = rig.moving({ stage: "read_old" });
  const held = await behind.lock("job", { ttl: 30 });
  const reading = reader.get("job");
  await gate.reached;
  assertEquals(await held?.release(), true);
  gate.open();
  await reading;
  const next = await rig.moving().lock("job", { ttl: 30 });
  assertEquals(await next?.release(), true);
});

Deno.test("Wrong use of a client that moves rejects before anything is sent", async () => {
  await using rig = await startRig();
  const client = rig.moving();
  await rig.old.set("key", 1);
  await assertRejects(() => client.delete("key", { bad: 1 } as never), TypeError);
  await assertRejects(() => client.set("key", 1, { exptime: "1" as never }), TypeError);
  await assertRejects(() => client.touch("a b", 1), Error);
  await assertRejects(() => client.getMulti(5 as never), TypeError);
  assertEquals(await rig.old.get("key"), 1);
  const aborted = AbortSignal.abort("enough");
  assertEquals(await client.get("key", { signal: aborted }).catch((reason) => reason), "enough");
  await client.close();
  await assertRejects(() => client.get("key"), Error, "closed");
});

Deno.test("A client cannot move in a way that would lose what it is told", async () => {
  await using rig = await startRig();
  const client = rig.moving();
  const { migration } = client;
  if (migration === undefined) throw new Error("It moves");
  const caught = (run: () => unknown) => {
    try {
      return run();
    } catch (error) {
      return (error as Error).name;
    }
  };
  assertEquals(caught(() => client.namespace("n")), "TypeError");
  assertEquals(caught(() => migration.percent = 101), "RangeError");
  assertEquals(caught(() => migration.stage = "new" as never), "TypeError");
  migration.stage = "done";
  assertEquals(caught(() => migration.stage = "read_new"), "TypeError");
  const { address } = rig.after;
  assertEquals(caught(() => new Client(address, { migration: READ_NEW })), "TypeError");
  const other = { servers: [], get: () => Promise.resolve(), close: () => Promise.resolve() };
  assertEquals(caught(() => new Client(address, { migrateFrom: other })), "TypeError");
});

/** A client that moves to other servers, and reads these first. */
function movingTo(servers: string, migrateFrom: Client, connect?: Connect): Client {
  const options = { ...PATIENT, migrateFrom, migration: READ_NEW };
  return new Client(servers, connect === undefined ? options : { ...options, connect });
}

/** A dialler whose connections hold back what holds a text, until the gate is opened. */
class Gate {
  readonly #text: string;
  readonly #opened = Promise.withResolvers<void>();
  readonly #reached = Promise.withResolvers<void>();

  constructor(text: string) {
    this.#text = text;
  }

  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  open(): void {
    this.#opened.resolve();
  }

  readonly connect: Connect = async (endpoint, signal) => {
    const transport = await platformConnect(endpoint, signal);
    return {
      read: (buffer) => transport.read(buffer),
      write: async (bytes) => {
        const copy = bytes.slice();
        if (textOf(copy).includes(this.#text)) {
          this.#reached.resolve();
          await this.#opened.promise;
        }
        return await transport.write(copy);
      },
      close: () => transport.close(),
    };
  };
}
