import { assert, assertEquals, assertThrows } from "@std/assert";
import { readMarshal } from "../../src/codec/python/marshal_reader.ts";
import { CodecError } from "../../src/errors.ts";
import { same } from "./same.ts";

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

Deno.test("readMarshal() refuses several NaN as keys or members, which JavaScript takes for one", () => {
  const nan = "g\0\0\0\0\0\0\xf8\x7f";
  for (const twice of [`{${nan}N${nan}T0`, `<\x02\0\0\0${nan}${nan}`, `>\x02\0\0\0${nan}${nan}`]) {
    assertThrows(() => readMarshal(latin1(twice)), CodecError, "several of its keys are NaN");
  }
  assertEquals(readMarshal(latin1(`{${nan}N0`)), new Map([[NaN, null]]));
  assertEquals(readMarshal(latin1(`<\x01\0\0\0${nan}`)), new Set([NaN]));
  assertEquals(readMarshal(latin1(`[\x02\0\0\0${nan}${nan}`)), [NaN, NaN]);
});

Deno.test("readMarshal() reads every type code", () => {
  const table: [data: string, value: unknown][] = [
    ["N", null],
    ["T", true],
    ["F", false],
    ["i\xff\xff\xff\xff", -1],
    ["I\xff\xff\xff\xff\xff\xff\xff\xff", -1],
    ["I\0\0\0\0\0\0\0\x80", -(2n ** 63n)],
    ["l\0\0\0\0", 0],
    ["l\x01\0\0\0\x01\0", 1],
    ["l\xfe\xff\xff\xff\x01\0\x01\0", -32769],
    ["l\x04\0\0\0\xff\x7f\xff\x7f\xff\x7f\xff\x7f", 2n ** 60n - 1n],
    ["f\x031.5", 1.5],
    ["f\x04-inf", -Infinity],
    ["f\x05-1e10", -1e10],
    ["g\0\0\0\0\0\0\xf8\x3f", 1.5],
    ["s\x02\0\0\0\0\xff", Uint8Array.of(0, 255)],
    ["u\x02\0\0\0\xc3\xa9", "é"],
    ["t\x02\0\0\0\xc3\xa9", "é"],
    ["a\x02\0\0\0ab", "ab"],
    ["A\x01\0\0\0\xe9", "é"],
    ["z\x02ab", "ab"],
    ["Z\x01\xe9", "é"],
    ["(\x01\0\0\0N", [null]],
    [")\x02NT", [null, true]],
    ["[\0\0\0\0", []],
    ["{0", {}],
    ["{z\x01aN0", { a: null }],
    ["{z\x01aNNT0", new Map<unknown, unknown>([["a", null], [null, true]])],
    ["<\x01\0\0\0N", new Set([null])],
    [">\0\0\0\0", new Set()],
    ["[\x02\0\0\0\xfa\x03abcr\0\0\0\0", ["abc", "abc"]],
    ["NTT", null],
  ];
  for (const [data, value] of table) {
    assert(same(readMarshal(latin1(data)), value), JSON.stringify(data));
  }
});

Deno.test("readMarshal() numbers containers for references in the order they begin", () => {
  // A list (0) of a list (1) of a text (2), then references to 2 and 1.
  const value = readMarshal(latin1("\xdb\x03\0\0\0\xdb\x01\0\0\0\xfa\x01ar\x02\0\0\0r\x01\0\0\0"));
  assertEquals(value, [["a"], "a", ["a"]]);
  assert((value as unknown[])[0] === (value as unknown[])[2], "shared, not copied");
});

Deno.test("readMarshal() makes an own property of __proto__", () => {
  const value = readMarshal(latin1("{z\x09__proto__[\0\0\0\x000")) as object;
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
  assertEquals(Object.keys(value), ["__proto__"]);
});

Deno.test("readMarshal() refuses spoiled data and says what is wrong", () => {
  const table: [data: string, message: string][] = [
    ["", "cut short"],
    ["i\0", "cut short: 4 due, 1 bytes left"],
    ["u\x05\0\0\0ab", "cut short: 5 due, 2 bytes left"],
    ["s\xff\xff\xff\xff", "negative: -1"],
    ["[\xff\xff\xff\xff", "negative: -1"],
    ["[\x02\0\0\0N", "cut short"],
    ["[\x02\0\0\0[\x01\0\0\0N", "cut short"],
    ["0", "bare NULL"],
    ["[\x01\0\0\x000", "bare NULL"],
    ["{N0", "bare NULL"],
    ["{", "cut short"],
    ["?", "an unknown object"],
    ["\x01", "is not a type code: 1"],
    ["u\x01\0\0\0\xff", "not UTF-8"],
    ["l\x01\0\0\0\0\0", "is not a digit of a long: 0"],
    ["l\x01\0\0\0\0\x80", "is not a digit of a long: 32768"],
    ["l\x02\0\0\0\x01\0\0\0", "is not a digit of a long: 0"],
    ["l\xff\xff\xff\x7f", "must have <="],
    ["f\x03abc", "Cannot read a float"],
    ["r\0\0\0\0", "no object 0"],
    ["r\xff\xff\xff\xff", "no object -1"],
    ["R\0\0\0\0", "a string reference of Python 2"],
    ["x\x010\x011", "no type for complex"],
    ["y", "no type for complex"],
    [".", "no type for Ellipsis"],
    ["S", "no type for StopIteration"],
    ["c", "no type for code"],
  ];
  for (const [data, message] of table) {
    assertThrows(() => readMarshal(latin1(data)), CodecError, message, JSON.stringify(data));
  }
});
