import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Deadline } from "../../src/clock.ts";
import { ConnectionError } from "../../src/errors.ts";
import { parseAddress } from "../../src/placement/address.ts";
import { get, hit, incr, loneGet, remove, set, setMany, summaries } from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { microtasks, settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

Deno.test("Server replaces a connection that was closed while idle without a word", async () => {
  await using rig = new ClusterRig();
  const transport = await rig.connect();
  transport.end();
  await settle();
  rig.dialler.open();
  const issued = incr("a");
  await rig.submit(issued);
  await rig.reply("1\r\n");
  assertEquals(issued.outcome.summary, 1n);
});

Deno.test("Server sends what was not sent on the next connection, in order", async () => {
  await using rig = new ClusterRig();
  const transport = await rig.connect();
  rig.dialler.open();
  transport.held = true;
  const issued = [incr("a"), set("b"), incr("c", { noreply: true }), incr("d")];
  await rig.submit(...issued.slice(0, 3));
  await rig.submit(issued[3]);
  transport.failWrite();
  await settle();
  assertEquals(transport.written, "");
  assertEquals(
    rig.transport.written,
    "incr a 1\r\nset b 0 0 1\r\nv\r\nincr c 1 noreply\r\nincr d 1\r\n",
  );
  await rig.reply("1\r\nSTORED\r\n4\r\n");
  assertEquals(summaries(issued), [1n, true, undefined, 4n]);
  assertEquals(rig.server.counters.resends, 4);
});

Deno.test("Server sends what was not sent again behind an idle second connection that is lost too", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await rig.submit(get("a"));
  await rig.reply(hit("a", "1"));
  rig.transport.failWrite();
  const issued = incr("b");
  await rig.submit(issued);
  await rig.reply("1\r\n");
  assertEquals([issued.outcome.summary, rig.dialler.dials.length], [1n, 2]);
});

Deno.test("Server fails the head of a lost connection, and says that it may have been carried out", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const issued = incr("a");
  await rig.submit(issued);
  rig.transport.failRead();
  await settle();
  assertEquals(issued.outcome.summary, "ConnectionError, sent maybe");
  assertEquals([rig.dialler.dials.length, rig.server.counters.disconnects], [1, 1]);
});

Deno.test("Server asks the retrievals behind the head once more, and fails what changes things", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const head = incr("head");
  const bystanders = [get("a"), incr("b"), set("c"), remove("d"), get("e"), setMany(["f", "g"])];
  await rig.submit(head, ...bystanders);
  rig.transport.failRead();
  await settle();
  assertEquals(rig.transport.written, "get a e\r\n");
  await rig.reply("VALUE a 0 1\r\n1\r\nVALUE e 0 1\r\n5\r\nEND\r\n");
  assertEquals(summaries([head, ...bystanders.slice(0, 5)]), [
    "ConnectionError, sent maybe",
    "1",
    "ConnectionError, sent maybe",
    "ConnectionError, sent maybe",
    "ConnectionError, sent maybe",
    "5",
  ]);
  const batch = bystanders[5].outcome.value as { failed: number[]; errors: ConnectionError[] };
  assertEquals([batch.failed, batch.errors.map(({ sent }) => sent)], [[0, 1], ["maybe"]]);
  const error = bystanders[1].outcome.error;
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.server, error.command], ["one:11211", "incr"]);
});

Deno.test("Server asks a retrieval once more only once", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  rig.settings.maxRetries = 1;
  const [head, bystander] = [set("head"), get("a")];
  await rig.submit(head, bystander);
  rig.transport.failRead();
  await settle();
  assertEquals(rig.transport.written, "set head 0 0 1\r\nv\r\nget a\r\n");
  rig.transport.failRead();
  await settle();
  assertEquals(summaries([head, bystander]), [
    "ConnectionError, sent maybe",
    "ConnectionError, sent maybe",
  ]);
  assertEquals(rig.dialler.dials.length, 2);
});

Deno.test("Server forgets what the first connection had answered of a retrieval asked once more", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const [head, first, second] = [incr("head"), get("a"), get("b")];
  await rig.submit(head, first, second);
  await rig.reply("1\r\nVALUE a 0 3\r\nold\r\n");
  // The head of the lost connection: with a retry allowed it goes out again from the start.
  rig.settings.maxRetries = 1;
  rig.transport.failRead();
  await settle();
  assertEquals(rig.transport.written, "get a b\r\n");
  await rig.reply(hit("b", "new"));
  assertEquals(summaries([first, second]), [undefined, "new"]);
});

Deno.test("Server retries the head up to maxRetries times, and only where that is safe", async () => {
  const cases = [
    { make: () => get("k"), isSafe: true },
    { make: () => set("k"), isSafe: true },
    { make: () => remove("k"), isSafe: true },
    { make: () => incr("k"), isSafe: false },
  ];
  for (const { make, isSafe } of cases) {
    for (const maxRetries of [0, 1, 3]) {
      await using rig = new ClusterRig(undefined, { maxRetries });
      rig.dialler.open();
      const issued = make();
      await rig.submit(issued);
      for (let i = 0; i < 10 && !issued.outcome.settled; i++) {
        rig.transport.failRead();
        await settle();
      }
      assertEquals(issued.outcome.summary, "ConnectionError, sent maybe");
      const about = `${issued.command.name}, maxRetries ${maxRetries}`;
      assertEquals(rig.dialler.dials.length, isSafe ? 1 + maxRetries : 1, about);
    }
  }
});

Deno.test("Server retries nothing that was answered by an error", async () => {
  for (const how of ["ERROR", "garbage"]) {
    await using rig = new ClusterRig(undefined, { maxRetries: 3 });
    rig.dialler.open();
    const issued = get("k");
    await rig.submit(issued);
    await rig.reply(`${how}\r\n`);
    assert(issued.outcome.error !== undefined, how);
    assertEquals([issued.outcome.error.sent, rig.dialler.dials.length], ["maybe", 1], how);
    assertEquals(rig.server.counters.desyncs, how === "garbage" ? 1 : 0);
  }
});

Deno.test("Server says maybe of a command that was sent, however its second attempt fails", async () => {
  const endings: ((rig: ClusterRig) => Promise<void>)[] = [
    async (rig) => {
      rig.dialler.refuse();
      rig.transport.failRead();
      await settle();
    },
    async (rig) => {
      rig.dialler.answer = undefined;
      rig.transport.failRead();
      await settle();
      await rig.pass(100);
    },
    async (rig) => {
      rig.dialler.answer = undefined;
      rig.transport.failRead();
      await settle();
      void rig.server.close();
      await settle();
    },
    async (rig) => {
      rig.dialler.answer = () => new ScriptedTransport({ held: true });
      rig.transport.failRead();
      await settle();
      rig.dialler.refuse();
      rig.transport.failWrite();
      await settle();
    },
    async (rig) => {
      rig.settings.maxPending = 0;
      rig.transport.failRead();
      await settle();
    },
    async (rig) => {
      rig.transport.failRead();
      await settle();
      await rig.reply("ERROR Too many open connections\r\n");
    },
  ];
  for (const [number, ending] of endings.entries()) {
    await using rig = new ClusterRig(undefined, { maxRetries: 1 });
    rig.dialler.open();
    const [head, bystander] = [set("a"), get("b")];
    await rig.submit(head, bystander);
    await ending(rig);
    for (const { outcome } of [head, bystander]) {
      assertEquals(outcome.error?.sent, "maybe", `ending ${number}: ${outcome.summary}`);
    }
  }
});

Deno.test("Server gives up a command that waits to be sent again when its time is up", async () => {
  await using rig = new ClusterRig(undefined, { connectTimeout: 10_000 });
  const transport = await rig.connect();
  transport.held = true;
  const [late, patient, sent] = [incr("a"), incr("b"), get("c")];
  late.command.deadline = sent.command.deadline = new Deadline(rig.clock.now() + 500);
  await rig.submit(incr("head"), sent);
  transport.take(5);
  await settle();
  rig.cluster.submitTo(rig.server, late.command);
  rig.cluster.submitTo(rig.server, patient.command);
  transport.failRead();
  await settle();
  assertEquals(rig.dialler.dials.length, 2);
  await rig.pass(600);
  assertEquals(summaries([late, patient, sent]), [
    "TimeoutError, sent no",
    "open",
    "ConnectionError, sent maybe",
  ]);
  rig.dialler.last.succeed();
  await settle();
  assertEquals(rig.transport.written, "incr b 1\r\n");
});

Deno.test("Server counts no command as sent again that found no connection", async () => {
  await using rig = new ClusterRig(["one"], { maxRetries: 2 });
  const transport = await rig.connect();
  const issued = [loneGet("a"), set("b"), loneGet("c"), setMany(["d", "e"])];
  await rig.submit(...issued);
  rig.dialler.refuse();
  transport.failRead();
  await settle();
  assert(issued.every(({ outcome }) => outcome.settled));
  assertEquals(rig.server.counters.resends, 0);
});

Deno.test("Server asks once more what met a connection that was closed while it was idle, and repeats nothing else", async () => {
  for (const how of ["end", "fail", "silence", "part"]) {
    await using rig = new ClusterRig();
    rig.dialler.open();
    const first = loneGet("first");
    await rig.submit(first);
    await rig.reply("END\r\n");
    await rig.pass(2000);
    const [asked, counted] = [loneGet("asked"), incr("counted")];
    await rig.submit(asked);
    await rig.pass(5);
    await rig.submit(counted);
    await rig.pass(4);
    const { transport } = rig;
    assertEquals(transport.written.endsWith("get asked\r\nincr counted 1\r\n"), true);
    if (how === "part") await rig.reply("VALUE asked 0 1\r\n");
    if (how === "silence") await rig.pass(400);
    else if (how === "fail") transport.failRead();
    else transport.end();
    await settle();
    const isStale = how === "end" || how === "fail";
    assertEquals(rig.dialler.dials.length, isStale ? 2 : 1, how);
    if (isStale) await rig.reply(hit("asked", "v"));
    const name = how === "silence" ? "TimeoutError" : "ConnectionError";
    assertEquals(summaries([asked, counted]), [
      isStale ? "v" : `${name}, sent maybe`,
      "ConnectionError, sent maybe",
    ], how);
  }
});

Deno.test("Server sends nothing again whose time is up, though no sweep has seen that so far", async () => {
  await using rig = new ClusterRig(undefined, { maxRetries: 1 });
  rig.dialler.open();
  const issued = [loneGet("head"), loneGet("behind")];
  for (const { command } of issued) command.deadline = new Deadline(rig.clock.now() + 15);
  await rig.submit(...issued);
  await rig.pass(16);
  assertEquals(summaries(issued), ["open", "open"], "the sweeps are ten milliseconds apart");
  rig.transport.failRead();
  await settle();
  assertEquals(summaries(issued), ["ConnectionError, sent maybe", "ConnectionError, sent maybe"]);
  assertEquals([rig.dialler.dials.length, rig.server.counters.resends], [1, 0]);
});

Deno.test("Server gives up in the end with a peer that takes connections and nothing else", async () => {
  for (const how of ["write", "read", "end", "full"]) {
    await using rig = new ClusterRig(undefined, { maxRetries: 3, retryTimeout: 0 });
    rig.dialler.answer = () => {
      const transport = new ScriptedTransport();
      if (how === "write") transport.failWrite();
      if (how === "read") transport.failRead();
      if (how === "end") transport.end();
      if (how === "full") transport.feed("ERROR Too many open connections\r\n");
      // Beyond any reason: ends the test, which has failed by then.
      return rig.dialler.dials.length > 50 ? new Error("too many dials") as never : transport;
    };
    const issued = [get("a"), incr("b"), set("c"), incr("d", { noreply: true })];
    await rig.submit(...issued);
    await settle();
    for (const { outcome } of issued) assert(outcome.error !== undefined, how);
    assert(rig.dialler.dials.length <= 12, `${how}: ${rig.dialler.dials.length} dials`);
  }
});

Deno.test("Server.move() takes along what was not sent, asks retrievals anew, and fails the rest", async () => {
  await using rig = new ClusterRig();
  const transport = await rig.connect();
  rig.dialler.open();
  transport.held = true;
  const [sent, asked, gathered] = [incr("a"), get("b"), incr("c")];
  await rig.submit(sent, asked);
  transport.take(5);
  await settle();
  await rig.submit(gathered);
  rig.server.move(parseAddress("two:11211"));
  await settle();
  assertEquals(rig.dialler.hosts, ["one", "two"]);
  assertEquals(rig.transport.written, "get b\r\nincr c 1\r\n");
  await rig.reply(hit("b", "2") + "3\r\n");
  assertEquals(summaries([sent, asked, gathered]), ["ConnectionError, sent maybe", "2", 3n]);
});

Deno.test("Server.move() during a dial dials the new address, however the old dial ends", async () => {
  for (const how of ["success", "failure", "silence"]) {
    await using rig = new ClusterRig();
    rig.dialler.heedsSignal = false;
    const issued = incr("a");
    await rig.submit(issued);
    rig.server.move(parseAddress("two:11211"));
    await settle();
    if (how === "success") rig.dialler.dials[0].succeed();
    if (how === "failure") rig.dialler.dials[0].fail();
    await settle();
    assertEquals(rig.dialler.hosts, ["one", "two"], how);
    rig.dialler.last.succeed();
    await settle();
    await rig.reply("1\r\n");
    assertEquals([issued.outcome.summary, rig.server.dead], [1n, false], how);
    if (how === "success") assertEquals(rig.dialler.transports[0].closed, true);
    assertEquals(rig.changes, ["connect two:11211"]);
  }
});

Deno.test("Server.close() during a dial fails those who wait and leaves nothing open", async () => {
  for (const heedsSignal of [true, false]) {
    await using rig = new ClusterRig();
    rig.dialler.heedsSignal = heedsSignal;
    const issued = [incr("a"), get("b")];
    await rig.submit(...issued);
    await rig.server.close();
    await settle();
    assertEquals(summaries(issued), ["ClosedError, sent no", "ClosedError, sent no"]);
    assertEquals([rig.clock.timers, rig.server.dead, rig.changes], [0, false, []]);
    const late = rig.dialler.last.succeed();
    await settle();
    assertEquals([late.closed || heedsSignal, rig.server.connected], [true, false]);
  }
});

Deno.test("Server.close() at any moment around the end of a dial leaves nothing open", async () => {
  for (let count = 0, isWritten = false; !isWritten; count++) {
    assert(count < 1000, "it is never written");
    await using rig = new ClusterRig();
    const issued = incr("a");
    rig.cluster.submitTo(rig.server, issued.command);
    const transport = rig.dialler.last.succeed();
    await microtasks(count);
    isWritten = transport.written !== "";
    const closing = rig.server.close();
    await settle();
    if (!transport.closed) transport.feed("1\r\n");
    await closing;
    assertEquals(transport.closed, true, `after ${count} microtasks`);
    assert(issued.outcome.settled, `after ${count} microtasks`);
    const isAnswered = issued.outcome.value === 1n;
    assertEquals(isAnswered, transport.written !== "", `after ${count} microtasks`);
  }
});

Deno.test("Server.close() fails what comes later", async () => {
  await using rig = new ClusterRig();
  await rig.connect();
  await rig.server.close();
  const issued = incr("a");
  await rig.submit(issued);
  assertEquals(issued.outcome.summary, "ClosedError, sent no");
  assertEquals(rig.dialler.dials.length, 1);
});
