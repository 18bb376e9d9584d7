import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import type { Issued } from "../support/issued.ts";
import { get, hit, incr, loneGet, set, setMany, summaries } from "../support/issued.ts";
import { ConnectionError, type MemcachedError, ServerDeadError } from "../../src/errors.ts";
import { parseAddress } from "../../src/placement/address.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

Deno.test("Server.dial() dials once for any number of callers", async () => {
  await using rig = new ClusterRig();
  const answers: (MemcachedError | undefined)[] = [];
  for (let i = 0; i < 100; i++) rig.server.dial((error) => answers.push(error));
  await settle();
  rig.server.dial((error) => answers.push(error));
  assertEquals([rig.dialler.dials.length, answers.length], [1, 0]);
  rig.dialler.last.succeed();
  await settle();
  assertEquals(answers, Array(101).fill(undefined));
  assertEquals([rig.server.connected, rig.server.counters.connects], [true, 1]);
  assertEquals(rig.changes, ["connect one:11211"]);
});

Deno.test("Server sends the commands that waited for a dial in one write, in order", async () => {
  await using rig = new ClusterRig();
  const issued = [incr("a"), incr("b"), get("c"), get("d")];
  await rig.submit(...issued);
  rig.dialler.last.succeed();
  await settle();
  assertEquals(rig.transport.writes, ["incr a 1\r\nincr b 1\r\nget c d\r\n"]);
});

Deno.test("Server forgets who went away while it was dialled", async () => {
  await using rig = new ClusterRig();
  const [gone, stays] = [incr("a"), incr("b")];
  await rig.submit(gone, stays);
  gone.outcome.abandon();
  rig.dialler.last.succeed();
  await settle();
  assertEquals(rig.transport.written, "incr b 1\r\n");
});

Deno.test("Server names itself in the error of a failed dial, and keeps the cause", async () => {
  await using rig = new ClusterRig();
  const issued = incr("a");
  await rig.submit(issued);
  rig.dialler.last.fail("connection refused");
  await settle();
  assertEquals(issued.outcome.summary, "ConnectionError, sent no");
  const error = issued.outcome.error as ConnectionError;
  assertEquals([error.server, error.code, (error.cause as Error).message], [
    "one:11211",
    -4,
    "connection refused",
  ]);
  assertStringIncludes(error.message, "Cannot connect to one:11211");
  assertEquals(rig.server.counters.failedDials, 1);
});

Deno.test("Server fails everybody when the dial takes too long, and closes what comes late", async () => {
  await using rig = new ClusterRig();
  rig.dialler.heedsSignal = false;
  const issued = [incr("a"), get("b")];
  await rig.submit(...issued);
  await rig.pass(100);
  assertEquals(summaries(issued), ["ConnectionError, sent no", "ConnectionError, sent no"]);
  assertStringIncludes(issued[0].outcome.error?.message ?? "", "to one:11211 within 100 ms");
  const late = rig.dialler.last.succeed();
  await settle();
  assertEquals([late.closed, rig.server.connected], [true, false]);
});

Deno.test("Server takes a dialler that throws at once for one that fails", async () => {
  await using rig = new ClusterRig();
  rig.dialler.answer = () => {
    throw new TypeError("bad endpoint");
  };
  const issued = incr("a");
  await rig.submit(issued);
  assertEquals(issued.outcome.summary, "ConnectionError, sent no");
  assertEquals([rig.server.dead, rig.clock.timers], [true, 0]);
});

Deno.test("Server that is dead fails fast until its retry timeout has passed", async () => {
  await using rig = new ClusterRig();
  rig.dialler.refuse();
  await rig.submit(incr("a"));
  assertEquals(rig.changes, ["dead one:11211"]);
  for (const milliseconds of [0, 1, 4998]) {
    rig.clock.advance(milliseconds);
    const issued = incr("b");
    rig.cluster.submitTo(rig.server, issued.command);
    assertEquals(issued.outcome.summary, "ServerDeadError, sent no", "without a turn of the loop");
    const { cause, message } = issued.outcome.error!;
    assertInstanceOf(cause, ConnectionError);
    assertEquals(message, `Cannot incr as one:11211 is dead: ${cause.message}`);
    assertEquals(cause.message, "Cannot connect to one:11211: connection refused");
  }
  assertEquals(rig.dialler.dials.length, 1);
});

Deno.test("Server that is dead is probed by one caller at a time", async () => {
  await using rig = new ClusterRig();
  rig.dialler.refuse();
  await rig.submit(incr("a"));
  await rig.pass(5000);
  rig.dialler.answer = undefined;
  const issued = [incr("b"), incr("c"), incr("d")];
  await rig.submit(...issued);
  assertEquals(rig.dialler.dials.length, 2);
  assertEquals(summaries(issued), ["open", "ServerDeadError, sent no", "ServerDeadError, sent no"]);
  rig.dialler.last.fail();
  await settle();
  assertEquals(summaries(issued.slice(0, 1)), ["ConnectionError, sent no"]);
  await rig.pass(4999);
  await rig.submit(incr("e"));
  assertEquals(rig.dialler.dials.length, 2, "dead anew from the second failure on");
  assertEquals(rig.changes, ["dead one:11211"], "dead is said once");
});

Deno.test("Server is back with the first probe that succeeds", async () => {
  await using rig = new ClusterRig();
  rig.dialler.refuse();
  await rig.submit(incr("a"));
  await rig.pass(5000);
  rig.dialler.open();
  const issued = incr("b");
  await rig.submit(issued);
  await rig.reply("1\r\n");
  assertEquals([issued.outcome.summary, rig.server.dead], [1n, false]);
  assertEquals(rig.changes, ["dead one:11211", "connect one:11211", "alive one:11211"]);
});

Deno.test("Server is not dead because a connection was lost", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await rig.submit(incr("a"));
  rig.transport.failRead();
  await settle();
  assertEquals([rig.server.dead, rig.server.connected], [false, false]);
  const issued = incr("b");
  await rig.submit(issued);
  await rig.reply("1\r\n");
  assertEquals(issued.outcome.summary, 1n);
});

Deno.test("Server that is full is dead, and those who waited fail without having been sent", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const issued = [incr("a"), get("b")];
  await rig.submit(...issued);
  await rig.reply("ERROR Too many open connections\r\n");
  assertEquals(summaries(issued), ["ServerDeadError, sent no", "ServerDeadError, sent no"]);
  assert(rig.server.dead);
  assertEquals(rig.changes, ["connect one:11211", "dead one:11211", "disconnect one:11211"]);
});

Deno.test("Server looks its name up anew at each dial", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  for (const key of ["a", "b", "c"]) {
    await rig.submit(get(key));
    rig.transport.end();
    await settle();
  }
  assertEquals(rig.dialler.hosts, ["one", "one", "one"]);
  assertEquals(rig.dialler.last.endpoint, { hostname: "one", port: 11211 });
});

Deno.test("Server dials the path of a Unix socket", async () => {
  await using rig = new ClusterRig(["/tmp/memcached.sock"]);
  await rig.submit(get("a"));
  assertEquals(rig.dialler.last.endpoint, { path: "/tmp/memcached.sock" });
});

Deno.test("Server.submit() fails what is more than maxPending, unsent", async () => {
  await using rig = new ClusterRig(undefined, { maxPending: 3 });
  await rig.connect();
  const issued = [incr("a"), incr("b"), incr("c"), incr("d")];
  await rig.submit(...issued);
  assertEquals(summaries(issued), ["open", "open", "open", "ConnectionError, sent no"]);
  assertStringIncludes(issued[3].outcome.error?.message ?? "", "must be <= 3");
  await rig.reply("1\r\n");
  const next = incr("e");
  await rig.submit(next);
  assertEquals(next.outcome.summary, "open", "a reply makes room for one more");
});

Deno.test("Server.submit() counts for maxPending what is on the way on all connections", async () => {
  await using rig = new ClusterRig(undefined, { connections: 3 });
  const first = await spread(rig, 0);
  rig.settings.maxPending = 9;
  const issued = Array.from({ length: 20 }, (_, i) => loneGet(`k${i}`));
  await rig.submit(...issued);
  const open = summaries([...first, ...issued]).filter((summary) => summary === "open").length;
  assert(open > 6 && open <= 9, `${open} are on the way`);
});

Deno.test("Server.submit() counts for maxPending every 16 KiB of data as one more", async () => {
  await using rig = new ClusterRig(undefined, { maxPending: 20 });
  const transport = await rig.connect();
  const data = "x".repeat(8 * 16 * 1024);
  const issued = [set("a", data), setMany(["b", "c"], data.slice(0, data.length / 2)), get("d")];
  await rig.submit(...issued);
  await rig.submit(set("e", "small"));
  const [late, later] = [set("g", "small"), incr("h")];
  await rig.submit(late, later);
  const full = "ConnectionError, sent no";
  assertEquals(summaries([late, later]), [full, full]);
  assertStringIncludes(late.outcome.error?.message ?? "", "must be <= 20");
  transport.feed("STORED\r\n");
  await settle();
  const again = incr("i");
  await rig.submit(again);
  assertEquals(summaries([issued[0], again]), [true, "open"]);
});

Deno.test("Server.dial() lets no more than maxPending wait, and fails the others unsent", async () => {
  await using rig = new ClusterRig(undefined, { maxPending: 3 });
  const issued = [incr("a"), incr("b"), incr("c"), incr("d")];
  await rig.submit(...issued);
  assertEquals(summaries(issued), ["open", "open", "open", "ConnectionError, sent no"]);
  assertStringIncludes(issued[3].outcome.error?.message ?? "", "must be <= 3");
  rig.dialler.last.succeed();
  await settle();
  await rig.reply("1\r\n2\r\n3\r\n");
  assertEquals(summaries(issued.slice(0, 3)), [1n, 2n, 3n]);
});

Deno.test("Server grows by one connection at a time, up to `connections`, only under load", async () => {
  await using rig = new ClusterRig(undefined, { connections: 3 });
  rig.dialler.open();
  for (let i = 0; i < 5; i++) {
    await rig.submit(get("a"));
    await rig.reply("END\r\n");
  }
  assertEquals(rig.dialler.dials.length, 1, "one at a time needs one");
  for (let i = 0; i < 5; i++) await rig.submit(loneGet(`k${i}`));
  assertEquals(rig.dialler.dials.length, 3);
  await rig.submit(...Array.from({ length: 20 }, (_, i) => loneGet(`k${i}`)));
  assertEquals([rig.dialler.dials.length, rig.server.counters.connects], [3, 3]);
});

Deno.test("Server spreads commands over its connections", async () => {
  await using rig = new ClusterRig(undefined, { connections: 3 });
  const issued = await spread(rig, 30);
  const counts = rig.dialler.transports.map(({ written }) => written.split("\r\n").length - 1);
  assertEquals(counts.reduce((sum, count) => sum + count), issued.length);
  assert(Math.max(...counts) - Math.min(...counts) <= 1, `uneven: ${counts}`);
  for (const transport of rig.dialler.transports) answer(transport);
  await settle();
  assertEquals(summaries(issued), issued.map(({ command }) => (command as { key?: string }).key));
});

Deno.test("Server serves on while one more connection cannot be had", async () => {
  await using rig = new ClusterRig(undefined, { connections: 2 });
  const transport = await rig.connect();
  rig.dialler.refuse();
  const issued = [incr("a"), incr("b"), incr("c")];
  await rig.submit(...issued);
  transport.feed("1\r\n2\r\n3\r\n");
  await settle();
  assertEquals(summaries(issued), [1n, 2n, 3n]);
  assertEquals([rig.server.dead, rig.changes], [false, ["connect one:11211"]]);
  const dials = rig.dialler.dials.length;
  await rig.submit(incr("d"), incr("e"));
  assertEquals(rig.dialler.dials.length, dials, "not tried again before the retry timeout");
  transport.feed("4\r\n5\r\n");
  await rig.pass(5000);
  await rig.submit(incr("f"), incr("g"));
  assertEquals(rig.dialler.dials.length, dials + 1);
});

for (const [how, reply] of [["full", "ERROR Too many open connections\r\n"], ["silent", ""]]) {
  Deno.test(`Server that is ${how} on every connection but one is not dead, and is asked for no other before the retry timeout`, async () => {
    await using rig = new ClusterRig(undefined, { connections: 2 });
    const transport = await rig.connect();
    rig.dialler.open();
    let count = 0;
    for (let round = 1; round <= 4; round++) {
      const begun = [incr("a"), incr("b"), incr("c"), incr("d"), incr("e")];
      await rig.submit(...begun.slice(0, 2));
      assertEquals(rig.dialler.dials.length, round + 1);
      await rig.submit(...begun.slice(2));
      if (reply !== "") await rig.reply(reply);
      // Whatever the other does, this one answers.
      for (let i = 0; i < 40; i++) {
        const due = transport.written.split("incr").length - 1;
        while (count < due) transport.feed(`${++count}\r\n`);
        await rig.pass(10);
        if (i === 35) await rig.submit(incr("later"), incr("later"), incr("later"));
      }
      const failed = begun.filter(({ outcome }) => typeof outcome.summary !== "bigint");
      // What a silent one was sent may have been carried out.
      assert(failed.length <= (how === "full" ? 0 : 2), summaries(begun).join());
      assertEquals(rig.dialler.dials.length, round + 1, "not again so soon");
      await rig.pass(5000);
    }
    const heard = rig.changes.filter((change) => /dead|alive/.test(change));
    assertEquals([heard, rig.server.dead], [[], false]);
  });
}

Deno.test("Server closes the connections that it no longer needs, all but one", async () => {
  await using rig = new ClusterRig(undefined, { connections: 3 });
  await spread(rig, 6);
  for (const transport of rig.dialler.transports) answer(transport);
  await settle();
  await rig.pass(30_000);
  assertEquals(rig.dialler.transports.map(({ closed }) => closed), [false, true, true]);
  assertEquals([rig.clock.timers, rig.server.connected], [0, true]);
});

Deno.test("Server sets no timer for connections that were lost", async () => {
  await using rig = new ClusterRig(undefined, { connections: 2 });
  await spread(rig, 0);
  for (const transport of rig.dialler.transports) answer(transport);
  await settle();
  await rig.pass(20);
  assertEquals(rig.clock.timers, 1, "one of the two may be needed no longer");
  rig.dialler.transports[1].end();
  await settle();
  assertEquals(rig.clock.timers, 0);
});

Deno.test("Server.close() waits for what is on the way on every connection", async () => {
  await using rig = new ClusterRig(undefined, { connections: 3 });
  const issued = await spread(rig, 6);
  let closed = false;
  const closing = rig.server.close().then(() => closed = true);
  await settle();
  for (const transport of rig.dialler.transports) {
    assertEquals(closed, false);
    answer(transport);
    await settle();
  }
  await closing;
  assertEquals(summaries(issued), issued.map(({ command }) => (command as { key?: string }).key));
  assertEquals(rig.dialler.transports.map(({ closes }) => closes), [1, 1, 1]);
  assertEquals(rig.clock.timers <= 1, true, "at most the sweeper's timer is left");
});

Deno.test("Server.move() to another address dials there and closes what was open", async () => {
  await using rig = new ClusterRig();
  const old = await rig.connect();
  rig.server.move(parseAddress("two:11211"));
  rig.dialler.open();
  const issued = incr("a");
  await rig.submit(issued);
  assertEquals([old.closed, rig.dialler.hosts], [true, ["one", "two"]]);
  await rig.reply("1\r\n");
  assertEquals([issued.outcome.summary, rig.server.name], [1n, "two:11211"]);
});

Deno.test("Server.move() forgets that the old address was dead", async () => {
  await using rig = new ClusterRig();
  rig.dialler.refuse();
  await rig.submit(incr("a"));
  assert(rig.server.dead);
  rig.server.move(parseAddress("two:11211"));
  assertEquals(rig.server.dead, false);
});

Deno.test("Server.deadError() names the server, the command and the last dial", async () => {
  await using rig = new ClusterRig();
  rig.dialler.refuse();
  await rig.submit(incr("a"));
  const error = rig.server.deadError("get");
  assertInstanceOf(error, ServerDeadError);
  assertEquals([error.server, error.command, error.sent], ["one:11211", "get", "no"]);
  assertInstanceOf(error.cause, ConnectionError);
});

/** Makes all connections that the rig may have, and has so many gets under way on them. */
async function spread(rig: ClusterRig, count: number): Promise<Issued[]> {
  rig.dialler.answer = () => new ScriptedTransport();
  const first: Issued[] = [];
  while (rig.dialler.transports.length < rig.settings.connections) {
    const next = loneGet(`first${first.length}`);
    first.push(next);
    await rig.submit(next);
  }
  const issued = Array.from({ length: count }, (_, i) => loneGet(`k${i}`));
  await rig.submit(...issued);
  return [...first, ...issued];
}

/** Answers each get that a transport took with its own key. */
function answer(transport: ScriptedTransport): void {
  const keys = [...transport.written.matchAll(/get (\S+)\r\n/g)].map(([, key]) => key);
  transport.feed(keys.map((key) => hit(key, key)).join(""));
}
