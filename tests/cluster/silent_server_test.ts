import { assertEquals, assertInstanceOf } from "@std/assert";
import { ServerDeadError, TimeoutError } from "../../src/errors.ts";
import { parseAddress } from "../../src/placement/address.ts";
import { get, hit, incr, loneGet, remove, set, summaries } from "../support/issued.ts";
import { settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

/** A bit more than the poll timeout. */
const SILENCE = 320;
const TIMED_OUT = "TimeoutError, sent maybe";
const DEAD = "ServerDeadError, sent no";

Deno.test("Server is dead after three silences in a row, and then fails calls at once", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await beSilent(rig, 2);
  assertEquals([rig.server.dead, heard(rig)], [false, []]);
  await beSilent(rig, 1);
  assertEquals([rig.server.dead, heard(rig)], [true, ["dead one:11211"]]);
  const issued = [incr("a"), get("b")];
  await rig.submit(...issued);
  assertEquals(summaries(issued), [DEAD, DEAD]);
  assertEquals(rig.dialler.dials.length, 3);
  const error = rig.server.deadError("get");
  assertInstanceOf(error, ServerDeadError);
  assertInstanceOf(error.cause, TimeoutError);
});

Deno.test("Server is dead after as many silences as deadAfter says now, and never with 0", async () => {
  for (const deadAfter of [1, 2, 5, 0]) {
    await using rig = new ClusterRig();
    rig.dialler.open();
    rig.settings.deadAfter = deadAfter;
    await beSilent(rig, deadAfter === 0 ? 20 : deadAfter - 1);
    assertEquals(rig.server.dead, false, `${deadAfter}`);
    if (deadAfter > 0) await beSilent(rig, 1);
    assertEquals(rig.server.dead, deadAfter > 0, `${deadAfter}`);
  }
});

Deno.test("Server that says anything between its silences is not dead", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  for (let round = 0; round < 10; round++) {
    await beSilent(rig, 2);
    await rig.submit(incr("a"), incr("b"));
    await rig.reply("1\r\n");
    await rig.pass(SILENCE);
    assertEquals(rig.server.dead, false, `round ${round}`);
    await rig.submit(incr("c"));
    await rig.reply("1\r\n");
  }
  assertEquals(heard(rig), []);
});

Deno.test("Server that is silent on several connections at the same time was silent once", async () => {
  await using rig = new ClusterRig(undefined, { connections: 4 });
  rig.dialler.open();
  for (let i = 0; i < 8; i++) await rig.submit(incr(`k${i}`));
  await rig.pass(SILENCE);
  assertEquals(rig.dialler.transports.map(({ closed }) => closed), [true, true, true, true]);
  await beSilent(rig, 1);
  assertEquals(rig.server.dead, false);
  await beSilent(rig, 1);
  assertEquals(rig.server.dead, true);
});

Deno.test("Server that answers on one of its connections is not dead", async () => {
  await using rig = new ClusterRig(undefined, { connections: 2 });
  const transport = await rig.connect();
  rig.dialler.open();
  let count = 0;
  for (let i = 0; i < 400; i++) {
    await rig.submit(incr("a"));
    const due = transport.written.split("incr").length - 1;
    while (count < due) transport.feed(`${++count}\r\n`);
    await rig.pass(10);
  }
  assertEquals([rig.server.dead, heard(rig)], [false, []]);
});

Deno.test("Server that is dead from silence is asked for its version after the retry timeout, and others see it dead meanwhile", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await beSilent(rig, 3);
  await rig.pass(4900);
  assertEquals(rig.server.dead, true);
  await rig.pass(100);
  const first = incr("a");
  await rig.submit(first);
  assertEquals([rig.transport.written, rig.server.dead], ["version\r\n", true]);
  const others = [incr("b"), get("c")];
  await rig.submit(...others);
  assertEquals(summaries([first, ...others]), ["open", DEAD, DEAD]);
  await rig.reply("VERSION 1.6.18\r\n");
  assertEquals(rig.transport.written, "version\r\nincr a 1\r\n");
  await rig.reply("1\r\n");
  assertEquals([first.outcome.summary, rig.server.dead], [1n, false]);
  assertEquals(heard(rig), ["dead one:11211", "alive one:11211"]);
});

Deno.test("Server that is still silent after the retry timeout stays dead, for another one", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await beSilent(rig, 3);
  for (let round = 1; round <= 3; round++) {
    await rig.pass(5000);
    const issued = incr("a");
    await rig.submit(issued);
    await rig.pass(SILENCE);
    assertEquals(issued.outcome.summary, "ConnectionError, sent no");
    assertEquals([rig.server.dead, rig.transport.closed], [true, true]);
    assertEquals(rig.dialler.dials.length, 3 + round);
  }
  assertEquals(heard(rig), ["dead one:11211"]);
  assertEquals(rig.server.counters.failedDials, 3);
});

Deno.test("Servers that are dead from one moment on are tried again at moments of their own, and no later than the retry timeout", async () => {
  await using rig = new ClusterRig(["one:11211", "two:11211"]);
  const [one, two] = rig.cluster.servers;
  for (const [server, chance] of [[one, 0.9], [two, 0.1]] as const) {
    rig.chance = chance;
    server.dial(() => {});
    rig.dialler.last.fail();
    await settle();
  }
  const dead = () => [one.dead, two.dead];
  await rig.pass(4099);
  assertEquals(dead(), [true, true]);
  await rig.pass(1);
  assertEquals(dead(), [false, true]);
  await rig.pass(799);
  assertEquals(dead(), [false, true]);
  await rig.pass(1);
  assertEquals(dead(), [false, false]);
});

for (
  const [how, answer] of [
    ["answers an error line", "SERVER_ERROR no backend\r\n"],
    ["wants authentication", "CLIENT_ERROR unauthenticated\r\n"],
  ]
) {
  Deno.test(`Server that is dead from silence and ${how} is alive`, async () => {
    await using rig = new ClusterRig();
    rig.dialler.open();
    await beSilent(rig, 3);
    await rig.pass(5000);
    const issued = incr("a");
    await rig.submit(issued);
    await rig.reply(answer);
    // Some servers close the connection behind an error line: it is looked at first.
    for (let look = 1; look <= 2; look++) await rig.pass(2);
    await rig.reply("1\r\n");
    assertEquals([issued.outcome.summary, rig.server.dead], [1n, false]);
  });
}

Deno.test("Server that closes the connection when asked for its version is alive with the next dial", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await beSilent(rig, 3);
  await rig.pass(5000);
  await rig.submit(incr("a"));
  rig.transport.end();
  await settle();
  assertEquals(rig.server.dead, true);
  await rig.pass(5000);
  const issued = incr("a");
  await rig.submit(issued);
  assertEquals(rig.transport.written, "incr a 1\r\n");
  await rig.reply("1\r\n");
  assertEquals([issued.outcome.summary, rig.server.dead], [1n, false]);
});

Deno.test("Server that moves is not dead from the silence of its old address", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await beSilent(rig, 3);
  rig.server.move(parseAddress("two:11211"));
  assertEquals(rig.server.dead, false);
  const issued = incr("a");
  await rig.submit(issued);
  assertEquals(rig.transport.written, "incr a 1\r\n");
  await rig.reply("1\r\n");
  await beSilent(rig, 2);
  assertEquals(rig.server.dead, false);
});

Deno.test("Server whose connections are drained is not dead from their silence", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  await beSilent(rig, 2);
  const last = incr("a");
  await rig.submit(last);
  rig.server.relocate(parseAddress("two:11211"));
  await rig.pass(SILENCE);
  assertEquals([last.outcome.summary, rig.server.dead], [TIMED_OUT, false]);
});

Deno.test("Server repeats after a silence what only reads, up to maxRetries times, and nothing else", async () => {
  for (
    const { make, isRead } of [
      { make: () => get("k"), isRead: true },
      // The server may still carry it out, later than what is sent now.
      { make: () => set("k"), isRead: false },
      { make: () => remove("k"), isRead: false },
      { make: () => incr("k"), isRead: false },
    ]
  ) {
    for (const maxRetries of [0, 1]) {
      await using rig = new ClusterRig(undefined, { maxRetries });
      rig.dialler.open();
      const issued = make();
      await rig.submit(issued);
      const about = `${issued.command.name}, maxRetries ${maxRetries}`;
      await rig.pass(SILENCE);
      const isRepeated = isRead && maxRetries > 0;
      assertEquals(issued.outcome.summary, isRepeated ? "open" : TIMED_OUT, about);
      assertEquals(rig.dialler.dials.length, isRepeated ? 2 : 1, about);
      if (!isRepeated) continue;
      await rig.reply(hit("k", "v"));
      assertEquals([issued.outcome.summary, rig.server.counters.resends], ["v", 1]);
    }
  }
});

Deno.test("Server that is found dead by a silence fails the reads that would be repeated, and so says that they were sent", async () => {
  await using rig = new ClusterRig(undefined, { maxRetries: 10 });
  rig.dialler.open();
  const issued = loneGet("k");
  await rig.submit(issued);
  for (let silences = 1; silences <= 3; silences++) {
    assertEquals(issued.outcome.summary, "open");
    await rig.pass(SILENCE);
  }
  assertEquals(issued.outcome.summary, "ConnectionError, sent maybe");
  assertEquals(rig.dialler.dials.length, 3);
});

Deno.test("Cluster with failover sends the keys of a server that is dead from silence to the one that stands in", async () => {
  await using rig = new ClusterRig(["one:11211", "two:11211"], { failover: true, maxRetries: 3 });
  rig.dialler.open();
  const key = ["a", "b", "c", "d", "e"].find((key) => rig.cluster.ownerOf(key) === rig.server)!;
  const issued = loneGet(key);
  rig.cluster.submit(key, issued.command);
  await settle();
  for (let silences = 1; silences <= 3; silences++) await rig.pass(SILENCE);
  assertEquals(rig.dialler.hosts, ["one", "one", "one", "two"]);
  await rig.reply(hit(key, "v"));
  assertEquals(issued.outcome.summary, "v");
  const next = loneGet(key);
  rig.cluster.submit(key, next.command);
  await rig.reply(hit(key, "v"));
  assertEquals(next.outcome.summary, "v");
});

Deno.test("Server that is dead from silence gives what its other connections have not sent to the one that stands in", async () => {
  await using rig = new ClusterRig(["one:11211", "two:11211"], { failover: true, connections: 2 });
  rig.dialler.open();
  const key = ["a", "b", "c", "d", "e"].find((key) => rig.cluster.ownerOf(key) === rig.server)!;
  await beSilent(rig, 2);
  await rig.submit(incr("x"));
  const [first] = rig.dialler.transports.slice(-1);
  await rig.pass(100);
  await rig.submit(incr("y"));
  await rig.submit(incr("w"));
  const second = rig.transport;
  second.held = true;
  await rig.submit(incr("z"));
  await rig.submit(incr("v"));
  const unsent = incr(key);
  await rig.submit(unsent);
  assertEquals([first.closed, second.offered, unsent.outcome.summary], [
    false,
    "incr z 1\r\n",
    "open",
  ]);
  await rig.pass(SILENCE - 100);
  assertEquals([rig.server.dead, rig.dialler.hosts.at(-1)], [true, "two"]);
  assertEquals(rig.transport.written, `incr ${key} 1\r\n`);
  await rig.reply("1\r\n");
  assertEquals(unsent.outcome.summary, 1n);
});

/** Lets the server not answer one call, so many times, one after the other. */
async function beSilent(rig: ClusterRig, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const issued = incr("silent");
    await rig.submit(issued);
    await rig.pass(SILENCE);
    assertEquals(issued.outcome.summary, TIMED_OUT);
  }
}

/** What was heard of the servers' health. */
function heard(rig: ClusterRig): string[] {
  return rig.changes.filter((change) => /^(dead|alive)/.test(change));
}
