import { assert, assertEquals, assertThrows } from "@std/assert";
import { readPickle } from "../../src/codec/python/pickle_reader.ts";
import { CodecError } from "../../src/errors.ts";
import { same } from "./same.ts";

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

Deno.test("readPickle() refuses several NaN as keys or members, which JavaScript takes for one", () => {
  for (const twice of ["}(Fnan\nNFnan\nNu.", "\x8f(Fnan\nFnan\n\x90.", "(Fnan\nFnan\n\x91."]) {
    assertThrows(() => readPickle(latin1(twice)), CodecError, "several of its keys are NaN");
  }
  assertEquals(readPickle(latin1("}Fnan\nNs.")), new Map([[NaN, null]]));
});

Deno.test("readPickle() reads every opcode of plain data", () => {
  const table: [data: string, value: unknown][] = [
    ["N.", null],
    ["\x88.", true],
    ["\x89.", false],
    ["I01\n.", true],
    ["I00\n.", false],
    ["I-7\n.", -7],
    ["L18446744073709551616L\n.", 2n ** 64n],
    ["J\xff\xff\xff\xff.", -1],
    ["K\xff.", 255],
    ["M\xff\xff.", 65535],
    ["\x8a\0.", 0],
    ["\x8a\x01\xff.", -1],
    ["\x8a\x02\xff\0.", 255],
    ["\x8b\x09\0\0\0\0\0\0\0\0\0\0\0\x01.", 2n ** 64n],
    ["F-1.5e3\n.", -1500],
    ["Finf\n.", Infinity],
    ["G\x3f\xf8\0\0\0\0\0\0.", 1.5],
    ["S'a\\'\\x41\\n\\\\'\n.", "a'A\n\\"],
    ["T\x02\0\0\0ab.", "ab"],
    ["U\x02ab.", "ab"],
    ["Va\\u4e2d\\U0001f511\\u005cu0041\xe9\n.", "a中🔑\\u0041é"],
    ["X\x02\0\0\0\xc3\xa9.", "é"],
    ["\x8c\x03\xed\xa0\x80.", "\ud800"],
    ["\x8d\x01\0\0\0\0\0\0\0a.", "a"],
    ["B\x01\0\0\0\xff.", Uint8Array.of(255)],
    ["C\x01\xff.", Uint8Array.of(255)],
    ["\x8e\x01\0\0\0\0\0\0\0\xff.", Uint8Array.of(255)],
    ["\x96\x01\0\0\0\0\0\0\0\xff.", Uint8Array.of(255)],
    ["].", []],
    ["(K\x01l.", [1]],
    ["]Na.", [null]],
    ["](NNe.", [null, null]],
    [").", []],
    ["(NNt.", [null, null]],
    ["N\x85.", [null]],
    ["NN\x86.", [null, null]],
    ["NNN\x87.", [null, null, null]],
    ["}.", {}],
    ["(U\x01aNd.", { a: null }],
    ["}U\x01aNs.", { a: null }],
    ["}(U\x01aNK\x01Nu.", new Map<unknown, unknown>([["a", null], [1, null]])],
    ["\x8f.", new Set()],
    ["\x8f(K\x01K\x02\x90.", new Set([1, 2])],
    ["(K\x01\x91.", new Set([1])],
    ["NK\x010.", null],
    ["N(K\x011.", null],
    ["N(0.", null],
    ["N2\x86.", [null, null]],
    ["]p0\n0g0\n.", []],
    ["U\x01aq\x050h\x05.", "a"],
    ["U\x01ar\x05\0\0\x000j\x05\0\0\0.", "a"],
    ["\x80\x04\x95\x03\0\0\0\0\0\0\0K\x01\x94.", 1],
    ["c_codecs\nencode\n(X\x02\0\0\0\xc3\xa9U\x06latin1tR.", Uint8Array.of(0xe9)],
    ["c__builtin__\nset\n(]NatR.", new Set([null])],
    ["cbuiltins\nfrozenset\n)R.", new Set()],
    ["c__builtin__\nbytes\n)R.", new Uint8Array(0)],
    ["cbuiltins\nbytearray\nC\x01a\x85R.", Uint8Array.of(0x61)],
    ["\x8c\x08builtins\x8c\x03set\x93]\x85R.", new Set()],
    ["N.ignored", null],
  ];
  for (const [data, value] of table) {
    assert(same(readPickle(latin1(data)), value), JSON.stringify(data));
  }
});

Deno.test("readPickle() fills a container after it was referred to", () => {
  // A list that holds a dict twice, which gets its entries last.
  const value = readPickle(latin1("]}q\x00ah\x00ah\x00K\x01Ns0.")) as Map<unknown, unknown>[];
  assertEquals(value, [new Map([[1, null]]), new Map([[1, null]])]);
  assert(value[0] === value[1], "shared, not copied");
});

Deno.test("readPickle() names every opcode and global that is not plain data", () => {
  const table: [data: string, message: string][] = [
    ["cos\nsystem\n(S'true'\ntR.", 'it imports "os.system", not plain data'],
    ["\x8c\x02os\x8c\x06system\x93.", 'it imports "os.system"'],
    ["cbuiltins\neval\n.", 'it imports "builtins.eval"'],
    ["c__builtin__\ncomplex\n.", 'it imports "__builtin__.complex"'],
    ["ccollections\nOrderedDict\n.", 'it imports "collections.OrderedDict"'],
    ["(ios\nsystem\n.", "byte 1 is INST"],
    ["(cbuiltins\nset\no.", "is OBJ"],
    [")\x81.", "is NEWOBJ"],
    [")\x92.", "is NEWOBJ_EX"],
    ["NNb.", "is BUILD"],
    ["P1\n.", "is PERSID"],
    ["NQ.", "is BINPERSID"],
    ["\x82\x01.", "is EXT1"],
    ["\x83\x01\0.", "is EXT2"],
    ["\x84\x01\0\0\0.", "is EXT4"],
    ["\x97.", "is NEXT_BUFFER"],
    ["N\x98.", "is READONLY_BUFFER"],
    ["\xff.", "is no opcode: 255"],
    ["cbuiltins\nset\n.", "has a global as value"],
    ["cbuiltins\nset\n\x85.", "has a global as value"],
    ["N)R.", "calls something other than a global"],
    ["cbuiltins\nset\nK\x01\x85R.", 'calls "set" with unusual arguments'],
    ["cbuiltins\nbytes\nK\x64\x85R.", 'calls "bytes" with unusual arguments'],
    ["c_codecs\nencode\nU\x01aU\x05utf-8\x86R.", 'calls "encode" with unusual arguments'],
    ["c_codecs\nencode\nX\x03\0\0\0\xe4\xb8\xadU\x06latin1\x86R.", "not Latin-1"],
  ];
  for (const [data, message] of table) {
    assertThrows(() => readPickle(latin1(data)), CodecError, message, JSON.stringify(data));
  }
});

Deno.test("readPickle() refuses spoiled data and says what is wrong", () => {
  const table: [data: string, message: string][] = [
    ["", "cut short"],
    [".", "stack is empty"],
    ["N", "cut short"],
    ["0.", "stack is empty"],
    ["N(2.", "stack is empty"],
    ["Na.", "stack is empty"],
    ["NNa.", "no such container"],
    ["]NNs.", "no such container"],
    ["}Na.", "no such container"],
    ["}(Nu.", "a key has no value"],
    ["(Nd.", "a key has no value"],
    ["t.", "lacks a mark"],
    ["h\0.", "memo 0 is empty"],
    ["g-1\n.", 'memo index is "-1"'],
    ["Nr\xff\xff\xff\xff.", "no room for memo 4294967295"],
    ["\x80\x06N.", "protocol must be <= 5: current is 6"],
    ["\x95\xff\0\0\0\0\0\0\0N.", "cut short"],
    ["X\xff\xff\xff\xffa.", "cut short"],
    ["T\xff\xff\xff\xffa.", "cut short"],
    ["\x8d\xff\xff\xff\xff\xff\xff\xff\xffa.", "cut short"],
    ["\x8c\x01\xff.", "not UTF-8"],
    ["U\x01\xff.", "not ASCII"],
    ["S'\\xff'\n.", "not ASCII"],
    ["Sabc\n.", 'a string is "abc"'],
    ["V\\U00110000\n.", "is not a character"],
    ["V", "cut short in a line"],
    ["I1.5\n.", "Cannot read an integer"],
    ["Fx\n.", "Cannot read a float"],
  ];
  for (const [data, message] of table) {
    assertThrows(() => readPickle(latin1(data)), CodecError, message, JSON.stringify(data));
  }
});
