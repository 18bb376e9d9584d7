/** Clients whose keys are in several places close as others do: what is on its way ends, and leaves nothing half done. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ClosedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually, within } from "../support/eventually.ts";
import { VERBS } from "../support/verbs.ts";

const PATIENCE: ClientOptions = { timeout: 5000, connectTimeout: 5000, pollTimeout: 5000 };

type Make = (servers: readonly MemcachedServer[], old: Client, more?: ClientOptions) => Client;

/** The clients, by what their keys have several places for. */
const CLIENTS: Readonly<Record<string, Make>> = {
  replicas: ([a, b], _old, more) => new Client([a.address, b.address], { ...more, replicas: 2 }),
  zones: ([a, b], _old, more) =>
    new Client(a.address, { ...more, zones: { own: "a", others: { b: b.address } } }),
  migrateFrom: ([a, b], old, more) =>
    new Client([a.address, b.address], { ...more, migrateFrom: old }),
  "migrateFrom, done": ([a, b], old, more) =>
    new Client([a.address, b.address], {
      ...more,
      migrateFrom: old,
      migration: { stage: "done" },
    }),
};

for (const [option, make] of Object.entries(CLIENTS)) {
  Deno.test(`Client with ${option}: close() called twice at once settles both times`, async () => {
    await using rig = await Rig.start();
    const client = make(rig.servers, rig.old);
    const stored = client.set("key", 1);
    await within("both", Promise.all([client.close(), client.close()]));
    assertEquals(await stored, true);
    await client.close();
  });

  Deno.test(`Client with ${option}: close() waits for no stream that its caller keeps open, but for what is behind it`, async () => {
    await using rig = await Rig.start();
    const client = make(rig.servers, rig.old, { timeout: 60_000 });
    const { promise: reason, resolve } = Promise.withResolvers<unknown>();
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(1_500_000)),
      cancel: resolve,
    });
    const storing = client.setStream("key", stream);
    const behind = client.set("key", "later");
    await within("close()", client.close());
    assertEquals(await within("setStream()", storing), false);
    assertEquals((await within("the stream is cancelled", reason) as Error).name, "ClosedError");
    assertEquals(await behind, true);
    await using reader = make(rig.servers, rig.old);
    assertEquals(await reader.get("key"), "later");
  });

  Deno.test(`Client with ${option}: close() gives up a load that takes longer than a call`, async () => {
    await using rig = await Rig.start();
    const client = make(rig.servers, rig.old, { timeout: 200 });
    const hangs = () => new Promise<never>(() => {});
    const loading = client.getOrSet("key", hangs, { ttl: 60 });
    const loadingMany = client.getOrSetMulti(["key1", "key2"], hangs, { ttl: 60 });
    const rejected = Promise.all([
      assertRejects(() => loading, ClosedError),
      assertRejects(() => loadingMany),
    ]);
    await within("close()", client.close());
    await within("the calls", rejected);
    assertEquals(await rig.old.set("key", "the old client lives on"), true);
  });

  Deno.test(`Client with ${option}: close() ends streams that have given nothing yet, and those behind them`, async () => {
    await using rig = await Rig.start();
    const client = make(rig.servers, rig.old, { timeout: 60_000 });
    const cancelled: string[] = [];
    const silent = (name: string) =>
      new ReadableStream<Uint8Array>({ cancel: () => void cancelled.push(name) });
    const storing = ["first", "second"].map((name) => client.setStream("key", silent(name)));
    await within("close()", client.close());
    assertEquals(await within("setStream()", Promise.all(storing)), [false, false]);
    assertEquals(cancelled, ["first", "second"]);
  });

  Deno.test(`Client with ${option}: close() lets calls finish that go to all servers more than once`, async () => {
    await using rig = await Rig.start();
    rig.old.toggleFlushAllFeature(true);
    const client = make(rig.servers, rig.old, { ...PATIENCE, strict: true, allowFlushAll: true });
    const calls = [client.flushAll(), client.meta.noop()] as const;
    await within("close()", client.close());
    assertEquals((await calls[0]).length > 0, true);
    assertEquals(await calls[1], true);
  });

  Deno.test(`Client with ${option}: close() refuses what is called while it waits for earlier calls`, async () => {
    await using rig = await Rig.start();
    const client = make(rig.servers, rig.old, { ...PATIENCE, allowFlushAll: true });
    const source = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<void>();
    const load = () => (asked.resolve(), source.promise);
    const loading = client.getOrSet("key", load, { ttl: 60 });
    await asked.promise;
    const closed = client.close();
    const late: readonly (() => Promise<unknown>)[] = [
      ...VERBS.filter(({ name }) => name !== "quit").map(({ call }) => () => call(client)),
      () => client.getOrSet("key", load, { ttl: 60 }),
      () => client.meta.get("key"),
      () => client.meta.noop(),
      () => client.health(),
      () => client.admin.stats(),
      () => client.admin.keys().next(),
      () => client.lock("job", { ttl: 60 }),
    ];
    for (const call of late) await assertRejects(async () => void await call(), ClosedError);
    source.resolve("loaded");
    assertEquals(await loading, "loaded");
    await within("close()", closed);
  });
}

for (const option of ["replicas", "migrateFrom, done"]) {
  Deno.test(`Client with ${option}: close() gives up a load in a namespace, too`, async () => {
    await using rig = await Rig.start();
    const client = CLIENTS[option](rig.servers, rig.old, { ...PATIENCE, timeout: 200 });
    const hangs = () => new Promise<never>(() => {});
    const loading = client.namespace("space").getOrSet("key", hangs, { ttl: 60 });
    const rejected = assertRejects(() => loading, ClosedError);
    await within("close()", client.close());
    await within("the call", rejected);
  });
}

Deno.test("Client with replicas: close() waits for copies on their way, so that no place stays without its value", async () => {
  await using rig = await Rig.start();
  const keys = Array.from({ length: 50 }, (_, i) => `key${i}`);
  for (let round = 0; round < 5; round++) {
    const client = CLIENTS.replicas(rig.servers, rig.old);
    await client.setMulti(keys.map((key) => [key, round]));
    for (let i = 0; i < 3; i++) await client.getMulti(keys);
    await client.close();
    for (const { address } of rig.servers) {
      await using observer = new Client(address);
      const items = await observer.meta.getMulti<number>(keys, { size: true });
      for (const [key, { value, size }] of items) {
        assertEquals([value, size], [round, String(round).length], String(key));
      }
    }
  }
});

Deno.test("Client with replicas: a value renewed behind its callers while the client closes is stale in no copy", async () => {
  await using rig = await Rig.start();
  const options = { ttl: 60, staleWhileRevalidate: 100 };
  const client = CLIENTS.replicas(rig.servers, rig.old);
  await client.getOrSet("key", () => "old", options);
  await eventually("there is a copy", async () => {
    await client.get("key");
    return rig.servers.every(({ items }) => items === 1);
  });
  rig.advance(70);
  const source = Promise.withResolvers<string>();
  const seen = new Set<string>();
  await eventually("it is renewed", async () => {
    seen.add(await client.getOrSet("key", () => (seen.add("asked"), source.promise), options));
    return seen.has("asked");
  });
  const closed = client.close();
  source.resolve("new");
  await within("close()", closed);
  await using reader = CLIENTS.replicas(rig.servers, rig.old);
  for (let i = 0; i < 16; i++) assertEquals(await reader.get("key"), "new");
});

/** Two servers, and a third one with its client, from which others move. */
class Rig implements AsyncDisposable {
  readonly servers: readonly MemcachedServer[];
  readonly #third: MemcachedServer;
  readonly old: Client;

  static async start(): Promise<Rig> {
    const start = () => MemcachedServer.start();
    return new Rig(await Promise.all([start(), start()]), await start());
  }

  private constructor(servers: readonly MemcachedServer[], third: MemcachedServer) {
    this.servers = servers;
    this.#third = third;
    this.old = new Client(third.address, { timeout: 1000 });
  }

  advance(seconds: number): void {
    for (const server of this.servers) server.advance(seconds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.old.close();
    for (const server of [...this.servers, this.#third]) await server.stop();
  }
}
