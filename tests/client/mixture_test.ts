/** A split value is the old one, the new one or a miss, whatever fails or comes between; never a mixture of two. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, type Connect, libmcCodec } from "@libmc/libmc";
import { type Fault, MemcachedServer } from "@libmc/libmc/testing";
import { Recorder } from "../compat/recording_connect.ts";
import { eventually } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { platformConnect } from "../support/platform_connect.ts";
import { Random } from "../support/random.ts";
import { textOf } from "../support/wire.ts";

const PATIENT: ClientOptions = { connectTimeout: 5000, pollTimeout: 5000, timeout: 60_000 };
const OLD = "A".repeat(2_000_000);
const NEW = "B".repeat(2_000_000);

/** Ways in which the second chunk fails. */
const FAILURES: [how: string, fault: Fault, options: ClientOptions][] = [
  ["is refused", { kind: "serverError", commands: ["set"], nth: 2 }, {}],
  ["loses the connection", { kind: "missingReply", commands: ["set"], nth: 2, then: "close" }, {}],
  [
    "is not answered in time",
    { kind: "missingReply", commands: ["set"], nth: 2, then: "silence" },
    { pollTimeout: 200 },
  ],
];

for (const [how, fault, options] of FAILURES) {
  for (const verb of ["set", "setMulti", "setStream"] as const) {
    Deno.test(`Client.${verb}() whose second chunk ${how} leaves no manifest, for libmc's readers either`, async () => {
      await using fixture = await start(options);
      const { client, reader, raw, server } = fixture;
      assert(await client.set("k", OLD));
      const active = server.fault(fault);
      assertEquals(await store(client, verb), false);
      active.remove();
      assertEquals(await raw.getRaw("k"), undefined);
      assertEquals(await reader.get("k"), undefined);
      assert(await reader.set("k", NEW));
      assert(await reader.get("k") === NEW);
    });
  }
}

Deno.test("Client.set() aborted at any time during a split value leaves the old one, the new one or a miss", async () => {
  for (const [command, nth] of [["delete", 1], ["set", 1], ["set", 2], ["set", 3]] as const) {
    await using fixture = await start();
    const { client, reader, raw, server } = fixture;
    assert(await reader.set("k", OLD));
    const fault = server.fault({ kind: "missingReply", then: "silence", commands: [command], nth });
    const controller = new AbortController();
    const storing = client.set("k", NEW, { signal: controller.signal });
    await eventually("the fault strikes", () => fault.struck > 0);
    controller.abort(new Error("enough"));
    await assertRejects(() => storing, Error, "enough");
    fault.remove();
    const value = await reader.get<string>("k");
    assert(value === undefined || value === NEW, `${command} ${nth}`);
    assertEquals(await raw.getRaw("k") === undefined, value === undefined);
  }
});

Deno.test("Client.set() sends no chunk before it knows that the old manifest is gone", async () => {
  await using fixture = await start({ noreply: true });
  const { client, raw, recorder, server } = fixture;
  assert(await raw.setRaw("k", new TextEncoder().encode("2")));
  server.fault({ kind: "serverError", commands: ["delete"], times: 2 });
  assertEquals(await client.set("k", NEW), false);
  assertEquals(await client.setMulti({ k: NEW, a: 1 }), { ok: false, failed: ["k"] });
  assert(!recorder.connections.some(({ sent }) => sent.includes("~1k/")));
  assertEquals((await raw.getRaw("k"))?.data.length, 1);
  assertEquals(await client.get("a"), 1);
});

Deno.test("Client.set() with noreply writes no manifest for a value of which a chunk was refused", async () => {
  await using fixture = await start({ noreply: true });
  const { client, raw, server } = fixture;
  server.fault({ kind: "serverError", commands: ["set"], nth: 2 });
  assertEquals(await client.set("k", NEW), false);
  assertEquals(await raw.getRaw("k"), undefined);
});

Deno.test("Client.get() misses chunks of two writings, whoever wrote the manifest, and counts them", async () => {
  await using fixture = await start();
  const { client, raw, torn } = fixture;
  const values = {
    a: OLD,
    b: NEW,
    bytes: new Uint8Array(1_500_000),
    longer: "C".repeat(2_500_000),
  };
  let expected = 0;
  for (const [first, one] of Object.entries(values)) {
    for (const [second, other] of Object.entries(values)) {
      if (first === second) continue;
      assert(await client.set("k", one));
      const chunk = (await raw.getRaw("~1k/1"))!;
      assert(await client.set("k", other));
      assert(await raw.setRaw("~1k/1", chunk.data, { flags: chunk.flags }));
      assertEquals(await client.get("k", { strict: true }), undefined, `${first}, ${second}`);
      assertEquals((await client.getMulti(["k"])).size, 0);
      assertEquals(torn(), expected += 2);
    }
  }
});

Deno.test("Client.get() misses a value cut short by the manifest of a shorter one", async () => {
  await using fixture = await start();
  const { client, raw } = fixture;
  assert(await client.set("k", "A".repeat(3_000_000)));
  const { flags } = (await raw.getRaw("k"))!;
  assert(await raw.setRaw("k", new TextEncoder().encode("2"), { flags }));
  assertEquals(await client.get("k"), undefined);
});

Deno.test("Client.get() reads chunks without a mark, and misses a mixture of these and marked ones", async () => {
  await using fixture = await start();
  const { client, raw } = fixture;
  const writeAsLibmc = async (byte: number) => {
    for (const i of [0, 1]) {
      await raw.setRaw(`~1k/${i}`, new Uint8Array(1_000_000).fill(byte), { flags: 0 });
    }
    await raw.setRaw("k", new TextEncoder().encode("2"), { flags: 4096 });
  };
  await writeAsLibmc(65);
  assert(await client.get("k") === OLD);
  for (const i of [0, 1]) {
    assert(await client.set("k", NEW));
    await raw.setRaw(`~1k/${i}`, new Uint8Array(1_000_000).fill(65), { flags: 0 });
    assertEquals(await client.get("k"), undefined);
  }
});

Deno.test("Client.getStream() ends with an error before it gives a chunk of another writing", async () => {
  await using fixture = await start();
  const { client, raw } = fixture;
  assert(await client.set("k", OLD));
  const chunk = (await raw.getRaw("~1k/1"))!;
  assert(await client.set("k", NEW));
  await raw.setRaw("~1k/1", chunk.data, { flags: chunk.flags });
  const reader = (await client.getStream("k"))!.getReader();
  assertEquals((await reader.read()).value?.[0], 66);
  await assertRejects(() => reader.read(), Error, "chunk 1 of 2 is missing or torn");
});

Deno.test("Client.get() while two clients write split values of two codecs gives one of them or a miss", async () => {
  await using memcached = await startMemcached({ args: ["-m", "256"] });
  await using one = new Client(memcached.address, PATIENT);
  await using other = new Client(memcached.address, { ...PATIENT, codec: libmcCodec });
  await using reader = new Client(memcached.address, PATIENT);
  const random = new Random(20261128);
  const bytes = new Uint8Array(2_500_000).fill(7);
  let over = false;
  const writing = [
    repeated(() => one.set("k", random.below(2) === 0 ? OLD : "D".repeat(3_000_000))),
    repeated(() => other.set("k", random.below(2) === 0 ? NEW : bytes)),
    repeated(() => one.setStream("k", ReadableStream.from([new Uint8Array(2_000_000).fill(9)]))),
  ];
  const found = { hits: 0, misses: 0 };
  for (let i = 0; i < 100; i++) {
    const value = await reader.get("k");
    found[value === undefined ? "misses" : "hits"]++;
    assert(value === undefined || isOne(value), `read ${i}, seed ${random.seed}`);
  }
  over = true;
  await Promise.all(writing);
  assert(await one.set("k", OLD));
  assert(await reader.get("k") === OLD);

  async function repeated(write: () => Promise<boolean>): Promise<void> {
    while (!over) await write();
  }
});

Deno.test("Client.set() of a split value begins again when the manifest's server moves meanwhile", async () => {
  await using chunks = await MemcachedServer.start();
  await using before = await MemcachedServer.start();
  await using after = await MemcachedServer.start();
  const sent: string[] = [];
  const connect: Connect = async (endpoint, signal) => {
    const transport = await platformConnect(endpoint, signal);
    return {
      read: (into) => transport.read(into),
      write: (bytes) => {
        const text = textOf(bytes.subarray(0, 100));
        sent.push(...text.match(/^(?:set|delete) \S+/) ?? []);
        if (text.startsWith("set ~")) client.updateServers(list(after));
        return transport.write(bytes);
      },
      close: () => transport.close(),
    };
  };
  const list = (manifests: MemcachedServer) => [
    `${chunks.address} chunks`,
    `${manifests.address} manifests`,
  ];
  await using client = new Client(list(before), { ...PATIENT, connect });
  const keys = Array.from({ length: 1000 }, (_, i) => `k${i}`);
  const key = keys.find((key) =>
    client.getHostByKey(key) === "manifests" &&
    [0, 1].every((i) => client.getHostByKey(`~${key.length}${key}/${i}`) === "chunks")
  )!;
  assert(await client.set(key, NEW));
  assert(await client.get(key) === NEW);
  const chunksSent = [0, 1].map((i) => `set ~${key.length}${key}/${i}`);
  assertEquals(sent, [
    ...[`delete ${key}`, ...chunksSent],
    ...[`delete ${key}`, ...chunksSent, `set ${key}`],
  ]);
});

Deno.test("Client.setStream() is false if servers changed before its end, and leaves no manifest", async () => {
  await using before = await MemcachedServer.start();
  await using after = await MemcachedServer.start();
  await using client = new Client(`${before.address} only`, PATIENT);
  const source = (function* () {
    yield new Uint8Array(1_500_000);
    client.updateServers([`${after.address} only`]);
    yield new Uint8Array(1_000_000);
  })();
  assertEquals(await client.setStream("k", ReadableStream.from(source)), false);
  assertEquals(client.lastError?.sent, "maybe");
  assertEquals(await client.get("k"), undefined);
});

async function store(client: Client, verb: "set" | "setMulti" | "setStream"): Promise<boolean> {
  if (verb === "set") return await client.set("k", NEW);
  if (verb === "setMulti") return (await client.setMulti({ k: NEW })).ok;
  return await client.setStream("k", ReadableStream.from([new TextEncoder().encode(NEW)]));
}

/** True for a value all of whose parts are the same. */
function isOne(value: unknown): boolean {
  if (typeof value === "string") return value === value[0].repeat(value.length);
  return value instanceof Uint8Array && value.every((byte) => byte === value[0]);
}

/** A client, one that reads, one that sees items as they are, and the server of all. */
async function start(options: ClientOptions = {}) {
  const server = await MemcachedServer.start();
  const recorder = new Recorder();
  const client = new Client(server.address, { ...PATIENT, connect: recorder.connect, ...options });
  const reader = new Client(server.address, PATIENT);
  const raw = new Client(server.address, { ...PATIENT, doSplit: false });
  return {
    server,
    recorder,
    client,
    reader,
    raw,
    torn: (): number => client.counters().get(server.address)!.torn,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const each of [client, reader, raw]) await each.close();
      await server.stop();
    },
  };
}
