import { assert, assertEquals, assertThrows } from "@std/assert";
import { jsCodec } from "../../src/codec/js_codec.ts";
import { jsonCodec } from "../../src/codec/json_codec.ts";
import { CodecError } from "../../src/errors.ts";
import { same } from "./same.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("jsCodec.encode() chooses flags and data by the type", () => {
  const table: [value: unknown, flags: number, data: string | Uint8Array][] = [
    ["text", 0, "text"],
    ["", 512, ""],
    ["\ufeff中🔑", 0, "\ufeff中🔑"],
    [Uint8Array.of(0, 255), 128, Uint8Array.of(0, 255)],
    [true, 8, "1"],
    [false, 8, "0"],
    [0, 4, "0"],
    [-7, 4, "-7"],
    [9007199254740991, 4, "9007199254740991"],
    [5n, 260, "5"],
    [-(2n ** 64n), 260, "-18446744073709551616"],
    [1.5, 32, Uint8Array.of(0x67, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f)],
    [-0, 32, Uint8Array.of(0x67, 0, 0, 0, 0, 0, 0, 0, 0x80)],
    [2 ** 53, 32, Uint8Array.of(0x67, 0, 0, 0, 0, 0, 0, 0x40, 0x43)],
    [null, 64, "null"],
    [[1, "a", null, { b: [] }], 64, '[1,"a",null,{"b":[]}]'],
    [{ a: 1.5, "\ud800": "\ud800" }, 64, '{"a":1.5,"\\ud800":"\\ud800"}'],
    [Object.assign(Object.create(null), { a: 1 }), 64, '{"a":1}'],
  ];
  for (const [value, flags, data] of table) {
    assertEquals(jsCodec.encode(value), { data, flags }, Deno.inspect(value));
  }
});

Deno.test("jsCodec.encode() refuses what would be lost, and says where and why", () => {
  const cycle: Record<string, unknown> = { a: [{}] };
  (cycle.a as Record<string, unknown>[])[0].b = cycle;
  let deep: unknown = [];
  for (let i = 0; i < 1000; i++) deep = [deep];
  const table: [value: unknown, message: string][] = [
    [undefined, "Cannot encode value as it would be lost: undefined; store null"],
    [() => 1, "Cannot encode value as it would be lost: a function; call it"],
    [Symbol("s"), "Cannot encode value as it would be lost: a symbol; store its description"],
    ["a\ud800", "Cannot encode value as UTF-8 would lose it: a lone surrogate"],
    [new Map(), "Cannot encode value as JSON would lose it: a Map"],
    [new Set([1]), "Cannot encode value as JSON would lose it: a Set"],
    [new Date(0), "Cannot encode value as JSON would lose it: a Date"],
    [/x/, "Cannot encode value as JSON would lose it: a RegExp"],
    [new ArrayBuffer(2), "Cannot encode value as JSON would lose it: an ArrayBuffer"],
    [new DataView(new ArrayBuffer(2)), "Cannot encode value as JSON would lose it: a DataView"],
    [new Uint16Array(2), "Cannot encode value as JSON would lose it: a Uint16Array"],
    [new class Point {}(), "Cannot encode value as JSON would lose it: a Point"],
    [
      new class extends Array {}(),
      "Cannot encode value as JSON would lose it: an object of an unnamed",
    ],
    [Object("boxed"), "Cannot encode value as JSON would lose it: a String"],
    [Promise.resolve(), "Cannot encode value as JSON would lose it: a Promise"],
    [{ a: { b: [undefined] } }, "Cannot encode value.a.b[0] as JSON would lose it: undefined"],
    [{ "a b": [NaN] }, 'Cannot encode value["a b"][0] as JSON would lose it: NaN'],
    [[[1], [Infinity]], "Cannot encode value[1][0] as JSON would lose it: Infinity"],
    [{ zero: -0 }, "Cannot encode value.zero as JSON would lose it: -0"],
    [[1n], "Cannot encode value[0] as JSON would lose it: a bigint"],
    [{ data: new Uint8Array(2) }, "Cannot encode value.data as JSON would lose it: a Uint8Array"],
    [{ toJSON: () => 1 }, "Cannot encode value.toJSON as JSON would lose it: a function"],
    [new Array(2), "Cannot encode value[0] as it is a hole"],
    [Object.assign([1], { extra: 1 }), "Cannot encode value.extra as a property beside"],
    [/b/.exec("abc"), "Cannot encode value.index as a property beside"],
    [{ [Symbol("s")]: 1 }, "Cannot encode value as its symbol keys would be lost"],
    [{ a: { [Symbol("s")]: 1 } }, "Cannot encode value.a as its symbol keys would be lost"],
    [cycle, "Cannot encode value.a[0].b as it contains itself"],
    [{ day: new Date(0) }, "value.day as JSON would lose it: a Date; store its toISOString(), as"],
    [{ day: new Date(NaN) }, "value.day as JSON would lose it: a Date; it is invalid: store null"],
    [{ all: new Map() }, "value.all as JSON would lose it: a Map; store an array of what it holds"],
    [[new Set()], "value[0] as JSON would lose it: a Set; store an array of what it holds"],
    [[Symbol("s")], "value[0] as JSON would lose it: a symbol; leave it out"],
    [
      [new Float32Array(1)],
      "value[0] as JSON would lose it: a Float32Array; store a Uint8Array by",
    ],
    [[new Error("x")], "value[0] as JSON would lose it: an Error; store its message"],
    [{ of: /x/ }, "value.of as JSON would lose it: a RegExp; store its String()"],
    [{ at: new URL("http://a") }, "value.at as JSON would lose it: a URL; store its String()"],
    [[NaN], "value[0] as JSON would lose it: NaN; store a text, or null, as jsonCodec does"],
    [[-0], "value[0] as JSON would lose it: -0; store a text, or 0, as jsonCodec does"],
    [{ id: 1n }, "value.id as JSON would lose it: a bigint; store its String(), or the bigint"],
    [deep, "as it is nested deeper than 1000 levels"],
  ];
  for (const [value, message] of table) {
    assertThrows(() => jsCodec.encode(value), TypeError, message);
  }
});

Deno.test("jsCodec.encode() says what to store in place of what JSON would lose", () => {
  const table: [value: unknown, way: string][] = [
    [
      { at: new Date(0) },
      "value.at as JSON would lose it: a Date; store its toISOString(), as jsonCodec",
    ],
    [{ id: 1n }, "a bigint; store its String(), or the bigint by itself"],
    [{ user: Promise.resolve() }, "a Promise; await it"],
    [[undefined], "undefined; store null, as jsonCodec does"],
    [[NaN], "NaN; store a text, or null, as jsonCodec does"],
    [[-0], "-0; store a text, or 0, as jsonCodec does"],
    [{ f() {} }, "a function; leave it out"],
    [{ tags: new Set() }, "a Set; store an array of what it holds"],
    [{ data: new Uint8Array(2) }, "a Uint8Array; store a Uint8Array by itself, or base64"],
    [
      { url: new URL("http://a") },
      "a URL; store its String()",
    ],
  ];
  for (const [value, way] of table) assertThrows(() => jsCodec.encode(value), TypeError, way);
  // What they say is so.
  assertEquals(
    jsonCodec.encode({ at: new Date(0), n: [undefined, NaN, -0] }).data,
    '{"at":"1970-01-01T00:00:00.000Z","n":[null,null,0]}',
  );
  for (const value of [1n, new Uint8Array(2), [null], { at: new Date(0).toISOString() }]) {
    jsCodec.encode(value);
  }
});

Deno.test("jsCodec.encode() leaves out properties that are undefined", () => {
  const table: [value: unknown, data: string][] = [
    [{ id: 2, nick: undefined }, '{"id":2}'],
    [{ nick: undefined }, "{}"],
    [[{ a: { b: undefined, c: 1 } }], '[{"a":{"c":1}}]'],
    [{ ...manyKeys(100), nick: undefined }, JSON.stringify(manyKeys(100))],
  ];
  for (const [value, data] of table) {
    assertEquals(jsCodec.encode(value), { data, flags: 64 });
  }
});

Deno.test("jsCodec.encode() writes what it looked through, whatever a property gives the next time", () => {
  for (const keys of [0, 100]) {
    for (const later of [undefined, NaN, new Map([[1, 1]]), () => 1, new Date(0)]) {
      const few = changing({}, 1, later);
      assertEquals(jsCodec.encode([few]).data, '[{"changes":1}]');
      const many = changing(manyKeys(keys), 1, later);
      const data = JSON.stringify({ ...manyKeys(keys), changes: 1 });
      assertEquals(jsCodec.encode(many).data, data);
      const array = Object.defineProperty([0], 0, {
        enumerable: true,
        get: inTurn([1], later),
      });
      assertEquals(jsCodec.encode(array).data, "[[1]]");
    }
  }
});

Deno.test("jsCodec.encode() reads a Proxy once", () => {
  const asked: PropertyKey[] = [];
  const get = (target: object, name: string) => {
    asked.push(name);
    return asked.indexOf(name) === asked.length - 1 ? Reflect.get(target, name) : NaN;
  };
  assertEquals(jsCodec.encode(new Proxy({ a: 1, b: [2] }, { get })).data, '{"a":1,"b":[2]}');
  assertEquals(asked, ["a", "b"]);
  assertEquals(
    jsCodec.encode(new Proxy([5, 6], { get: (target, name) => Reflect.get(target, name) })).data,
    "[5,6]",
  );
});

Deno.test("jsCodec.encode() does not call a toJSON that it has not looked through", () => {
  const hidden = { enumerable: false, value: () => "something else" };
  const long = Array.from({ length: 65 }, (_, i) => i);
  const table: [value: object, data: string][] = [
    [Object.defineProperty({ a: 1 }, "toJSON", hidden), '{"a":1}'],
    [Object.defineProperty([1], "toJSON", hidden), "[1]"],
    [Object.assign([...long], { toJSON: () => "something else" }), JSON.stringify(long)],
    [{ a: [Object.defineProperty([[]], "toJSON", hidden)] }, '{"a":[[[]]]}'],
  ];
  for (const [value, data] of table) assertEquals(jsCodec.encode(value), { data, flags: 64 });
});

Deno.test("jsCodec.encode() does not call a toJSON that somebody gave all arrays or objects", () => {
  for (const prototype of [Array.prototype, Object.prototype]) {
    Object.defineProperty(prototype, "toJSON", {
      configurable: true,
      value: () => "something else",
    });
    try {
      assertEquals(jsCodec.encode({ a: [1, { b: [] }] }).data, '{"a":[1,{"b":[]}]}');
    } finally {
      delete (prototype as { toJSON?: unknown }).toJSON;
    }
  }
});

Deno.test("jsCodec.encode() is not mistaken about what somebody added to Object.prototype", () => {
  const prototype = Object.prototype as unknown as Record<string, unknown>;
  for (const added of [() => 1, { x: [] }, 1]) {
    prototype.added = added;
    try {
      assertEquals(jsCodec.encode({ a: [1] }), { data: '{"a":[1]}', flags: 64 });
    } finally {
      delete prototype.added;
    }
  }
});

Deno.test("jsCodec.decode() reads flags 0 as text, and other bytes as they are", () => {
  assertEquals(jsCodec.decode(bytes("\ufeff中"), 0), "\ufeff中");
  const borrowed = Uint8Array.of(0xff, 0xfe);
  const owned = jsCodec.decode(borrowed, 0);
  borrowed.fill(0);
  assertEquals(owned, Uint8Array.of(0xff, 0xfe));
});

Deno.test("jsCodec.decode() copies bytes", () => {
  const borrowed = Uint8Array.of(1, 2);
  const owned = jsCodec.decode(borrowed, 128);
  borrowed.fill(0);
  assertEquals(owned, Uint8Array.of(1, 2));
});

Deno.test("jsCodec.decode() takes the first of several flags, in libmc's order and ours after it", () => {
  const one = bytes("1");
  for (const flags of [8, 8 + 2, 8 + 4, 8 + 32, 8 + 1, 8 + 64, 8 + 128, 8 + 256]) {
    assertEquals(jsCodec.decode(one, flags), true, String(flags));
  }
  for (const flags of [2, 4, 6, 4 + 32, 2 + 1, 4 + 64, 4 + 128, 4 + 512]) {
    assertEquals(jsCodec.decode(one, flags), 1, String(flags));
  }
  assertEquals(jsCodec.decode(one, 4 + 256), 1n);
  assertEquals(jsCodec.decode(one, 2 + 256), 1n);
  assertEquals(jsCodec.decode(bytes("T"), 32 + 1 + 64 + 128), true);
  assertEquals(jsCodec.decode(bytes("I7\n."), 1 + 64 + 128), 7);
  assertEquals(jsCodec.decode(one, 64 + 128), 1);
  for (const flags of [0, 256, 512, 2 ** 31]) {
    assertEquals(jsCodec.decode(one, flags), "1", String(flags));
  }
});

Deno.test("jsCodec.decode() makes an own property of __proto__", () => {
  const data = bytes('{"__proto__":{"x":1}}');
  const value = jsCodec.decode(data, 64) as Record<string, unknown>;
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assert(Object.hasOwn(value, "__proto__"));
  assertEquals(jsCodec.encode(value).data, '{"__proto__":{"x":1}}');
});

Deno.test("jsCodec.decode() refuses what does not fit its flags", () => {
  assertThrows(() => jsCodec.decode(bytes("{"), 64), CodecError, "Cannot read JSON");
  assertThrows(() => jsCodec.decode(Uint8Array.of(0x22, 0xff, 0x22), 64), CodecError, "not UTF-8");
  assertThrows(() => jsCodec.decode(bytes("yes"), 8), CodecError, "Cannot read an integer");
  assertThrows(() => jsCodec.decode(bytes(""), 32), CodecError, "Cannot read marshal");
  assertThrows(() => jsCodec.decode(bytes(""), 1), CodecError, "Cannot read pickle");
});

Deno.test("jsCodec gives a subclass of Uint8Array back as Uint8Array", () => {
  class Special extends Uint8Array {}
  const { data, flags } = jsCodec.encode(Special.of(1, 2));
  assert(same(jsCodec.decode(data as Uint8Array, flags), Uint8Array.of(1, 2)));
});

/** Adds a property that gives one value at first, and another from then on. */
function changing(object: object, first: unknown, later: unknown): object {
  return Object.defineProperty(object, "changes", { enumerable: true, get: inTurn(first, later) });
}

function inTurn(first: unknown, later: unknown): () => unknown {
  let reads = 0;
  return () => reads++ === 0 ? first : later;
}

function manyKeys(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, i]));
}
