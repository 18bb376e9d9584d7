/** Calls that are slow: what is told of them, and where their time went. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions, type Happening, type SlowCall } from "@libmc/libmc";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";

/** A client whose time stands still, and what it tells of slow calls. */
function watched(options: ClientOptions = {}, servers = "one:1") {
  const clock = new ManualClock();
  const dialler = new ScriptedDialler();
  const client = new Client(servers, {
    ...{ clock, connect: dialler.connect, slow: 50, pollTimeout: 1000, connectTimeout: 1000 },
    ...{ warn: false, ...options },
  });
  const slow: SlowCall[] = [];
  client.addEventListener("slow", (event) => {
    assert(event.slow !== undefined);
    slow.push(event.slow);
  });
  const pass = async (milliseconds: number) => {
    await settle();
    clock.advance(milliseconds);
    await settle();
  };
  return { clock, dialler, client, slow, pass };
}

/** The parts of the time of a call. */
function parts({ milliseconds, queued, dialled, written, waited }: SlowCall): number[] {
  return [milliseconds, queued, dialled, written, waited];
}

Deno.test("A call is slow if it waits for a server that stalls, and its time is waited", async () => {
  const { client, dialler, slow, pass } = watched();
  dialler.open();
  const get = client.get("key");
  await pass(60);
  dialler.transport.feed("END\r\n");
  await get;
  await settle();
  assertEquals(slow.map(parts), [[60, 0, 0, 0, 60]]);
  const { verb, keys, keyCount, server } = slow[0];
  assertEquals([verb, keys, keyCount, server], ["get", ["key"], 1, "one:1"]);
  const quick = client.get("key");
  await pass(50);
  dialler.transport.feed("END\r\n");
  await quick;
  assertEquals(slow.length, 1, "50 ms are not more than 50");
  dialler.transport.end();
  await client.close();
});

Deno.test("A call is slow if its server has to be dialled, and its time is queued and dialled", async () => {
  const { client, dialler, slow, pass } = watched();
  const get = client.get("key");
  await pass(70);
  dialler.last.succeed();
  await pass(5);
  dialler.transport.feed("END\r\n");
  await get;
  await settle();
  assertEquals(slow.map(parts), [[75, 70, 70, 0, 5]]);
  dialler.transport.end();
  await client.close();
});

Deno.test("A call is slow if the server does not read a big value, and its time is written", async () => {
  const { client, dialler, slow, pass } = watched();
  dialler.answer = () => new ScriptedTransport({ held: true });
  const set = client.set("key", new Uint8Array(500_000));
  await pass(80);
  dialler.transport.held = false;
  dialler.transport.take();
  await pass(1);
  dialler.transport.feed("STORED\r\n");
  await set;
  await settle();
  assertEquals(slow.map(parts), [[81, 0, 0, 80, 1]]);
  dialler.transport.end();
  await client.close();
});

Deno.test("A call that fails before anything is sent was queued all the time", async () => {
  const { client, dialler, slow, pass } = watched();
  const get = client.get("key");
  await pass(90);
  dialler.last.fail();
  assertEquals(await get, undefined);
  await settle();
  assertEquals(slow.map(parts), [[90, 90, 0, 0, 0]]);
  assertEquals(slow[0].server, undefined);
  await client.close();
});

Deno.test("Of calls that share a line each is told with its own keys, and of many keys the first ten", async () => {
  const happenings: Happening[] = [];
  const observer = { happened: (happening: Happening) => happenings.push(happening) };
  const { client, dialler, slow, pass } = watched({ observer, prefix: "p:" });
  dialler.open();
  const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
  const calls = [client.get("a"), client.get("b"), client.getMulti(keys)];
  await pass(60);
  dialler.transport.feed("END\r\nEND\r\n");
  await Promise.all(calls);
  await settle();
  assertEquals(slow.map(({ verb, keyCount }) => `${verb} ${keyCount}`), [
    "get 1",
    "get 1",
    "getMulti 30",
  ]);
  assertEquals(slow.map(({ keys }) => keys), [["a"], ["b"], keys.slice(0, 10)]);
  assertEquals(slow.map(({ waited }) => waited), [60, 60, 60]);
  const told = happenings.filter(({ what }) => what === "slow");
  assertEquals(told.map(({ verb, server }) => `${verb} ${server?.name}`), [
    "get one:1",
    "get one:1",
    "getMulti one:1",
  ]);
  dialler.transport.end();
  await client.close();
});

Deno.test("Without the option no call is slow", async () => {
  const { client, dialler, slow, pass } = watched({ slow: 0 });
  dialler.open();
  const get = client.get("key");
  await pass(900);
  dialler.transport.feed("END\r\n");
  await get;
  await settle();
  assertEquals(slow, []);
  dialler.transport.end();
  await client.close();
});

Deno.test("A call that finds maxPending reached fails at once, and is not slow", async () => {
  const { client, dialler, slow, pass } = watched({ maxPending: 1 });
  dialler.open();
  const first = client.set("a", 1);
  await pass(10);
  assertEquals(await client.set("b", 1), false);
  await pass(60);
  dialler.transport.feed("STORED\r\n");
  await first;
  await settle();
  assertEquals(slow.map(({ keys }) => keys), [["a"]]);
  dialler.transport.end();
  await client.close();
});

Deno.test("A call that waits for an earlier one of its key is slow, and its time is queued", async () => {
  const { client, dialler, slow, pass } = watched();
  dialler.open();
  const set = client.set("key", new Uint8Array(1_500_000));
  const get = client.get("key");
  // The old value is deleted, then come two chunks, then the manifest, and with it the read.
  for (const reply of ["DELETED\r\n", "STORED\r\nSTORED\r\n", "STORED\r\nEND\r\n"]) {
    await pass(30);
    dialler.transport.feed(reply);
  }
  await Promise.all([set, get]);
  await settle();
  const read = slow.find(({ verb }) => verb === "get");
  assertEquals(read && parts(read), [90, 60, 0, 0, 30]);
  assertEquals(slow.find(({ verb }) => verb === "set")?.milliseconds, 90);
  dialler.transport.end();
  await client.close();
});

Deno.test("A call whose connection is lost and dialled anew is told with that dial", async () => {
  const { client, dialler, slow, pass } = watched({ mergeGets: false });
  dialler.open();
  const calls = [client.get("head"), client.get("behind")];
  await pass(30);
  dialler.answer = undefined;
  dialler.transport.end();
  await pass(40);
  dialler.last.succeed();
  await pass(10);
  dialler.transport.feed("END\r\n");
  await Promise.all(calls);
  await settle();
  assertEquals(slow.map((told) => [told.keys[0], ...parts(told)]), [["behind", 80, 70, 40, 0, 10]]);
  dialler.transport.end();
  await client.close();
});

Deno.test("A call to a server that hangs is slow when it is given up, and its time is waited", async () => {
  const { client, dialler, slow, pass } = watched({ pollTimeout: 100 });
  dialler.open();
  const get = client.get("key");
  for (let i = 0; i < 15; i++) await pass(10);
  assertEquals(await get, undefined);
  const [{ server, milliseconds, waited, queued }] = slow;
  assertEquals([slow.length, server, queued], [1, "one:1", 0]);
  assert(waited === milliseconds && waited > 100 && waited <= 150, `${waited} of ${milliseconds}`);
  await client.close();
});
