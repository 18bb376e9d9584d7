import { assert, assertEquals } from "@std/assert";
import { bytesAsText, shownValue } from "../../../src/cli/dashboard/shown_value.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test("shownValue() shows values of every type as text", NO_PERMISSIONS, () => {
  const shown = (value: unknown) => {
    const { type, text } = shownValue(value);
    return [type, text];
  };
  assertEquals(shown("<b>"), ["text", "<b>"]);
  assertEquals(shown({ a: [1] }), ["object", "{ a: [ 1 ] }"]);
  assertEquals(shown([1, "x"]), ["list", "[ 1, 'x' ]"]);
  assertEquals(shown(12n), ["bigint", "12n"]);
  assertEquals(shown(-0), ["number", "-0"]);
  assertEquals(shown(true), ["boolean", "true"]);
  assertEquals(shown(null), ["null", "null"]);
  assertEquals(shown(new Map([["k", 1]])), ["Map", "Map(1) { 'k' => 1 }"]);
  assertEquals(shown(Object.create(null))[0], "object");
  assertEquals(shown(new Uint8Array([0x41, 0]))[0], "bytes");
});

Deno.test("shownValue() is bounded, however large the value is", NO_PERMISSIONS, () => {
  const deep: unknown[] = [];
  let inner = deep;
  for (let i = 0; i < 10_000; i++) inner.push(inner = []);
  for (
    const value of ["x".repeat(1e6), Array(1e6).fill("y".repeat(100)), deep, new Uint8Array(1e6)]
  ) {
    const { text, isCut } = shownValue(value);
    assert(text.length <= 70_000);
    assert(isCut || text.length < 66_000);
  }
});

Deno.test("bytesAsText() has sixteen bytes a line", NO_PERMISSIONS, () => {
  const bytes = new TextEncoder().encode("<b>&\n0123456789abcdef");
  assertEquals(bytesAsText(bytes), {
    text: "0000  3c 62 3e 26 0a 30 31 32 33 34 35 36 37 38 39 61  <b>&·0123456789a\n" +
      "0010  62 63 64 65 66                                   bcdef",
    isCut: false,
  });
  assertEquals(bytesAsText(bytes, 4), {
    text: `0000  3c 62 3e 26${" ".repeat(36)}  <b>&`,
    isCut: true,
  });
});
