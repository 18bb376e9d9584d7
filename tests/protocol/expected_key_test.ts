import { assert, assertEquals } from "@std/assert";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import { ExpectedKey } from "../../src/protocol/expected_key.ts";
import { ItemView } from "../../src/protocol/item_view.ts";
import { Random } from "../support/random.ts";

const encoder = new TextEncoder();

/** Makes the expectation of a key that stands in a request. */
function expecting(key: string): ExpectedKey {
  const expected = ExpectedKey.take(encoder.encode(`get a ${key} b\r\n`));
  expected.set("get a ".length, "get a ".length + encoder.encode(key).length);
  return expected;
}

Deno.test("ExpectedKey recognises its key, and no other that differs in a byte or in length", () => {
  for (let length = 4; length <= 40; length++) {
    const key = "k".repeat(length);
    const expected = expecting(key);
    const endIn = (text: string) => {
      const bytes = encoder.encode(`xx${text}`);
      return expected.endIn(bytes, 2, bytes.length);
    };
    assertEquals(endIn(`${key} 0 1`), 2 + length);
    assertEquals(endIn(`${key}k 0 1`), -1);
    assertEquals(endIn(`${key.slice(1)} 0 1`), -1);
    assertEquals(endIn(key), -1, "the space has not come yet");
    for (let i = 0; i < length; i++) {
      assertEquals(endIn(`${key.slice(0, i)}x${key.slice(i + 1)} 0 1`), -1, `${length}, ${i}`);
    }
    expected.give();
  }
});

Deno.test("ExpectedKey looks at nothing before or behind the bytes it is given", () => {
  const whole = encoder.encode("....VALUE key:1 0 1\r\n");
  const bytes = whole.subarray(4);
  assertEquals(expecting("key:1").endIn(bytes, 6, bytes.length), 11);
  assertEquals(expecting("key:1").endIn(bytes, 6, 11), -1);
});

Deno.test("ExpectedKey recognises nothing for keys of less than four bytes, nor once it was given back", () => {
  const bytes = encoder.encode("abc 0 1 abcd 0 1");
  assertEquals(expecting("abc").endIn(bytes, 0, bytes.length), -1);
  const expected = expecting("abcd");
  assertEquals(expected.endIn(bytes, 8, bytes.length), 12);
  expected.give();
  assertEquals(expected.endIn(bytes, 8, bytes.length), -1);
});

Deno.test("a VALUE line is read alike, whichever key is expected", () => {
  const random = new Random(11);
  const next = (below: number) => random.below(below);
  const keyOf = () => "abé:01".repeat(4).slice(0, 1 + next(20)) + next(10);
  for (let round = 0; round < 2000; round++) {
    const key = keyOf();
    const line = encoder.encode(`VALUE ${key} ${next(100)} ${next(1000)} ${next(5)}\r\nrest`);
    const plain = new ItemView();
    const known = new ItemView();
    known.expected = expecting(next(2) === 0 ? key : keyOf());
    const cut = next(3) === 0 ? 1 + next(line.length) : line.length;
    const read = (into: ItemView) => {
      try {
        return readClassicLine(line, 0, cut, into);
      } catch (error) {
        return String(error);
      }
    };
    assertEquals(read(known), read(plain), `seed 11, round ${round}`);
    for (const field of ["keyStart", "keyEnd", "flags", "size", "casStart", "casEnd"] as const) {
      assertEquals(known[field], plain[field], `seed 11, round ${round}: ${field}`);
    }
    known.expected.give();
  }
});

Deno.test("ItemView.isAscii is true only if all that has come is ASCII, and much has", () => {
  const view = (text: string, size: number) => {
    const item = new ItemView();
    item.data = encoder.encode(text);
    item.dataEnd = size;
    item.newChunk(item.data.length);
    return item;
  };
  assert(view("a".repeat(2000), 100).isAscii);
  assert(!view("a".repeat(500), 10).isAscii);
  assert(!view("a".repeat(2000), 1000).isAscii);
  assert(!view("a".repeat(1999) + "é", 100).isAscii);
  const item = view("a".repeat(2000), 100);
  assert(item.isAscii);
  item.owned = true;
  assert(!item.isAscii, "an owned block is another array");
  item.owned = false;
  item.newChunk(2000);
  item.data = encoder.encode("é".repeat(1000));
  assert(!item.isAscii, "new bytes are looked at anew");
});
