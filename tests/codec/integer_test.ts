import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeBigint, decodeInteger, encodeBigint, MAX_DIGITS } from "../../src/codec/integer.ts";
import { CodecError } from "../../src/errors.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("decodeInteger() reads what Python's int() reads", () => {
  const texts: [string, number | bigint][] = [
    ["0", 0],
    ["-5", -5],
    ["+7", 7],
    ["007", 7],
    ["12  ", 12],
    ["\t\n\v\f\r\x1c\x1d\x1e\x1f 12\r\n", 12],
    ["1_000", 1000],
    ["-1_2_3", -123],
    ["999999999999999", 999999999999999],
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["9007199254740992", 9007199254740992n],
    ["-18446744073709551616", -18446744073709551616n],
    ["0000000000000000000000000000007", 7],
  ];
  for (const [text, number] of texts) assertEquals(decodeInteger(bytes(text)), number, text);
});

Deno.test("decodeInteger() knows no negative zero", () => {
  assert(Object.is(decodeInteger(bytes("-0")), 0));
  assert(Object.is(decodeInteger(bytes(" -0 ")), 0));
});

Deno.test("decodeInteger() refuses what is no integer and says what it is", () => {
  for (
    const text of [
      "",
      " ",
      "-",
      "+",
      "1.0",
      "1e3",
      "0x10",
      "- 1",
      "1 2",
      "_1",
      "1_",
      "1__0",
      "--1",
      "abc",
      "1\0",
      "١",
    ]
  ) {
    assertThrows(() => decodeInteger(bytes(text)), CodecError, "Cannot read an integer", text);
  }
  assertThrows(() => decodeInteger(bytes("x".repeat(100))), CodecError, `"${"x".repeat(40)}…"`);
});

Deno.test("decodeBigint() gives a bigint for every integer", () => {
  assertEquals(decodeBigint(bytes("5 ")), 5n);
  assertEquals(decodeBigint(bytes("-0")), 0n);
});

Deno.test("decodeInteger() and encodeBigint() bound the digits", () => {
  const digits = "9".repeat(MAX_DIGITS);
  assertEquals(encodeBigint(decodeInteger(bytes(digits)) as bigint), digits);
  assertThrows(() => decodeInteger(bytes(`${digits}9`)), CodecError, "must be <= 100000 bytes");
  assertThrows(
    () => encodeBigint(10n ** BigInt(MAX_DIGITS)),
    RangeError,
    "must have <= 100000 digits",
  );
});
