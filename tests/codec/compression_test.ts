import { assert, assertEquals, assertThrows } from "@std/assert";
import { compress, inflate } from "../../src/codec/compression.ts";
import { CodecError } from "../../src/errors.ts";
import { Random } from "../support/random.ts";

Deno.test("compress() writes zlib streams of level 6 that inflate() reads", () => {
  const random = new Random(11);
  for (const length of [0, 1, 100, 10_000, 300_000]) {
    for (const data of [new Uint8Array(length), random.bytes(length)]) {
      const stream = compress(data);
      assertEquals([...stream.subarray(0, 2)], [0x78, 0x9c]);
      assertEquals(Object.getPrototypeOf(stream), Uint8Array.prototype);
      const inflated = inflate(stream, Math.max(length, 1));
      assertEquals(inflated, data);
      assertEquals(Object.getPrototypeOf(inflated), Uint8Array.prototype);
    }
  }
});

Deno.test("inflate() ignores bytes after the first stream", () => {
  const stream = compress(Uint8Array.of(1, 2, 3));
  for (const tail of [Uint8Array.of(0), new Uint8Array(1000).fill(7), stream]) {
    const data = new Uint8Array(stream.length + tail.length);
    data.set(stream);
    data.set(tail, stream.length);
    assertEquals(inflate(data, 3), Uint8Array.of(1, 2, 3));
  }
});

Deno.test("inflate() refuses every cut and every other stream", () => {
  const stream = compress(new TextEncoder().encode("some text that is long enough, long enough"));
  for (let length = 0; length < stream.length; length++) {
    assertThrows(() => inflate(stream.subarray(0, length), 1000), CodecError, "Cannot inflate");
  }
  const spoiled = stream.slice();
  spoiled[spoiled.length - 1] ^= 1;
  for (
    const data of [
      spoiled,
      stream.subarray(2),
      new TextEncoder().encode("not zlib"),
      new Uint8Array(8),
    ]
  ) {
    assertThrows(
      () => inflate(data, 1000),
      CodecError,
      `Cannot inflate a value of ${data.length} bytes: `,
    );
  }
});

Deno.test("inflate() stops at its limit, long before a bomb is whole", () => {
  const bomb = compress(new Uint8Array(50_000_000));
  const before = Deno.memoryUsage().external;
  assertThrows(() => inflate(bomb, 1_000_000), CodecError, "must inflate to <= 1000000 bytes");
  assert(Deno.memoryUsage().external - before < 20_000_000);
});
