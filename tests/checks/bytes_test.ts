import { assert, assertEquals, assertThrows } from "@std/assert";
import { plainBytes } from "../../src/checks/bytes.ts";

Deno.test("plainBytes() gives the same bytes, uncopied, without anything of the caller's array", () => {
  class Special extends Uint8Array {
    override get length(): number {
      return 1;
    }
  }
  const buffer = new ArrayBuffer(8);
  const given = Object.assign(new Special(buffer, 2, 4), { extra: 1 });
  const plain = plainBytes(given);
  assertEquals(Object.getPrototypeOf(plain), Uint8Array.prototype);
  assertEquals(Reflect.ownKeys(plain), ["0", "1", "2", "3"]);
  assertEquals([plain.buffer, plain.byteOffset, plain.length], [buffer, 2, 4]);
});

Deno.test("plainBytes() keeps the length that an array had, when its buffer grows and when it shrinks", () => {
  const buffer = new ArrayBuffer(4, { maxByteLength: 8 });
  const plain = plainBytes(new Uint8Array(buffer));
  buffer.resize(8);
  assertEquals(plain.length, 4);
  buffer.resize(2);
  assertEquals(plain.length, 0);
  assertThrows(() => plainBytes(plain), TypeError, "Cannot use bytes that are gone");
});

Deno.test("plainBytes() takes bytes of a shared buffer, and empty ones", () => {
  const shared = new SharedArrayBuffer(3);
  assert(plainBytes(new Uint8Array(shared)).buffer as ArrayBufferLike === shared);
  assertEquals(plainBytes(new Uint8Array()).length, 0);
});

Deno.test("plainBytes() refuses what only looks like bytes", () => {
  const disguised = Object.setPrototypeOf(new Uint16Array(2), Uint8Array.prototype);
  const others = [
    disguised,
    Object.create(Uint8Array.prototype),
    new Proxy(new Uint8Array(2), {}),
    new Uint8ClampedArray(2),
    new DataView(new ArrayBuffer(2)),
    "text",
    null,
    undefined,
  ];
  for (const other of others) {
    assertThrows(
      () => plainBytes(other as Uint8Array),
      TypeError,
      "Cannot use bytes that only look like a Uint8Array",
    );
  }
});
