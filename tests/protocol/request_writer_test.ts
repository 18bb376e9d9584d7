import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { RequestWriter } from "../../src/protocol/request_writer.ts";
import { Random } from "../support/random.ts";
import { bytesOf, textOf } from "../support/wire.ts";

Deno.test("RequestWriter.ascii() writes ASCII text", () => {
  const writer = new RequestWriter();
  assert(writer.ascii("get a\r\n"));
  assert(writer.ascii(""));
  assert(writer.ascii("\0\x7f"));
  assertEquals(writer.length, 9);
  assertEquals(joined(writer.handOut()), "get a\r\n\0\x7f");
});

Deno.test("RequestWriter.asciiBlock() writes a command whole or not at all, as the first one and behind others", () => {
  const writer = new RequestWriter();
  assertEquals(writer.asciiBlock("set é 0 0 1\r\na\r\n"), false);
  assertEquals(writer.length, 0);
  for (const key of ["a", "b"]) assert(writer.asciiBlock(`set ${key} 0 0 1\r\na\r\n`));
  assertEquals(writer.asciiBlock("set c 0 0 2\r\né\r\n"), false);
  assertEquals(joined(writer.handOut()), "set a 0 0 1\r\na\r\nset b 0 0 1\r\na\r\n");
});

Deno.test("RequestWriter.ascii() writes nothing of other text, wherever its other character stands", () => {
  const writer = new RequestWriter();
  writer.ascii("a");
  for (const other of ["\x80", "é", "電", "💧", "\ud800", "\udc00"]) {
    for (
      const text of [other, `${other}b`, `b${other}`, `b${other}b`, `${"b".repeat(20_000)}${other}`]
    ) {
      assert(!writer.ascii(text), text.slice(-3));
      assertEquals(writer.length, 1);
    }
  }
  writer.ascii("z");
  assertEquals(joined(writer.handOut()), "az");
});

Deno.test("RequestWriter.latin1() writes one byte for each char", () => {
  const all = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
  const writer = new RequestWriter();
  writer.latin1(all);
  writer.latin1("");
  assertEquals(joined(writer.handOut()), all);
});

Deno.test("RequestWriter.bytes() copies bytes, and nothing around them", () => {
  const writer = new RequestWriter();
  const source = bytesOf("0123456789");
  writer.bytes(source.subarray(2, 5));
  writer.bytes(new Uint8Array(0));
  source.fill(0);
  assertEquals(joined(writer.handOut()), "234");
});

Deno.test("RequestWriter.dataBlock() writes the length, the tail, and the data between line ends", () => {
  assertEquals(block(bytesOf("abc"), ""), "3\r\nabc\r\n");
  assertEquals(block("abc", ""), "3\r\nabc\r\n");
  assertEquals(block(bytesOf(""), " noreply"), "0 noreply\r\n\r\n");
  assertEquals(block("", " noreply"), "0 noreply\r\n\r\n");
  assertEquals(block("\r\nEND\r\n", " 7"), "7 7\r\n\r\nEND\r\n\r\n");
  assertEquals(
    block(bytesOf("a"), " 18446744073709551615 noreply"),
    "1 18446744073709551615 noreply\r\na\r\n",
  );
});

Deno.test("RequestWriter.dataBlock() gives the length of a text in bytes, where that has more digits too", () => {
  for (const character of ["a", "é", "€", "電", "💧", "\x7f", "\x80"]) {
    const lengths = [
      ...Array.from({ length: 40 }, (_, i) => i),
      ...[
        49,
        50,
        51,
        99,
        100,
        101,
        249,
        250,
        251,
        333,
        334,
        335,
        341,
        342,
        499,
        500,
        501,
        512,
        513,
      ],
      ...[999, 1000, 1023, 1024, 1025, 3333, 3334, 3400, 5000, 9999, 10_000, 33_334, 50_000],
    ];
    for (const length of lengths) {
      const text = character.repeat(length);
      expectBlock(text, "", `${length} × ${character}`);
      expectBlock(text, " 18446744073709551615 noreply", `${length} × ${character}`);
    }
  }
});

Deno.test("RequestWriter.dataBlock() writes what TextEncoder makes of any text, at any place", () => {
  const random = new Random(20260113);
  const characters = ["a", "\r\n", "é", "€", "電", "💧", "\ud83d", "\udca7", "\0", "END\r\n"];
  const writer = new RequestWriter();
  for (let round = 0; round < 300; round++) {
    let expected = "";
    for (let left = 1 + random.below(6); left > 0; left--) {
      let text = "";
      for (let i = random.below(random.pick([5, 50, 2000])); i > 0; i--) {
        text += random.pick(characters);
      }
      const tail = random.pick(["", " noreply", " 123"]);
      writer.latin1("set k 0 0 ");
      writer.dataBlock(text, tail);
      expected += `set k 0 0 ${blockOf(text, tail)}`;
    }
    const taken = writer.handOut();
    assert(joined(taken) === expected, `seed ${random.seed}, round ${round}`);
    writer.recycle();
  }
});

Deno.test("RequestWriter grows without losing what it holds", () => {
  const writer = new RequestWriter();
  let expected = "";
  for (let i = 0; i < 3000; i++) {
    const text = `${i} `.repeat(1 + i % 7);
    if (i % 4 === 0) writer.ascii(text);
    else if (i % 4 === 1) writer.latin1(text);
    else if (i % 4 === 2) writer.bytes(bytesOf(text));
    else writer.dataBlock(text, "");
    expected += i % 4 === 3 ? blockOf(text, "") : text;
    assertEquals(writer.length, expected.length);
  }
  assert(joined(writer.handOut()) === expected);
});

Deno.test("RequestWriter takes texts and bytes larger than its buffer at once", () => {
  for (const size of [16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 3_000_000]) {
    const text = "x".repeat(size);
    const writer = new RequestWriter();
    writer.latin1("a");
    assert(writer.ascii(text));
    writer.latin1(text);
    writer.bytes(bytesOf(text));
    writer.dataBlock(text, "");
    writer.dataBlock(bytesOf(text), "");
    assert(
      joined(writer.handOut()) ===
        `a${text}${text}${text}${size}\r\n${text}\r\n${size}\r\n${text}\r\n`,
    );
  }
});

Deno.test("RequestWriter.handOut() begins anew, and what was handed out stays as it is until recycled", () => {
  const writer = new RequestWriter();
  writer.latin1("first");
  const first = writer.handOut();
  assertEquals(writer.length, 0);
  writer.latin1("second");
  const second = writer.handOut();
  writer.latin1("third");
  const third = writer.handOut();
  assertEquals([first, second, third].map(joined), ["first", "second", "third"]);
  writer.recycle();
  writer.latin1("fourth");
  const fourth = writer.handOut();
  assertEquals([first, second, fourth].map(joined), ["first", "second", "fourth"]);
  assertEquals(writer.handOut().length, 0);
});

Deno.test("RequestWriter.recycle() makes one buffer enough, and two where the next request is written meanwhile", () => {
  for (const isMeanwhile of [false, true]) {
    const writer = new RequestWriter();
    const buffers = new Set<ArrayBufferLike>();
    writer.latin1("request 0");
    for (let i = 0; i < 100; i++) {
      const taken = writer.handOut();
      buffers.add(bufferOf(taken));
      if (isMeanwhile) writer.latin1(`request ${i + 1}`);
      assertEquals(joined(taken), `request ${i}`);
      writer.recycle();
      if (!isMeanwhile) writer.latin1(`request ${i + 1}`);
    }
    assertEquals(buffers.size, isMeanwhile ? 2 : 1);
  }
});

Deno.test("RequestWriter.bytes() lends big data blocks and copies small ones, in order", () => {
  const writer = new RequestWriter();
  const big = new Uint8Array(200_000).fill(0x62);
  const small = bytesOf("small");
  writer.dataBlock(big, "");
  writer.dataBlock(small, " 7");
  writer.dataBlock(big, " noreply");
  const parts = writer.handOut();
  assertEquals(parts.filter((part) => part.buffer === big.buffer).length, 2);
  assertEquals(parts.filter((part) => part.buffer === small.buffer).length, 0);
  assert(
    joined(parts) ===
      blockOf(textOf(big), "") + "5 7\r\nsmall\r\n" + blockOf(textOf(big), " noreply"),
  );
  assertEquals(writer.length, 0);
});

Deno.test("RequestWriter.recycle() keeps a buffer of common size and drops a peak", () => {
  const writer = new RequestWriter();
  writer.bytes(new Uint8Array(100_000));
  const common = writer.handOut();
  writer.recycle();
  writer.handOut();
  writer.latin1("a");
  assertStrictEquals(bufferOf(writer.handOut()), bufferOf(common));

  for (let i = 0; i < 50; i++) writer.bytes(new Uint8Array(100_000));
  const peak = writer.handOut();
  writer.recycle();
  for (let i = 0; i < 4; i++) {
    writer.latin1("a");
    const taken = writer.handOut();
    assertNotStrictEquals(bufferOf(taken), bufferOf(peak));
    assertLessOrEqual(bufferOf(taken).byteLength, 256 * 1024);
    writer.recycle();
  }
});

/** What a transport would send. */
function joined(parts: readonly Uint8Array[]): string {
  return parts.map((part) => textOf(part)).join("");
}

/** The buffer that the writer itself wrote to. */
function bufferOf(parts: readonly Uint8Array[]): ArrayBufferLike {
  return parts[0].buffer;
}

function block(data: Uint8Array | string, tail: string): string {
  const writer = new RequestWriter();
  writer.dataBlock(data, tail);
  return joined(writer.handOut());
}

function expectBlock(text: string, tail: string, what: string): void {
  // Not assertEquals: it would print megabytes.
  assert(block(text, tail) === blockOf(text, tail), what);
  assert(block(new TextEncoder().encode(text), tail) === blockOf(text, tail), what);
}

function blockOf(text: string, tail: string): string {
  const bytes = new TextEncoder().encode(text);
  return `${bytes.length}${tail}\r\n${textOf(bytes)}\r\n`;
}
