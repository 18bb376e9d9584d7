/** Calls for the key of a value in chunks are carried out in the order in which they were made, whatever else happens. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  ClosedError,
  ConnectionError,
  TimeoutError,
} from "@libmc/libmc";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { within } from "../support/eventually.ts";
import { settle } from "../support/settle.ts";
import { SteppedMemcached } from "../support/stepped_memcached.ts";
import { ALL_VERBS, KEYS, type Verb } from "../support/verbs.ts";

const BIG = "b".repeat(2_500_000);
const OLD = "a".repeat(1_500_000);

/** Chunks that are small for what is done again with each verb, and still too big to be copied. */
const SMALL_CHUNKS: ClientOptions = { itemSizeLimit: 150_000 };

/** The ways to store a value in chunks. */
const STORES: Readonly<Record<string, (client: Client, value: string) => Promise<unknown>>> = {
  set: (client, value) => client.set("k0", value),
  setRaw: (client, value) => client.setRaw("k0", new TextEncoder().encode(value)),
  setMulti: (client, value) => client.setMulti({ k5: 1, k0: value, k6: "x" }),
  setStream: (client, value) =>
    client.setStream("k0", ReadableStream.from([new TextEncoder().encode(value)])),
};

for (const [name, store] of Object.entries(STORES)) {
  Deno.test(`Client carries out every call behind ${name}() of a big value after it, as if that had been awaited`, async () => {
    await using servers = await start(3);
    const verbs = ALL_VERBS.filter(({ kind }) => kind !== "server" && kind !== "client");
    const big = BIG.slice(0, 350_000);
    for (const before of [undefined, "small", OLD.slice(0, 220_000)]) {
      for (const verb of verbs) {
        const [awaited, unawaited] = [servers.client(SMALL_CHUNKS), servers.client(SMALL_CHUNKS)];
        for (const client of [awaited, unawaited]) {
          await client.deleteMulti(["k0", "k5", "k6"]);
          if (before !== undefined) await client.set("k0", before);
        }
        await store(awaited, big);
        const expected = await outcomeOf(awaited, verb);
        const storing = store(unawaited, big);
        const about = `${verb.name} behind ${name}, ${before?.length} characters before`;
        assertEquals(await within(about, outcomeOf(unawaited, verb)), expected, about);
        await storing;
        assertEquals(brief(await unawaited.get("k0")), brief(await awaited.get("k0")), about);
      }
    }
  });
}

Deno.test("Client stores big values in the order of the calls, however many are under way", async () => {
  await using servers = await start(3);
  const client = servers.client({ connections: 3, strict: true });
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < 8; i++) {
    calls.push(client.set("k", `${i}`.repeat(1_200_000)), client.set("k", `small ${i}`));
    const reads = [client.get("k"), client.getMulti(["k", "other"])] as const;
    calls.push(
      reads[0].then((value) => assertEquals(value, `small ${i}`)),
      reads[1].then((values) => assertEquals(values, new Map([["k", `small ${i}`]]))),
      client.setMulti({ k: `${i + 1}`.repeat(1_300_000), other: i }),
      client.get<string>("k").then((value) => assertEquals(value?.[0], `${i + 1}`)),
      client.delete("other"),
    );
  }
  await Promise.all(calls);
  assertEquals(brief(await client.get("k")), brief("8".repeat(1_300_000)));
});

Deno.test("Client lets calls for other keys pass a big value", async () => {
  const { client, server } = stepped();
  const storing = client.set("k", BIG);
  const [behind, passes] = [client.get("k"), client.get("other")];
  await settle();
  // What lies under the key is not deleted yet; the other get is in the same write.
  const [connection] = server.connections;
  connection.carryOut();
  connection.carryOut();
  connection.deliver();
  assertEquals(await within("the other key", passes), undefined);
  await finish(server);
  assertEquals([await storing, await behind], [true, BIG]);
  await client.close();
});

Deno.test("Client is not overtaken by later calls while a call for many keys waits for another server", async () => {
  const [one, two] = [new SteppedMemcached(), new SteppedMemcached()];
  const client = new Client(["one:11211", "two:11211"], {
    clock: new ManualClock(),
    connect: (endpoint, signal) =>
      ("hostname" in endpoint && endpoint.hostname === "one" ? one : two).connect(endpoint, signal),
  });
  const keyOf = (server: string) =>
    KEYS.find((key) => client.getHostByKey(key) === `${server}:11211`) as string;
  const [a, b] = [keyOf("one"), keyOf("two")];
  const first = client.set(a, "old");
  await finish(one);
  assertEquals(await first, true);
  two.answersDials = false;
  const multi = client.setMulti({ [a]: "new", [b]: "new" });
  const found = client.get(a);
  const many = client.getMulti([b, a]);
  const last = client.set(a, "last");
  const lastFound = client.get(b);
  await finish(one);
  assertEquals(await within("the value", found), "new");
  assertEquals(await within("the last", last), true);
  two.answersDials = true;
  for (const accept of two.dials) accept();
  await finish(two);
  assertEquals(await within("all", multi), { ok: true, failed: [] });
  assertEquals(await many, new Map([[b, "new"], [a, "new"]]));
  assertEquals(await lastFound, "new");
  await client.close();
});

Deno.test("Client.quit() lets no later call overtake those that are on their way", async () => {
  const { client, server } = stepped();
  const connected = client.set("k", 1);
  await finish(server);
  assertEquals(await connected, true);
  const first = client.set("k", 2);
  const quitting = client.quit();
  const [second, found] = [client.set("k", 3), client.get("k")];
  await settle();
  for (let round = 0; round < 20; round++) {
    // Whatever was dialled last is served first.
    const connection = server.connections.at(-1);
    while (connection?.carryOut());
    connection?.deliver();
    await settle();
  }
  await finish(server);
  await within("quit", quitting);
  assertEquals(await Promise.all([first, second, found]), [true, true, 3]);
  const last = client.get("k");
  await finish(server);
  assertEquals(await last, 3);
  await client.close();
});

Deno.test("Client lets a call wait for a big value no longer than its timeout, and says that it was not sent", async () => {
  for (const strict of [false, true]) {
    const clock = new ManualClock();
    const { client, server } = stepped({ clock, timeout: 1000, pollTimeout: 0, strict });
    const stream = new TransformStream<Uint8Array, Uint8Array>();
    const storing = client.setStream("k", stream.readable);
    const calls = [client.get("k"), client.set("k", 1), client.getMulti(["k", "l"])];
    const multi = client.deleteMulti(["l", "k"]);
    const again = client.setMulti({ k: OLD, l: 1 });
    const settled = Promise.allSettled([...calls, multi, again]);
    await settle();
    clock.advance(1100);
    const results = await within("the calls", settled);
    const values = results.map((result) =>
      result.status === "fulfilled" ? result.value : result.reason
    );
    if (strict) {
      for (const error of values) {
        assertEquals((error as TimeoutError).sent, "no");
        assert(`${error}`.includes("made before took longer than its timeout"), `${error}`);
      }
      assertInstanceOf(values[0], TimeoutError);
    } else {
      assertEquals(values, [
        undefined,
        false,
        new Map(),
        { ok: false, failed: ["l", "k"] },
        { ok: false, failed: ["k", "l"] },
      ]);
    }
    const closing = stream.writable.close();
    await finish(server);
    assertEquals(await storing, true);
    await closing;
    const after = client.get("k");
    await finish(server);
    assertEquals(await after, new Uint8Array(0));
    await client.close();
  }
});

Deno.test("Client forgets a call that is aborted while it waits for a big value", async () => {
  const { client, server } = stepped();
  const storing = client.set("k", BIG);
  const controller = new AbortController();
  const { signal } = controller;
  const gone = [
    client.delete("k", { signal }),
    client.set("k", OLD, { signal }),
    client.deleteMulti(["k", "l"], { signal }),
  ];
  let isCancelled = false;
  const source = new ReadableStream<Uint8Array>({ cancel: () => void (isCancelled = true) });
  gone.push(client.setStream("k", source, { signal }));
  const after = client.get("k");
  const heard = Promise.allSettled(gone);
  await settle();
  controller.abort(new Error("gone"));
  for (const { status } of await within("the aborted", heard)) assertEquals(status, "rejected");
  assertEquals(isCancelled, true, "the stream is cancelled at once");
  await finish(server);
  assertEquals([await storing, await after], [true, BIG]);
  await client.close();
});

Deno.test("Client goes on with the calls behind a big value that fails or is aborted", async () => {
  const { client, server } = stepped();
  const controller = new AbortController();
  const storing = client.set("k", BIG, { signal: controller.signal });
  const behind = [client.set("k", "next"), client.get("k")];
  await settle();
  controller.abort(new Error("gone"));
  await assertRejects(() => storing, Error, "gone");
  await finish(server);
  assertEquals(await Promise.all(behind), [true, "next"]);

  const failing = client.set("k", BIG);
  const later = [client.set("k", "last"), client.get("k")];
  await settle();
  server.connections[0].lose();
  await finish(server);
  assertEquals(await failing, false);
  assertEquals(await Promise.all(later), [true, "last"]);
  await client.close();
});

Deno.test("Client.close() waits for the calls behind a big value, and lets those behind a stream go on", async () => {
  const { client, server } = stepped({ timeout: 0 });
  const storing = client.set("k", BIG);
  const behind = client.get("k");
  const stream = new TransformStream<Uint8Array, Uint8Array>();
  const streaming = client.setStream("s", stream.readable);
  const waiting = [client.set("s", 1), client.get("s")];
  const closing = client.close();
  await assertRejects(() => client.get("k"), ClosedError);
  await finish(server);
  assertEquals([await storing, await behind], [true, BIG]);
  assertEquals(await Promise.all(waiting), [true, 1]);
  await within("close", closing);
  assertEquals(await within("the stream", streaming), false);
  await assertRejects(() => stream.writable.getWriter().closed, ClosedError);
});

Deno.test("Client lets no call for many keys overtake one that waited for the same dial, behind a meta command", async () => {
  const { client, server } = stepped({ strict: true });
  const known = client.meta.noop();
  await settle();
  await finish(server);
  await known;
  server.connections[0].lose();
  await settle();
  // The next dial finds out anew which meta commands there are, before it is over.
  const calls = Promise.all([
    client.meta.set("a", 1),
    client.incr("n"),
    // It waits for the first one, at one of its keys.
    client.setMulti([["a", 5], ["n", 7]]),
    client.getMulti<number>(["a", "n"]),
  ]);
  await settle();
  await finish(server);
  const [first, count, stored, found] = await calls;
  assertEquals([first?.status, count, stored.ok], ["stored", undefined, true]);
  assertEquals(found, new Map([["a", 5], ["n", 7]]));
  await client.close();
});

Deno.test("Client bounds the calls that wait for a big value by maxPending", async () => {
  const { client, server } = stepped({ maxPending: 300, strict: true });
  const storing = client.set("k", BIG);
  const calls = Promise.allSettled(Array.from({ length: 400 }, () => client.delete("k")));
  await settle();
  await finish(server);
  await storing;
  const refused = (await calls).filter((result) => result.status === "rejected");
  assert(refused.length >= 100, `${refused.length} were refused`);
  for (const { reason } of refused) {
    assertInstanceOf(reason, ConnectionError);
    assertEquals(reason.sent, "no");
  }
  await client.close();
});

/** What a call gives, without what is another thing each time. */
async function outcomeOf(client: Client, verb: Verb): Promise<unknown> {
  const given = { key: "k0", keys: ["k0", "k5", "k6"] };
  const result = await verb.call(client, undefined, given);
  if (result instanceof ReadableStream) return brief(await new Response(result).text());
  return brief(result);
}

/** Long texts by their length and their ends, and cas numbers by their being there. */
function brief(value: unknown): string {
  return JSON.stringify(value instanceof Map ? [...value] : value, (key, part) => {
    if (key === "cas") return "cas";
    if (typeof part === "bigint") return `${part}n`;
    if (part instanceof Uint8Array) return `bytes ${part.length} ${part[0]} ${part.at(-1)}`;
    if (typeof part !== "string" || part.length < 100) return part;
    return `text ${part.length} ${part[0]} ${part.at(-1)}`;
  });
}

/** A client of one server that does things step by step. */
function stepped(options: ClientOptions = {}): { client: Client; server: SteppedMemcached } {
  const server = new SteppedMemcached();
  const client = new Client("stepped:11211", {
    clock: new ManualClock(),
    connect: server.connect,
    pollTimeout: 0,
    ...options,
  });
  return { client, server };
}

/** Lets the server do all that is to be done. */
async function finish(server: SteppedMemcached): Promise<void> {
  for (let round = 0; round < 60; round++) {
    for (const connection of [...server.connections]) {
      while (connection.carryOut());
      connection.deliver();
    }
    await settle();
  }
}

interface Servers extends AsyncDisposable {
  /** Makes a client with keys of its own. */
  client(options?: ClientOptions): Client;
}

async function start(count: number): Promise<Servers> {
  const servers: Memcached[] = await Promise.all(
    Array.from({ length: count }, () => startMemcached({ args: ["-m", "128"] })),
  );
  const clients: Client[] = [];
  return {
    client(options = {}) {
      const client = new Client(servers.map(({ address }) => address), {
        ...{ pollTimeout: 5000, connectTimeout: 5000, prefix: `${clients.length}:` },
        ...options,
      });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
