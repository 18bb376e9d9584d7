import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  bytesOfWire,
  hasGaps,
  keyText,
  MAX_KEY_BYTES,
  wireKey,
  wirePrefix,
  withoutPrefix,
} from "../src/key.ts";
import { Random } from "./support/random.ts";

Deno.test("wireKey() gives an ASCII key back as it is", () => {
  for (const key of ["a", "user:1", "?a", "~!@#$%^&*()_+", "k".repeat(250)]) {
    assertStrictEquals(wireKey(key), key);
  }
});

Deno.test("wireKey() gives the bytes of the key's UTF-8, one char each", () => {
  assertEquals(wireKey("é"), "\xc3\xa9");
  assertEquals(wireKey("a电"), "a\xe7\x94\xb5");
  assertEquals(wireKey("𝒳"), "\xf0\x9d\x92\xb3");
});

Deno.test("wireKey() gives the same bytes as TextEncoder for random keys", () => {
  const random = new Random(4711);
  const limits = [0x7f, 0x7ff, 0xd7ff, 0xffff, 0x10ffff];
  for (let round = 0; round < 5000; round++) {
    let key = "";
    for (let left = 1 + random.below(60); left > 0; left--) {
      key += String.fromCodePoint(1 + random.below(random.pick(limits)));
    }
    const prefix = random.pick(["", "p:", "é:", "?"]);
    const text = key.replace(/[ \r\n\ud800-\udfff]/gu, "_");
    const bytes = new TextEncoder().encode(prefixed(prefix, text));
    const wire = bytes.length <= MAX_KEY_BYTES ? wireKey(text, wirePrefix(prefix)) : undefined;
    if (wire === undefined) assertThrows(() => wireKey(text, wirePrefix(prefix)), RangeError);
    else assertEquals(codes(wire), [...bytes], `seed ${random.seed}, round ${round}`);
  }
});

function prefixed(prefix: string, key: string): string {
  return prefix !== "" && key.startsWith("?") ? "?" + prefix + key.slice(1) : prefix + key;
}

function codes(wire: string): number[] {
  return Array.from({ length: wire.length }, (_, i) => wire.charCodeAt(i));
}

Deno.test("wireKey() puts the prefix before the key, but behind a question mark", () => {
  assertEquals(wireKey("foo", "a:"), "a:foo");
  assertEquals(wireKey("?foo", "a:"), "?a:foo");
  assertEquals(wireKey("??foo", "a:"), "?a:?foo");
  assertEquals(wireKey("?", "a:"), "?a:");
  assertEquals(wireKey("?é", wirePrefix("é")), "?\xc3\xa9\xc3\xa9");
  assertEquals(wireKey("?foo"), "?foo");
  assertEquals(wireKey("foo", wirePrefix("?")), "?foo");
});

Deno.test("wireKey() takes control characters other than NUL, CR and LF", () => {
  for (let code = 1; code <= 0x9f; code++) {
    const key = `a${String.fromCharCode(code)}b`;
    if (code === 0x20 || code === 0x0a || code === 0x0d) continue;
    assertEquals(codes(wireKey(key)), [...new TextEncoder().encode(key)]);
  }
});

Deno.test("wireKey() refuses what would break a line, wherever it stands", () => {
  const cases = [[" ", "a space"], ["\r", "CR"], ["\n", "LF"], ["\0", "NUL"]] as const;
  for (const [char, name] of cases) {
    for (const key of [char, `${char}a`, `a${char}`, `é${char}a`, `a${char}é`]) {
      for (const prefix of ["", "p:"]) {
        const error = assertThrows(() => wireKey(key, prefix), TypeError);
        assertEquals(error.message, `Cannot use key ${JSON.stringify(key)} as it contains ${name}`);
      }
    }
  }
});

Deno.test("wireKey() refuses halves of surrogate pairs, which would become one key", () => {
  for (
    const key of ["\ud83d", "\udd11", "a\ud83d", "\ud83da", "\udd11\ud83d", "\ud83d\ud83d\udd11"]
  ) {
    assertThrows(() => wireKey(key), TypeError, "contains half of a surrogate pair");
  }
  assertEquals(wireKey("\ud83d\udd11").length, 4);
});

Deno.test("wireKey() refuses the empty key, also with a prefix", () => {
  assertThrows(() => wireKey(""), TypeError, 'Cannot use key "" as it is empty');
  assertThrows(() => wireKey("", "p:"), TypeError, 'Cannot use key "" as it is empty');
});

Deno.test("wireKey() refuses what is not a string", () => {
  for (const [key, type] of [[undefined, "undefined"], [null, "null"], [7, "number"]] as const) {
    assertThrows(
      () => wireKey(key as unknown as string),
      TypeError,
      `Cannot use a key that is not a string: current type is ${type}`,
    );
  }
});

Deno.test("wireKey() says what to write in place of what is not a string", () => {
  const wrong: readonly (readonly [key: unknown, advice: string])[] = [
    [7, "number; write its String()"],
    [7n, "bigint; write its String()"],
    [["a"], "object; the methods for many keys take a list, as getMulti() does"],
    [Promise.resolve("a"), "object; await it"],
  ];
  for (const [key, advice] of wrong) {
    assertThrows(() => wireKey(key as string), TypeError, `current type is ${advice}`);
  }
});

Deno.test("wireKey() counts bytes, prefix included, up to 250", () => {
  assertEquals(wireKey("é".repeat(125)).length, 250);
  assertEquals(wireKey("k".repeat(248), "p:").length, 250);
  assertEquals(wireKey("?" + "k".repeat(247), "p:").length, 250);
  const cases = [
    [
      "k".repeat(251),
      "",
      'current size is 251, and the option longKeys: "hash" allows longer ones',
    ],
    ["é".repeat(126), "", "it must be <= 250 bytes: current size is 252"],
    ["k".repeat(249), "p:", "it must be <= 250 bytes with its prefix: current size is 251"],
    ["k".repeat(1e6), "", "it must be <= 250 bytes: current size is 1000000"],
  ] as const;
  for (const [key, prefix, message] of cases) {
    const error = assertThrows(() => wireKey(key, prefix), RangeError, message);
    assertEquals(error.message.length < 200, true, "a long key is cut in the message");
  }
});

Deno.test("wirePrefix() gives the bytes of the prefix, and takes none", () => {
  assertEquals(wirePrefix(""), "");
  assertEquals(wirePrefix("v2:"), "v2:");
  assertEquals(wirePrefix("é:"), "\xc3\xa9:");
  assertEquals(wirePrefix("p".repeat(249)).length, 249);
});

Deno.test("wirePrefix() refuses what no key could begin with", () => {
  const cases = [
    ["a b", TypeError, 'Cannot use prefix "a b" as it contains a space'],
    ["a\n", TypeError, 'Cannot use prefix "a\\n" as it contains LF'],
    ["\ud83d", TypeError, 'Cannot use prefix "\\ud83d" as it contains half of a surrogate pair'],
    ["p".repeat(250), RangeError, "as it must be < 250 bytes: current size is 250"],
    [7, TypeError, "Cannot use a prefix that is not a string: current type is number"],
  ] as const;
  for (const [prefix, kind, message] of cases) {
    assertThrows(() => wirePrefix(prefix as string), kind, message);
  }
});

Deno.test("withoutPrefix() is the reverse of wireKey(), and gives nothing for any other key", () => {
  const random = new Random(4712);
  const chars = ["?", "a", "b", ":", "é"];
  const text = (most: number) =>
    Array.from({ length: random.below(most) }, () => random.pick(chars)).join("");
  for (let round = 0; round < 20_000; round++) {
    const prefix = wirePrefix(text(4));
    const key = text(5) || "k";
    const about = `seed ${random.seed}, round ${round}`;
    assertEquals(withoutPrefix(wireKey(key, prefix), prefix), wireKey(key), about);
    // A key that is found must lead to the very item: never to another one.
    const found = withoutPrefix(wireKey(key), prefix);
    if (found !== undefined) {
      assertEquals(wireKey(keyText(found), prefix), wireKey(key), about);
    }
  }
});

Deno.test("withoutPrefix() leaves keys of other prefixes out", () => {
  for (const wire of ["b:a", "a", "a:", "a:?b", "?b:c", "?c"]) {
    assertEquals(withoutPrefix(wire, "a:"), undefined, wire);
  }
  assertEquals(withoutPrefix("a:b", "a:"), "b");
  assertEquals(withoutPrefix("?a:b", "a:"), "?b");
  assertEquals(withoutPrefix("?a:b", ""), "?a:b");
});

Deno.test("keyText() gives the text of UTF-8", () => {
  for (const key of ["a", "é电𝒳", "\ufeffa", "a b", "\x7f", "\x01"]) {
    assertEquals(keyText(wireOf(new TextEncoder().encode(key))), key);
  }
});

Deno.test("keyText() gives each key that is not UTF-8 a text of its own, which no client accepts", () => {
  const random = new Random(4713);
  const seen = new Map<string, string>();
  for (let round = 0; round < 5000; round++) {
    const bytes = Uint8Array.from({ length: 1 + random.below(6) }, () => 0x21 + random.below(0xdf));
    const wire = wireOf(bytes);
    const text = keyText(wire);
    const about = `seed ${random.seed}, round ${round}, bytes ${bytes}`;
    assertEquals(seen.get(text) ?? wire, wire, about);
    seen.set(text, wire);
    assertEquals(bytesOfWire(wire), bytes);
    if (hasGaps(text)) assertThrows(() => wireKey(text), TypeError, "surrogate", about);
    else assertEquals(wireKey(text), wire, about);
  }
});

function wireOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
