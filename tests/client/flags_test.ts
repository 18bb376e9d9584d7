/** Flags: whose each of the 32 bits is, and that none is lost on the way. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Client,
  type ClientOptions,
  type Codec,
  CodecError,
  jsCodec,
  libmcCodec,
  type MultiError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { ALL_VERBS } from "../support/verbs.ts";

const HELLO = new TextEncoder().encode("hello");
const ALL_BITS = 2 ** 32 - 1;
/** Among them libmc's two, and the one that makes a signed number negative. */
const FLAGS = [0, 1, 16, 4096, 16 + 4096, 65_535, 2 ** 31, 2 ** 31 + 16, 2 ** 31 + 4096, ALL_BITS];

/** A codec that keeps all flags to itself. A value is the flags to store; it reads them back, with the data. */
const OWN: Codec = {
  encode: (flags) => ({ data: HELLO, flags: flags as number }),
  decode: (data, flags) => ({ data: data.slice(), flags }),
};

const CLIENTS: readonly (readonly [name: string, options: ClientOptions])[] = [
  ["by default", {}],
  ["without doSplit", { doSplit: false }],
  ["with a codec that has all flags to itself", { codec: OWN }],
];

for (const [name, options] of CLIENTS) {
  Deno.test(`Client.getRaw() gives the data and flags that setRaw() was given, ${name}`, async () => {
    await using fixture = await start(options);
    const { client } = fixture;
    for (const flags of FLAGS) {
      for (const data of [HELLO, new Uint8Array(), new Uint8Array(500_000)]) {
        assertEquals(await client.setRaw("k", data, { flags }), true);
        assertEquals(await client.getRaw("k"), { data, flags }, String(flags));
      }
    }
  });
}

Deno.test("Client.setRaw() with doSplit refuses what getRaw() would not give back", async () => {
  await using fixture = await start({});
  const { client, server } = fixture;
  const unread = [..."123456789", "10", "007", " +2\0"].map((text) =>
    new TextEncoder().encode(text)
  );
  const long = new Uint8Array(1_000_001);
  for (const data of [...unread, long]) {
    for (const flags of FLAGS.filter((flags) => (flags & 4096) !== 0)) {
      await assertRejects(
        () => client.setRaw("k", data, { flags }),
        RangeError,
        `Cannot store data with flags ${flags} as flag 4096 would make it the manifest of a split`,
      );
    }
  }
  await using small = new Client(server.address, { itemSizeLimit: 2000 });
  await assertRejects(
    () => small.setRaw("k", new Uint8Array(3000), { flags: 4096 }),
    RangeError,
    "flag 4096 would make it the manifest of a split",
  );
  assertEquals(server.commands, new Map());
  await using whole = new Client(server.address, { strict: true, doSplit: false });
  for (const data of unread) {
    assertEquals(await whole.setRaw("k", data, { flags: 65_535 }), true);
    assertEquals(await whole.getRaw("k"), { data, flags: 65_535 });
  }
});

Deno.test("Client.getRaw() without doSplit gives the manifest of a split value as it is stored", async () => {
  await using fixture = await start({ doSplit: false });
  await using other = new Client(fixture.server.address, { strict: true });
  await other.set("k", "x".repeat(1_500_000));
  const manifest = { data: new TextEncoder().encode("2"), flags: 4096 };
  assertEquals(await fixture.client.getRaw("k"), manifest);
});

for (const codec of [jsCodec, libmcCodec, { ...jsCodec }]) {
  const name = codec === jsCodec ? "jsCodec" : codec === libmcCodec ? "libmcCodec" : "one like it";
  Deno.test(`Client without doSplit refuses to read a split value, in every verb, with ${name}`, async () => {
    await using fixture = await start({ doSplit: false, codec });
    const { client, server } = fixture;
    await using other = new Client(server.address, { strict: true });
    await other.set("k", "x".repeat(1_500_000));
    await other.set("whole", 1);
    const message = "Cannot decode value as it is split over 2 items, by its flag 4096: " +
      "only a client with doSplit reads it";
    const given = { key: "k", keys: ["whole", "k"], exptime: 100 };
    for (
      const verb of ALL_VERBS.filter(({ kind, name }) => kind === "retrieval" && name !== "getRaw")
    ) {
      const error = await assertRejects(() => verb.call(client, undefined, given));
      const cause = verb.isMulti ? (error as MultiError).errors[0] : error;
      assert(cause instanceof CodecError, verb.name);
      assertEquals(cause.message, message, verb.name);
    }
    await using soft = new Client(server.address, { doSplit: false, codec });
    assertEquals(await soft.get("k"), undefined);
    assertEquals(await soft.getList(["whole", "k"]), [1, undefined]);
    assertEquals(soft.lastError?.message, message);
  });
}

Deno.test("Client gives a codec all flags that it gave, and neither compresses nor splits nor inflates", async () => {
  await using fixture = await start({ codec: OWN });
  const { client } = fixture;
  for (const flags of FLAGS) {
    const read = { data: HELLO, flags };
    await client.set("k", flags);
    await client.setMulti({ other: flags });
    assertEquals(await client.get("k"), read);
    assertEquals((await client.gets("k"))?.value, read);
    assertEquals(await client.gat("k", 100), read);
    assertEquals((await client.gats("k", 100))?.value, read);
    assertEquals(await client.getList(["k", "other"]), [read, read]);
    assertEquals((await client.gatMulti(["other"], 100)).get("other"), read);
    assertEquals((await client.getsMulti(["other"])).get("other")?.value, read);
    const stream = await client.getStream("k");
    assertEquals(new Uint8Array(await new Response(stream).arrayBuffer()), HELLO);
  }
});

Deno.test("Client stores a value of a codec that keeps all flags to itself as one item, or refuses it", async () => {
  const codec: Codec = {
    encode: (value) => ({ data: value as Uint8Array, flags: 7 }),
    decode: (data) => data.slice(),
  };
  await using fixture = await start({ codec });
  const { client, server } = fixture;
  const most = new Uint8Array(1_040_000).fill(1);
  assertEquals(await client.set("k", most), true);
  assertEquals(await client.getRaw("k"), { data: most, flags: 7 });
  const tooLong = new Uint8Array(1_048_577);
  const stored = server.commands.get("set");
  for (
    const call of [
      () => client.set("k", tooLong),
      () => client.setMulti({ k: tooLong }),
      () => client.setRaw("k", tooLong),
      () => client.setStream("k", ReadableStream.from([tooLong])),
    ]
  ) await assertRejects(call, RangeError, "must be <= 10");
  assertEquals(server.commands.get("set"), stored);
  assertThrows(
    () => new Client("a:1", { codec, compThreshold: 100 }),
    TypeError,
    'Cannot use option "compThreshold" with a codec that keeps all flags to itself',
  );
});

Deno.test("Client refuses flags 16 and 4096 of a codec that leaves them to the client", async () => {
  await using fixture = await start({ codec: { ...OWN, libmcFlags: true }, compThreshold: 3 });
  const { client, server } = fixture;
  for (const flags of FLAGS.filter((flags) => (flags & (16 + 4096)) !== 0)) {
    const message = `Cannot use flags ${flags} as a codec with libmcFlags leaves 16 and 4096`;
    await assertRejects(() => client.set("k", flags), RangeError, message);
    await assertRejects(() => client.setMulti({ k: flags }), RangeError, message);
  }
  assertEquals(server.commands, new Map());
  for (const flags of FLAGS.filter((flags) => (flags & (16 + 4096)) === 0)) {
    await client.set("k", flags);
    assertEquals((await client.getRaw("k"))?.flags, flags + 16);
    assertEquals(await client.get("k"), { data: HELLO, flags });
  }
});

async function start(options: ClientOptions) {
  const server = await MemcachedServer.start();
  const client = new Client(server.address, { strict: true, connectTimeout: 5000, ...options });
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.stop();
    },
  };
}
