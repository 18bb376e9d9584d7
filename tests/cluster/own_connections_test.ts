import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, ClosedError, ConnectionError, type Observer } from "@libmc/libmc";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";

function rig(servers: string | string[] = "one", options: { observer?: Observer } = {}) {
  const dialler = new ScriptedDialler();
  const clock = new ManualClock();
  const client = new Client(servers, { connect: dialler.connect, clock, ...options });
  return { client, dialler, clock };
}

Deno.test("a connection of one's own is dialled for each call, and closed behind it", async () => {
  const { client, dialler, clock } = rig();
  dialler.open();
  for (let i = 1; i <= 3; i++) {
    const call = client.admin.raw("one:11211", "version");
    await settle();
    assertEquals(dialler.dials.length, i);
    assertEquals(dialler.transport.written, "version\r\n");
    dialler.transport.feed("VERSION 1\r\n");
    assertEquals(await call, ["VERSION 1"]);
    assertEquals(dialler.transport.closes, 1);
  }
  await client.close();
  assertEquals(clock.timers, 0);
});

Deno.test("a dial for one's own that is under way when the client closes is given up", async () => {
  for (const heedsSignal of [true, false]) {
    const { client, dialler, clock } = rig();
    dialler.heedsSignal = heedsSignal;
    const keys = client.admin.keys().next();
    const rejected = assertRejects(() => keys, ClosedError, "the client was closed");
    await settle();
    await client.close();
    await rejected;
    assert(dialler.last.signal.aborted);
    // One that comes too late is closed.
    const late = dialler.last.succeed();
    await settle();
    if (!heedsSignal) assertEquals(late.closes, 1);
    assertEquals(clock.timers, 0);
  }
});

Deno.test("a dial for one's own that is aborted closes what comes too late", async () => {
  const { client, dialler, clock } = rig();
  dialler.heedsSignal = false;
  const controller = new AbortController();
  const keys = client.admin.keys({ signal: controller.signal }).next();
  const rejected = assertRejects(() => keys, Error, "enough");
  await settle();
  controller.abort(new Error("enough"));
  await rejected;
  const late = dialler.last.succeed();
  await settle();
  assertEquals(late.closes, 1);
  await client.close();
  assertEquals(clock.timers, 0);
});

Deno.test("a connection of one's own lets the program end if the client does, opened before or after", async () => {
  const { client, dialler } = rig();
  dialler.open();
  const before = client.admin.watch("evictions");
  const ended = [assertRejects(() => before.ready(), ClosedError)];
  await settle();
  const first = dialler.transport;
  assertEquals(first.unrefs, 0);
  client.unref();
  assertEquals(first.unrefs, 1);
  const after = client.admin.watch("evictions");
  ended.push(assertRejects(() => after.ready(), ClosedError));
  await settle();
  assertEquals(dialler.transport.unrefs, 1);
  await client.close();
  await Promise.all(ended);
});

Deno.test("a list goes on although its server moves, and the next one is taken at the new place", async () => {
  const { client, dialler } = rig("one alias");
  dialler.open();
  const keys = client.admin.keys();
  const next = keys.next();
  await settle();
  const first = dialler.transport;
  client.updateServers(["two alias"]);
  first.feed("key=a exp=-1 la=1 cas=1 fetch=no\n");
  assertEquals((await next).value?.key, "a");
  first.feed("END\r\n");
  assertEquals((await keys.next()).done, true);
  const again = client.admin.keys().next();
  await settle();
  dialler.transport.feed("END\r\n");
  await again;
  assertEquals(dialler.hosts, ["one", "two"]);
  await client.close();
});

Deno.test("observers hear of the calls of administration, and the health of a server is untouched", async () => {
  const heard: string[] = [];
  const { client, dialler } = rig("one", {
    observer: {
      begin: (verb) => void heard.push(verb),
      happened: ({ what }) => void heard.push(what),
    },
  });
  dialler.refuse();
  await assertRejects(() => client.admin.raw("one:11211", "version"), ConnectionError);
  await settle();
  assertEquals(heard.toSorted(), ["admin.raw", "failure"]);
  dialler.answer = () => new ScriptedTransport();
  const call = client.get("a");
  await settle();
  dialler.transport.feed("END\r\n");
  assertEquals(await call, undefined);
  assertEquals(client.counters().get("one:11211")?.failedDials, 0);
  await client.close();
});
