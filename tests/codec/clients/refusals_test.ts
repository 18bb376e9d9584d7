import { assertEquals, assertThrows } from "@std/assert";
import {
  type Codec,
  CodecError,
  dalliCodec,
  jsonCodec,
  memjsCodec,
  nodeMemcachedCodec,
  phpCodec,
  pylibmcCodec,
  pymemcacheCodec,
} from "@libmc/libmc";

const encoder = new TextEncoder();

Deno.test("codecs of other clients refuse what those have no form for, and say so", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const table: [codec: Codec, value: unknown, message: string][] = [
    [pylibmcCodec, undefined, "it would be lost: undefined"],
    [pylibmcCodec, [new Date(0)], "Cannot encode value[0] as pickle would lose it: a Date"],
    [pymemcacheCodec, () => 1, "it would be lost: a function"],
    [pymemcacheCodec, cycle, "it contains itself"],
    [pymemcacheCodec, new Map([["a", 1]]), "would come back as an object"],
    [phpCodec, undefined, "Cannot encode value as PHP has no form for it: undefined"],
    [phpCodec, new Uint8Array(1), "setRaw() and getRaw() leave bytes as they are"],
    [phpCodec, 2n ** 63n, "a bigint of more than 64 bits"],
    [phpCodec, [NaN], "Cannot encode value[0] as JSON would lose it: NaN"],
    [phpCodec, "\ud800", "a lone surrogate"],
    [phpCodec, cycle, "it contains itself"],
    [phpCodec, nested(512), "it is nested deeper than 511 levels"],
    [phpCodec, { a: ["\ud800"] }, "PHP has no form for it: a lone surrogate in a text"],
    [phpCodec, ["\\\udfff"], "PHP has no form for it: a lone surrogate in a text"],
    [phpCodec, [{ "\0*\0hidden": 1 }], "PHP has no form for it: a key that begins with NUL"],
    [dalliCodec, { "\udc00": 1 }, "dalli has no form for it: a lone surrogate in a text"],
    [dalliCodec, [{ json_class: "Range" }], 'a key "json_class", by which Ruby would make an'],
    [dalliCodec, Infinity, "JSON has no form for it: Infinity"],
    [dalliCodec, new Uint8Array(1), "setRaw() and getRaw()"],
    [dalliCodec, Symbol("s"), "dalli has no form for it: a symbol"],
    [nodeMemcachedCodec, 1n, "npm's memcached has no form for it: a bigint"],
    [nodeMemcachedCodec, new Map(), "Cannot encode value as JSON would lose it: a Map"],
    [memjsCodec, 1, "memjs has no form for it: 1"],
    [memjsCodec, { a: 1 }, "memjs has no form for it: an Object"],
    [jsonCodec, undefined, "Cannot encode value as JSON has no text for it: undefined"],
    [jsonCodec, () => 1, "JSON has no text for it: a function"],
    [jsonCodec, { toJSON: () => undefined }, "JSON has no text for it: an Object"],
    [jsonCodec, 1n, "BigInt"],
    [jsonCodec, cycle, "JSON"],
  ];
  for (const [codec, value, message] of table) {
    assertThrows(() => codec.encode(value), TypeError, message);
  }
});

Deno.test("phpCodec and dalliCodec write what only looks like something that is not read", () => {
  const values = [
    ["\\ud800", "\\\\udfff", "🔑", "\0", '"\0":'],
    { "a\0": "\0a", '"\0': 1, '\\"\0': 2, "ud800": 3 },
    { json_classes: 1, a: "json_class", b: '"json_class":' },
    nested(511),
  ];
  for (const value of values) {
    for (const codec of [phpCodec, dalliCodec]) {
      const { data, flags } = codec.encode(value);
      assertEquals(codec.decode(encoder.encode(data as string), flags), value);
    }
  }
});

Deno.test("codecs of other clients name what they do not read", () => {
  const table: [codec: Codec, data: string, flags: number, message: string][] = [
    [pylibmcCodec, "cposix\nsystem\n(S'true'\ntR.", 1, 'imports "posix.system", not plain data'],
    [pymemcacheCodec, "cbuiltins\neval\n.", 1, 'imports "builtins.eval"'],
    [pylibmcCodec, "1", 32, "flags 32 as pylibmc does not write them"],
    [pymemcacheCodec, "1", 3, "flags 3 as pymemcache does not write them"],
    [pymemcacheCodec, "1.5", 2, "Cannot read an integer"],
    [pylibmcCodec, "no zlib", 8, "Cannot inflate a value of 7 bytes"],
    [phpCodec, 'O:5:"Point":1:{s:1:"x";i:1;}', 4, 'an object of "Point", not plain data'],
    [phpCodec, 'a:1:{i:0;O:9:"Exception":0:{}}', 4, 'an object of "Exception"'],
    [phpCodec, 'C:11:"ArrayObject":1:{x}', 4, 'an object of "ArrayObject"'],
    [phpCodec, 'E:11:"Suit:Hearts";', 4, 'an enum, "Suit:Hearts"'],
    [phpCodec, "a:1:{i:0;R:1;}", 4, "it has a reference"],
    [phpCodec, "a:1:{i:0;r:1;}", 4, "it has a reference"],
    [phpCodec, "a:2:{i:0;i:1;}", 4, "not what serialize() writes, near byte"],
    [phpCodec, 's:9:"short";', 4, "not what serialize() writes"],
    [phpCodec, "", 4, "not what serialize() writes"],
    [phpCodec, "i:1", 4, "not what serialize() writes"],
    [phpCodec, "i:9223372036854775808;", 4, "not what serialize() writes"],
    [phpCodec, "N;N;", 4, "Cannot read serialized data as 2 bytes follow its end"],
    [phpCodec, "x", 5, "it is igbinary"],
    [phpCodec, "x", 7, "it is msgpack"],
    [phpCodec, "x", 8, "flags 8 as php-memcached does not write them"],
    [phpCodec, "x", 256, "flags 256 as php-memcached does not write them"],
    [phpCodec, "abcdefgh", 16, "its compression is not known"],
    [phpCodec, "abcdefgh", 16 | 128, "its compression is zstd"],
    [phpCodec, "abc", 16 | 32, "it is cut off"],
    [phpCodec, "\x03\0\0\0abcdef", 16 | 64, "it is not FastLZ"],
    [phpCodec, "1,5", 2, 'Cannot read a float of PHP as its text is "1,5"'],
    [phpCodec, "[1", 6, "Cannot read JSON"],
    [dalliCodec, "\x04\x08i\x06", 1, "it is Ruby's Marshal"],
    [dalliCodec, "text", 4, "flags 4 as dalli does not write them"],
    [dalliCodec, "{", 1, "Cannot read JSON"],
    [nodeMemcachedCodec, "text", 1, "flags 1 as npm's memcached does not write them"],
    [nodeMemcachedCodec, "1x", 8, "Cannot read an integer"],
    [nodeMemcachedCodec, "世界", 4, "one of them is above 255"],
    [memjsCodec, "text", 1, "flags 1 as memjs does not write them"],
    [jsonCodec, "1", 4, "flags 4 as jsonCodec reads flags 64 and 0 only"],
    [jsonCodec, "text", 64, "Cannot read JSON"],
  ];
  for (const [codec, data, flags, message] of table) {
    assertThrows(() => codec.decode(encoder.encode(data), flags), CodecError, message);
  }
});

Deno.test("phpCodec makes arrays, objects and Maps of PHP's arrays", () => {
  const table: [data: string, value: unknown][] = [
    ["a:0:{}", []],
    ["a:2:{i:0;b:1;i:1;N;}", [true, null]],
    ['a:1:{s:1:"a";i:-1;}', { a: -1 }],
    ['a:2:{i:1;s:1:"b";i:0;s:1:"a";}', new Map([[1, "b"], [0, "a"]])],
    ['a:2:{s:1:"k";i:0;i:7;i:1;}', new Map<unknown, number>([["k", 0], [7, 1]])],
    ['O:8:"stdClass":1:{s:1:"5";a:0:{}}', { 5: [] }],
    // As PHP has it: a text of an integer is that integer, as a key of an array.
    ['a:1:{s:2:"-5";i:1;}', new Map([[-5, 1]])],
    ['a:1:{s:2:"05";i:1;}', { "05": 1 }],
    ["i:-9223372036854775808;", -9223372036854775808n],
    ["i:9223372036854775807;", 9223372036854775807n],
    ["i:-0;", 0],
    ["d:-0;", -0],
    ["d:1.0E+25;", 1e25],
    ["d:-INF;", -Infinity],
    ['s:2:"ü";', "ü"],
    ['s:4:"";";";', '";";'],
  ];
  for (const [data, value] of table) {
    assertEquals(phpCodec.decode(encoder.encode(data), 4), value, data);
  }
  assertEquals(phpCodec.decode(Uint8Array.from('s:1:"\xff";', code), 4), Uint8Array.of(0xff));
  const poisoned = phpCodec.decode(encoder.encode('a:1:{s:9:"__proto__";a:0:{}}'), 4) as object;
  assertEquals(Object.getPrototypeOf(poisoned), Object.prototype);
  assertEquals(Object.keys(poisoned), ["__proto__"]);
});

Deno.test("phpCodec and dalliCodec read integers of JSON above 2^53 exactly", () => {
  const json = encoder.encode('{"id":9007199254740993,"text":"9007199254740993","float":1e30}');
  const value = { id: 9007199254740993n, text: "9007199254740993", float: 1e30 };
  assertEquals(phpCodec.decode(json, 6), value);
  assertEquals(dalliCodec.decode(json, 1), value);
});

Deno.test("nodeMemcachedCodec reads a counter above 2^53 exactly", () => {
  const read = (text: string) => nodeMemcachedCodec.decode(encoder.encode(text), 8);
  assertEquals(read("9007199254740993"), 9007199254740993n);
  assertEquals(read("9007199254740992"), 9007199254740992);
  assertEquals(read("9 "), 9);
});

Deno.test("jsonCodec is JSON.stringify and JSON.parse", () => {
  const values = [
    null,
    1,
    -0,
    NaN,
    "text",
    "",
    "\ud800",
    true,
    [undefined],
    new Date(0),
    new Map(),
  ];
  for (const value of [...values, { a: undefined, b: [1] }, Object.create({ a: 1 })]) {
    const { data, flags } = jsonCodec.encode(value);
    assertEquals([data, flags], [JSON.stringify(value), 64]);
    const bytes = encoder.encode(data as string);
    assertEquals(jsonCodec.decode(bytes, 64), JSON.parse(data as string));
    assertEquals(jsonCodec.decode(bytes, 0), JSON.parse(data as string));
  }
  assertEquals(jsonCodec.decode(new Uint8Array(0), 0), undefined);
});

/** An array in an array, of so many. */
function nested(levels: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < levels; i++) value = [value];
  return value;
}

function code(char: string): number {
  return char.charCodeAt(0);
}
