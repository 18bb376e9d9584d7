import { assertEquals } from "@std/assert";
import { decodeSurrogates, decodeText, utf8Length } from "../../src/codec/text.ts";
import { Random } from "../support/random.ts";
import { randomText } from "./random_value.ts";

const encoder = new TextEncoder();

Deno.test("decodeText() decodes a range of a buffer, whatever lies around it", () => {
  const random = new Random(7);
  for (let i = 0; i < 2000; i++) {
    const text = randomText(random).toWellFormed().repeat(random.pick([1, 1, 20]));
    const bytes = encoder.encode(text);
    const buffer = new Uint8Array(bytes.length + 8).fill(0xff);
    buffer.set(bytes, 5);
    assertEquals(decodeText(buffer, 5, 5 + bytes.length), text, `seed 7, round ${i}`);
  }
});

Deno.test("decodeText() keeps byte order marks, NUL and the replacement character", () => {
  for (
    const text of [
      "",
      "\ufeffx",
      "x\ufeff",
      "\0",
      "\ufffd",
      "a\ufffdb".repeat(200),
      "\ufeff".repeat(300),
    ]
  ) {
    const bytes = encoder.encode(text);
    assertEquals(decodeText(bytes, 0, bytes.length), text);
  }
});

Deno.test("decodeText() decodes texts of every length at which it changes its way", () => {
  for (const length of [4, 12, 13, 256, 257, 4095, 4096, 1024 * 1024]) {
    for (const end of ["", "é", "中", "🔑", "\ufffd"]) {
      const text = "a".repeat(length - utf8Length(end)) + end;
      const bytes = encoder.encode(`é${text}é`);
      assertEquals(decodeText(bytes, 2, 2 + length) === text, true, `${length} bytes, "${end}"`);
    }
  }
});

Deno.test("decodeText() gives undefined for what is no UTF-8, short or long", () => {
  const spoiled = [[0xff], [0x80], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [
    0xf4,
    0x90,
    0x80,
    0x80,
  ]];
  for (const bytes of spoiled) {
    for (const around of [0, 10, 1000, 20_000, 600_000]) {
      const data = new Uint8Array(bytes.length + 2 * around).fill(0x61);
      data.set(bytes, around);
      assertEquals(decodeText(data, 0, data.length), undefined, String(bytes));
    }
  }
});

Deno.test("decodeSurrogates() takes lone surrogates and nothing else that is wrong", () => {
  const good: [number[], string][] = [
    [[0xed, 0xa0, 0x80], "\ud800"],
    [
      [0x61, 0xed, 0xbf, 0xbf, 0xf0, 0x9f, 0x94, 0x91, 0xc3, 0xa9, 0xe4, 0xb8, 0xad],
      "a\udfff🔑é中",
    ],
  ];
  for (const [bytes, text] of good) {
    assertEquals(decodeSurrogates(Uint8Array.from(bytes), 0, bytes.length), text);
  }
  const bad = [
    [0xed, 0xa0],
    [0xed, 0xa0, 0x41],
    [0xc1, 0x81],
    [0xe0, 0x80, 0x80],
    [0xf0, 0x80, 0x80, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0x80],
    [0xff],
  ];
  for (const bytes of bad) {
    const data = Uint8Array.from([0xed, 0xa0, 0x80, ...bytes]);
    assertEquals(decodeSurrogates(data, 0, data.length), undefined, String(bytes));
  }
  const long = "x\ud800".repeat(5000);
  const data = new Uint8Array(20_000);
  for (let i = 0; i < 5000; i++) data.set([0x78, 0xed, 0xa0, 0x80], i * 4);
  assertEquals(decodeSurrogates(data, 0, data.length), long);
});

Deno.test("utf8Length() counts as the encoder does", () => {
  const random = new Random(8);
  for (let i = 0; i < 1000; i++) {
    const text = randomText(random);
    assertEquals(utf8Length(text), encoder.encode(text).length, `seed 8, round ${i}`);
  }
});
