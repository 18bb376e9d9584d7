import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { createHash } from "node:crypto";
import { CodecError } from "../../../src/errors.ts";
import { same } from "../same.ts";
import { ORIGINALS } from "./our_values.ts";
import { dataOf, fromTyped, type Recorded, RECORDINGS } from "./vectors.ts";

/** Values that come to us as something else than the original took them for, and why. */
const DIFFERENT: Readonly<Record<string, (item: Recorded) => unknown>> = {
  // pylibmc stores a bool as an integer, and gives an integer itself.
  pylibmc: ({ value, flags }) => flags === 2 ? Number(value.bool) : undefined,
  // What is raw is a text, and read as one by dalli too.
  dalli: ({ how, value }) =>
    how === "raw" ? value.int ?? value.float ?? value.bool?.toString() : undefined,
  // memjs gives all as bytes.
  memjs: ({ value }) => value.text === undefined ? undefined : new TextEncoder().encode(value.text),
};

for (const [name, { by, written, read }] of Object.entries(RECORDINGS)) {
  const { codec, ours } = ORIGINALS[name];

  Deno.test(`the codec for ${by} reads what that stores, and names what is no plain data`, () => {
    for (const item of written) {
      const shown = JSON.stringify(item).slice(0, 200);
      const isPlain = isPlainData(item);
      try {
        const value = codec.decode(dataOf(item), item.flags);
        assert(isPlain, `It was read: ${shown}`);
        if (item.value.sha256 !== undefined) assertEquals(sha256(value), item.value.sha256, shown);
        else assert(same(value, DIFFERENT[name]?.(item) ?? expected(item)), shown);
      } catch (error) {
        if (isPlain) throw error;
        assertInstanceOf(error, CodecError, shown);
      }
    }
  });

  Deno.test(`what is stored for ${by} is what that reads, and comes back as it was`, () => {
    assertEquals(read.length, ours.length);
    for (const [index, item] of read.entries()) {
      const value = ours[index];
      const shown = JSON.stringify(item).slice(0, 200);
      const { data, flags } = codec.encode(value);
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      assertEquals([flags, bytes], [item.flags, dataOf(item)], shown);
      const theirs = fromTyped(item.value, !/^py|django/.test(name));
      assert(same(theirs, name === "memjs" ? asBytes(value) : value), shown);
      assert(same(codec.decode(bytes, flags), name === "memjs" ? theirs : value), shown);
    }
  });
}

/** The value that the original took the item for. */
function expected(item: Recorded): unknown {
  return fromTyped(item.value, /json/i.test(item.how ?? ""));
}

/** False for what has a class, or a format that is not read. */
function isPlainData({ how = "", value }: Recorded): boolean {
  return value.object === undefined && !/plain|Marshal|igbinary|msgpack/.test(how);
}

function sha256(value: unknown): string {
  const data = typeof value === "string" || value instanceof Uint8Array ? value : "";
  return createHash("sha256").update(data).digest("hex");
}

/** As memjs gives it. */
function asBytes(value: unknown): unknown {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}
