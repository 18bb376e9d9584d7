import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Client, type Codec, type Items, jsCodec, libmcCodec, type Storable } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { ALL_VERBS, type Arguments, isOfStream, takes, type Verb } from "../support/verbs.ts";

/** Bytes that were there once: transferred, cut off with their buffer, or never there at all. */
const UNREADABLE: readonly (readonly [name: string, make: () => Uint8Array])[] = [
  ["transferred", () => {
    const data = new Uint8Array(8);
    structuredClone(data, { transfer: [data.buffer] });
    return data;
  }],
  ["transferred, of 1 MB", () => {
    const data = new Uint8Array(1_000_000);
    structuredClone(data, { transfer: [data.buffer] });
    return data;
  }],
  ["behind the end of their buffer", () => {
    const buffer = new ArrayBuffer(16, { maxByteLength: 16 });
    const data = new Uint8Array(buffer, 8, 8);
    buffer.resize(12);
    return data;
  }],
  ["of a proxy", () => {
    const data = new Uint8Array(8);
    return new Proxy(data, { get: (_, name) => Reflect.get(data, name) });
  }],
  ["of an object with the prototype", () => Object.create(Uint8Array.prototype)],
];

const OWN_CODEC: Codec = {
  encode: (value) => ({ data: value as Uint8Array, flags: 0 }),
  decode: (data) => data.slice(),
};

/** Arrays that say other things of themselves than the engine knows. */
const LYING: readonly (readonly [name: string, make: (data: Uint8Array) => Uint8Array])[] = [
  ["with a length of its own that is too short", (data) => withOwn(data, "length", 3)],
  ["with a length of its own that is too long", (data) => withOwn(data, "length", 1e6)],
  ["of a class that says another length each time", (data) => {
    let reads = 0;
    class Changing extends Uint8Array {
      override get length(): number {
        return ++reads;
      }
    }
    return new Changing(data);
  }],
  ["of a class with other getters and methods", (data) => {
    class Odd extends Uint8Array {
      override get byteLength(): number {
        return 1;
      }
      override get byteOffset(): number {
        return 2;
      }
      override get buffer(): ArrayBuffer {
        return new ArrayBuffer(4);
      }
      override subarray(): Uint8Array<ArrayBuffer> {
        return new Uint8Array(5);
      }
      override slice(): Uint8Array<ArrayBuffer> {
        return new Uint8Array(6);
      }
      static get [Symbol.species](): Uint8ArrayConstructor {
        throw new Error("The class of the array was asked");
      }
    }
    return new Odd(data);
  }],
];

function withOwn(data: Uint8Array, name: string, value: unknown): Uint8Array {
  return Object.defineProperty(data.slice(), name, { value });
}

/** The verbs that split what is too big for one item. */
const SPLITTING: ReadonlySet<string> = new Set(["set", "setRaw", "setMulti", "setStream"]);

/** The verbs that take something to store. */
const STORING = ALL_VERBS.filter(({ kind }) => kind === "storage");

for (const [name, make] of UNREADABLE) {
  Deno.test(`Client refuses to store bytes ${name}, and other calls do not hear of it`, async () => {
    await using server = await MemcachedServer.start();
    for (const codec of [jsCodec, libmcCodec, OWN_CODEC]) {
      await using client = new Client(server.address, {
        codec,
        strict: true,
        connectTimeout: 5000,
      });
      await client.setRaw("k", new Uint8Array([0x61]));
      const others = [client.getRaw("k"), client.setRaw("other", new Uint8Array([0x62]))];
      for (const verb of STORING) {
        const call = () => verb.call(client, undefined, storing(verb, make));
        const error = await assertRejects(call, TypeError, undefined, verb.name);
        assert(error.message.startsWith("Cannot use bytes that "), error.message);
      }
      await Promise.all(others);
      assertEquals((await client.getRaw("k"))?.data, new Uint8Array([0x61]));
      assertEquals(await client.getMulti(["k2", "new"]), new Map());
      assertEquals(client.counters().get(server.address)?.connects, 1);
    }
  });
}

for (const [name, lying] of LYING) {
  Deno.test(`Client stores the bytes that there are of an array ${name}`, async () => {
    await using server = await MemcachedServer.start();
    for (const length of [8, 200_000, 2_500_000]) {
      const data = Uint8Array.from({ length }, (_, i) => i % 251);
      // A codec of one's own is not split for.
      for (const codec of [jsCodec, libmcCodec, ...length > 1_000_000 ? [] : [OWN_CODEC]]) {
        await using client = new Client(server.address, {
          codec,
          strict: true,
          compThreshold: codec === OWN_CODEC ? 0 : 100_000,
          connectTimeout: 5000,
        });
        for (const verb of STORING) {
          if (length > 1_000_000 && !SPLITTING.has(verb.name)) continue;
          await client.deleteMulti(["k", "k2", "new"]);
          // Without flags it would be a placeholder, and so without a cas.
          if (verb.name !== "add") await client.setRaw("k", new Uint8Array(), { flags: 128 });
          const others = [client.setRaw("other", new Uint8Array([0x62])), client.getRaw("other")];
          const cas = (await client.gets("k"))?.cas ?? 0n;
          await verb.call(client, undefined, { ...storing(verb, () => lying(data)), cas });
          await Promise.all(others);
          const item = await stored(client, verb.name);
          const before = isOfStream(verb) ? 5 : 0;
          assertEquals(item.length, before + length, `${verb.name}, ${length} bytes`);
          assert(item.subarray(before).every((byte, i) => byte === i % 251), verb.name);
        }
        assertEquals(client.counters().get(server.address)?.connects, 1);
      }
    }
  });
}

Deno.test("Client.set() stores bytes inside a list as they are, whatever their own length says", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { codec: libmcCodec, strict: true });
  for (const [name, lying] of LYING) {
    await client.set("k", [lying(Uint8Array.of(1, 2, 3)), "behind"]);
    assertEquals(await client.get("k"), [Uint8Array.of(1, 2, 3), "behind"], name);
  }
});

Deno.test("Client stores empty bytes of every kind", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  const resizable = new ArrayBuffer(8, { maxByteLength: 8 });
  const tracking = new Uint8Array(resizable, 4);
  resizable.resize(4);
  for (const data of [new Uint8Array(), new Uint8Array(new SharedArrayBuffer(0)), tracking]) {
    assertEquals(await client.set("k", data), true);
    assertEquals(await client.append("k", data), true);
    assertEquals(await client.get("k"), new Uint8Array());
  }
});

Deno.test("Client stores an object of which a property is undefined, without that property", async () => {
  await using server = await MemcachedServer.start();
  for (const codec of [jsCodec, libmcCodec]) {
    await using client = new Client(server.address, { codec, strict: true });
    assertEquals(await client.set("user:2", { id: 2, nick: undefined }), true);
    assertEquals(await client.get("user:2"), { id: 2 });
  }
});

Deno.test("Client.setMulti() takes pairs of key and value only", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const wrong: readonly (readonly [items: unknown, message: string])[] = [
    [["ab", "cd"], "Cannot store item 0 as it must be a pair [key, value]: current type is string"],
    [
      [["a", 1], null],
      "Cannot store item 1 as it must be a pair [key, value]: current type is null",
    ],
    [
      [undefined],
      "Cannot store item 0 as it must be a pair [key, value]: current type is undefined",
    ],
    [[5], "current type is number"],
    [new Set(["ab"]), "current type is string"],
    [new Uint8Array(2), "current type is number"],
    [[{ key: "a", value: 1 }], "current type is object"],
    [[{ 0: "a", 1: 1, length: 2 }], "current type is object"],
    [[new Set(["a", 1])], "current type is object"],
    [[[]], "Cannot store item 0 as it must be a pair [key, value]: current length is 0"],
    [ReadableStream.from([["a", 1]]), "collect them first, by await Array.fromAsync(items)"],
    [[["a"]], "current length is 1"],
    [[["a", 1, 600]], "current length is 3"],
  ];
  for (const [items, message] of wrong) {
    await assertRejects(() => client.setMulti(items as Items), TypeError, message);
  }
  for (const items of [new Date(), Promise.resolve({ a: 1 }), new ArrayBuffer(3), /a/]) {
    await assertRejects(
      () => client.setMulti(items as unknown as Items),
      TypeError,
      "Cannot store items that are neither a Record nor an iterable of pairs: current type is ",
    );
  }
  assertEquals(server.commands, new Map());
  const pairs = function* () {
    yield ["b", 2] as const;
  };
  for (const items of [{ a: 1 }, new Map([["a", 1]]), [["a", 1] as const], pairs(), {}, []]) {
    assertEquals(await client.setMulti(items as Items), { ok: true, failed: [] });
  }
});

Deno.test("Client.setMulti() names the key whose value cannot be stored", async () => {
  await using client = new Client("a:1", { doSplit: false });
  const big = "x".repeat(2 ** 20 + 1);
  const wrong: readonly (readonly [Items, typeof TypeError | typeof RangeError, string])[] = [
    [
      { good: 1, bad: undefined as unknown as Storable },
      TypeError,
      'Cannot encode value as it would be lost: undefined; store null, or delete the key (key "bad")',
    ],
    [{ good: 1, bad: { a: [new Map()] } }, TypeError, 'an array of what it holds (key "bad")'],
    [
      { good: 1, bad: big },
      RangeError,
      'must be <= 1048516 bytes: current size is at least 1048577 (key "bad")',
    ],
    [
      { good: 1, bad: new Uint8Array(2 ** 20 + 1) },
      RangeError,
      'current size is 1048577 (key "bad")',
    ],
    [
      { ["k".repeat(100)]: undefined as unknown as Storable },
      TypeError,
      `(key "${"k".repeat(60)}"…)`,
    ],
    [
      [[5 as unknown as string, undefined as unknown as Storable]],
      TypeError,
      "Cannot encode value as it would be lost: undefined; store null, or delete the key",
    ],
  ];
  for (const [items, type, message] of wrong) {
    const error = await assertRejects(() => client.setMulti(items), type);
    assertEquals(error.message.slice(-message.length), message);
    assertEquals(error.constructor, type);
  }
  class OwnError extends TypeError {}
  const own = new OwnError("mine");
  await using other = new Client("a:1", {
    codec: {
      ...jsCodec,
      encode() {
        throw own;
      },
    },
  });
  assertEquals(await assertRejects(() => other.setMulti({ a: 1 })), own);
});

Deno.test("Client refuses a text that is much too long without reading it", async () => {
  // Half a second for each look at it, if there were any.
  const text = "€".repeat(2 ** 28);
  for (const codec of [jsCodec, libmcCodec]) {
    for (const doSplit of [true, false]) {
      await using client = new Client("a:1", { codec, doSplit });
      const limit = doSplit ? 10_000_000 : 1_048_516;
      for (const verb of STORING.filter((verb) => !takes(verb, "raw") && !isOfStream(verb))) {
        const most = verb.command === "set" ? limit : 1_048_516;
        const given = { key: "k", keys: ["k"], value: text, data: text };
        const call = () => verb.call(client, undefined, given);
        let milliseconds = Infinity;
        let error: unknown;
        // The fastest of a few, as the machine may be busy with something else.
        for (let i = 0; i < 5; i++) {
          const start = performance.now();
          error = await call().catch((error: unknown) => error);
          milliseconds = Math.min(milliseconds, performance.now() - start);
        }
        assertInstanceOf(error, RangeError);
        assert(
          error.message.startsWith(
            `Cannot store value as it must be <= ${most} bytes: current size is at least 268435456`,
          ),
          error.message,
        );
        assert(milliseconds < 100, `${verb.name} took ${milliseconds} ms`);
      }
    }
  }
});

/** Arguments of a verb that is to store bytes; of many items, those of the last. */
function storing({ name }: Verb, make: () => Uint8Array): Partial<Arguments> {
  return {
    ...{ key: name === "add" ? "new" : "k", keys: ["k"], value: make(), raw: make(), data: make() },
    items: [["k2", new Uint8Array(1)], ["k", make()]],
    stream: ReadableStream.from([new Uint8Array(5), make()]),
  };
}

/** What a verb has stored, whatever the codec makes of bytes. */
async function stored(client: Client, name: string): Promise<Uint8Array> {
  const key = name === "add" ? "new" : "k";
  const item = await client.getRaw(key);
  assert(item !== undefined, name);
  const isCompressed = (item.flags & 16) !== 0;
  return isCompressed ? await client.get<Uint8Array>(key) as Uint8Array : item.data;
}
