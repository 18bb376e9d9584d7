/** What it costs to encode and decode values, by type and codec, in sizes of 10 B, 1 KiB and 100 KiB. */
import { DEFAULT_BUDGET } from "../../src/codec/budget.ts";
import type { Codec } from "../../src/codec/codec.ts";
import { jsCodec } from "../../src/codec/js_codec.ts";
import { libmcCodec } from "../../src/codec/libmc_codec.ts";
import { decodeText } from "../../src/codec/text.ts";
import { decodeValue, encodeValue } from "../../src/codec/values.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const CODECS: readonly (readonly [string, Codec])[] = [
  ["jsCodec", jsCodec],
  ["libmcCodec", libmcCodec],
];
/** Where a value lies in the read buffer. */
const OFFSET = 4096;

for (
  const [size, length] of [["10 B", 10], ["100 B", 100], ["1 KiB", 1024], [
    "100 KiB",
    102_400,
  ]] as const
) {
  const ascii = "The quick brown fox. ".repeat(5000).slice(0, length);
  const mixed = "naïve 电影 🔑 ".repeat(9000).slice(0, Math.ceil(length / 2));
  benchText("ASCII", size, ascii);
  benchText("mixed text", size, mixed);
  benchValue("bytes", size, new Uint8Array(length).fill(200));
  benchValue("object", size, objectOf(length));
  benchValue(
    "numbers",
    size,
    Array.from({ length: Math.ceil(length / 8) }, (_, i) => i * 0.5),
  );
}

for (
  const [name, value] of [["integer", 1234567], ["float", 0.1], [
    "boolean",
    true,
  ]] as const
) {
  benchValue(name, "one", value);
}

function benchText(kind: string, size: string, text: string): void {
  const buffer = inBuffer(encoder.encode(text));
  const end = buffer.length - OFFSET;
  const group = `${kind}, ${size}`;
  Deno.bench(`TextEncoder, ${size}`, {
    group: `${group}: encode`,
    baseline: true,
  }, () => {
    encoder.encode(text);
  });
  benchEncode(group, size, text);
  Deno.bench(`TextDecoder, ${size}`, {
    group: `${group}: decode`,
    baseline: true,
  }, () => {
    decoder.decode(buffer.subarray(OFFSET, end));
  });
  Deno.bench(`decodeText, ${size}`, { group: `${group}: decode` }, () => {
    decodeText(buffer, OFFSET, end);
  });
  benchDecode(group, size, text);
}

function benchValue(kind: string, size: string, value: unknown): void {
  const group = `${kind}, ${size}`;
  if (kind !== "bytes") {
    const text = JSON.stringify(value);
    Deno.bench(`JSON.stringify, ${size}`, {
      group: `${group}: encode`,
      baseline: true,
    }, () => {
      JSON.stringify(value);
    });
    Deno.bench(`JSON.parse, ${size}`, {
      group: `${group}: decode`,
      baseline: true,
    }, () => {
      JSON.parse(text);
    });
  }
  benchEncode(group, size, value);
  benchDecode(group, size, value);
}

function benchEncode(group: string, size: string, value: unknown): void {
  for (const [name, codec] of CODECS) {
    Deno.bench(`${name}, ${size}`, { group: `${group}: encode` }, () => {
      encodeValue(codec, value, 0, true);
    });
  }
}

function benchDecode(group: string, size: string, value: unknown): void {
  for (const [name, codec] of CODECS) {
    const { data, flags } = codec.encode(value);
    const buffer = inBuffer(
      typeof data === "string" ? encoder.encode(data) : data,
    );
    const end = buffer.length - OFFSET;
    Deno.bench(`${name}, ${size}`, { group: `${group}: decode` }, () => {
      decodeValue(codec, buffer, OFFSET, end, flags, DEFAULT_BUDGET);
    });
  }
}

/** The bytes in the middle of a bigger buffer, as a reply has them. */
function inBuffer(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 2 * OFFSET);
  buffer.set(bytes, OFFSET);
  return buffer;
}

/** Records, about as long in JSON as asked for. */
function objectOf(length: number): unknown {
  if (length < 100) return { id: 7 };
  const record = (i: number) => ({
    id: i,
    name: `name ${i}`,
    tags: ["a", "b"],
    at: { x: 1.5, y: null },
    on: true,
  });
  return Array.from({ length: Math.ceil(length / 80) }, (_, i) => record(i));
}
