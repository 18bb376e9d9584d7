import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ProtocolError } from "../../src/errors.ts";
import { ItemView } from "../../src/protocol/item_view.ts";
import { Random } from "../support/random.ts";
import { bytesOf, textOf } from "../support/wire.ts";

Deno.test("ItemView.cas() reads every number of 64 bits exactly", () => {
  const numbers = [0n, 1n, 9n, 10n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n + 1n, 2n ** 63n];
  numbers.push(9999999999n, 10000000000n, 10000000001n, 99999999999n, 2n ** 64n - 1n);
  const random = new Random(5);
  for (let i = 0; i < 2000; i++) {
    const high = BigInt(random.below(2 ** 32)) << 32n | BigInt(random.below(2 ** 32));
    numbers.push(high >> BigInt(random.below(64)));
  }
  for (const number of numbers) {
    assertEquals(viewOf("k", "", String(number)).cas(), number);
  }
});

Deno.test("ItemView.cas() rejects a reply that had none", () => {
  const view = viewOf("k", "", "");
  assertEquals(view.hasCas, false);
  assertThrows(() => view.cas(), ProtocolError, 'Cannot take item "k" as it has no cas');
  assertEquals(viewOf("k", "", "0").cas(), 0n);
});

Deno.test("ItemView.cas() reads zeros in front, and cuts what no server sends to 64 bits", () => {
  assertEquals(viewOf("k", "", "00000000000000000007").cas(), 7n);
  assertEquals(viewOf("k", "", "18446744073709551616").cas(), 0n);
  assertEquals(viewOf("k", "", "99999999999999999999").cas(), 99999999999999999999n % 2n ** 64n);
});

Deno.test("ItemView.hasKey() compares every byte", () => {
  const key = "a\xe7\x94\xb5\tz";
  const view = viewOf(key, "data", "");
  assert(view.hasKey(key));
  for (
    const other of [
      "",
      "a",
      key.slice(1),
      key.slice(0, -1),
      `${key}z`,
      ` ${key}`,
      key.toUpperCase(),
    ]
  ) {
    assert(!view.hasKey(other), other);
  }
  for (let i = 0; i < key.length; i++) {
    assert(!view.hasKey(`${key.slice(0, i)}_${key.slice(i + 1)}`));
  }
});

Deno.test("ItemView.hasKey() takes no char for the byte it would be cut to", () => {
  assert(!viewOf("a", "", "").hasKey("\u0161"));
  assert(!viewOf("\xe9", "", "").hasKey("\u01e9"));
});

Deno.test("ItemView.key() gives one char a byte", () => {
  for (const key of ["k", "k".repeat(250), "\x01\x7f\x80\xff"]) {
    assertEquals(viewOf(key, "data", "1").key(), key);
  }
});

Deno.test("ItemView.copyData() copies what is borrowed and gives what is owned", () => {
  const view = viewOf("k", "data", "");
  const copy = view.copyData();
  assertEquals(textOf(copy), "data");
  assertNotStrictEquals(copy.buffer, view.data.buffer);
  view.data.fill(0);
  assertEquals(textOf(copy), "data");

  view.data = bytesOf("own");
  view.dataStart = 0;
  view.dataEnd = 3;
  view.owned = true;
  assertStrictEquals(view.copyData(), view.data);
});

/** A view of an item in the middle of a buffer. */
function viewOf(key: string, data: string, cas: string): ItemView {
  const view = new ItemView();
  const text = `9${key}9${cas}9${data}9`;
  view.header = view.data = bytesOf(text);
  view.keyStart = 1;
  view.keyEnd = 1 + key.length;
  view.casStart = view.keyEnd + 1;
  view.casEnd = view.casStart + cas.length;
  view.dataStart = view.casEnd + 1;
  view.dataEnd = view.dataStart + data.length;
  return view;
}
