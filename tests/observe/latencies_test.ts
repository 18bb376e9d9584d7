/** The option `latencies`: what is counted of calls and commands that do not simply go there and back. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ClosedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";

Deno.test("latencies of a call that is sent again count it once, and each of its commands", async () => {
  await using rig = new Rig("one:1", { maxRetries: 1 });
  rig.dialler.open();
  const set = rig.client.set("key", 1);
  await rig.pass(10);
  rig.dialler.transport.end();
  await rig.pass(5);
  rig.dialler.transport.feed("STORED\r\n");
  assertEquals(await set, true);
  assertEquals(rig.verb("set"), { count: 1, max: 15 });
  assertEquals(rig.server("one:1"), { count: 2, max: 10 });
});

Deno.test("latencies of a call that fails over are those of the server that answered", async () => {
  await using rig = new Rig(["one:1", "two:2"], { failover: true });
  rig.dialler.answer = ({ ...endpoint }) =>
    "hostname" in endpoint && endpoint.hostname === rig.owner("key").split(":")[0]
      ? new Error("connection refused")
      : new ScriptedTransport();
  const get = rig.client.get("key");
  await rig.pass(20);
  rig.dialler.transport.feed("END\r\n");
  assertEquals(await get, undefined);
  assertEquals(rig.verb("get"), { count: 1, max: 20 });
  const owner = rig.owner("key");
  assertEquals(rig.server(owner), undefined);
  assertEquals(rig.server(owner === "one:1" ? "two:2" : "one:1"), { count: 1, max: 20 });
});

Deno.test("latencies of a call without a reply are how long it took to send it", async () => {
  await using rig = new Rig("one:1", { noreply: true });
  rig.dialler.answer = () => new ScriptedTransport({ held: true });
  const set = rig.client.set("key", 1);
  await rig.pass(30);
  rig.dialler.transport.held = false;
  rig.dialler.transport.take();
  assertEquals(await set, true);
  assertEquals(rig.verb("set"), { count: 1, max: 30 });
  assertEquals(rig.server("one:1"), { count: 1, max: 30 });
});

Deno.test("latencies of a call for many keys count it once, as long as its slowest part", async () => {
  await using rig = new Rig(["one:1", "two:2"]);
  rig.dialler.open();
  const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);
  const all = rig.client.getMulti(keys);
  await settle();
  for (const transport of rig.dialler.transports) {
    await rig.pass(10);
    transport.feed("END\r\n");
  }
  assertEquals((await all).size, 0);
  assertEquals(rig.verb("getMulti"), { count: 1, max: 20 });
  const servers = ["one:1", "two:2"].map((name) => rig.server(name)?.max).sort();
  assertEquals(servers, [10, 20]);
});

Deno.test("latencies of a call that is aborted are not counted, but those of its command are", async () => {
  await using rig = new Rig("one:1");
  rig.dialler.open();
  const controller = new AbortController();
  const get = rig.client.get("key", { signal: controller.signal });
  await rig.pass(10);
  controller.abort();
  await assertRejects(() => get, DOMException);
  assertEquals(rig.verb("get"), undefined);
  await rig.pass(10);
  rig.dialler.transport.feed("END\r\n");
  await settle();
  assertEquals([rig.verb("get"), rig.server("one:1")], [undefined, { count: 1, max: 20 }]);
});

Deno.test("latencies of a call that fails are counted, until the time at which it is given up", async () => {
  await using rig = new Rig("one:1", { pollTimeout: 100 });
  rig.dialler.open();
  const get = rig.client.get("key");
  await rig.pass(0);
  for (let i = 0; i < 12; i++) await rig.pass(10);
  assertEquals(await get, undefined);
  assertEquals(rig.verb("get")?.count, 1);
  assertEquals(rig.server("one:1")?.count, 1);
});

Deno.test("latencies of streams count each call once", async () => {
  await using server = await MemcachedServer.start();
  const options = { pollTimeout: 5000, connectTimeout: 5000, latencies: true };
  await using client = new Client(server.address, options);
  await client.setStream("key", new Blob([new Uint8Array(2_500_000)]).stream());
  for await (const _ of await client.getStream("key") ?? []);
  const verbs = client.counters("verbs");
  const counts = ["setStream", "getStream"].map((name) => verbs.get(name)?.latency?.count);
  assertEquals(counts, [1, 1]);
  assertEquals([...verbs.keys()], ["setStream", "getStream"]);
});

Deno.test("latencies of a closed client can be read, and calls that come too late are not counted", async () => {
  const rig = new Rig("one:1");
  rig.dialler.open();
  const get = rig.client.get("key");
  await rig.pass(10);
  const closing = rig.client.close();
  await assertRejects(() => rig.client.get("late"), ClosedError);
  rig.dialler.transport.feed("END\r\n");
  await Promise.all([get, closing]);
  await assertRejects(() => rig.client.get("late"), ClosedError);
  assertEquals([rig.verb("get"), rig.server("one:1")], [
    { count: 1, max: 10 },
    { count: 1, max: 10 },
  ]);
});

/** A client whose time stands still. */
class Rig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly dialler = new ScriptedDialler();
  readonly client: Client;

  constructor(servers: string | string[], options: ClientOptions = {}) {
    this.client = new Client(servers, {
      ...{ clock: this.clock, connect: this.dialler.connect, latencies: true, warn: false },
      ...{ pollTimeout: 5000, connectTimeout: 5000, ...options },
    });
  }

  /** Lets time pass once all is quiet. */
  async pass(milliseconds: number): Promise<void> {
    await settle();
    this.clock.advance(milliseconds);
    await settle();
  }

  owner(key: string): string {
    return this.client.getHostByKey(key);
  }

  verb(name: string): { count: number; max: number } | undefined {
    return shortened(this.client.counters("verbs").get(name)?.latency);
  }

  server(name: string): { count: number; max: number } | undefined {
    return shortened(this.client.counters().get(name)?.latency);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const transport of this.dialler.transports) transport.end();
    await this.client.close();
  }
}

function shortened(latency: { count: number; max: number } | undefined) {
  return latency && { count: latency.count, max: latency.max };
}
