import { assert, assertEquals, assertRejects } from "@std/assert";
import { compress } from "../../src/codec/compression.ts";
import { inflatePieces } from "../../src/codec/inflate_pieces.ts";
import { CodecError } from "../../src/errors.ts";
import { Random } from "../support/random.ts";

const VALUE = mixed(300_000);
const STREAM = compress(VALUE);

Deno.test("inflatePieces() gives what went in, however the stream is cut", async () => {
  for (const length of [1, 7, 1000, 65_536, STREAM.length]) {
    const source = new Pieces(STREAM, length);
    assertEquals(await joined(inflatePieces(source)), VALUE, `pieces of ${length}`);
    assertEquals(source.returned, false);
  }
  assertEquals(await joined(inflatePieces(new Pieces(compress(new Uint8Array(0)), 3))), NOTHING);
});

Deno.test("inflatePieces() gives plain arrays of at most 64 KiB", async () => {
  let most = 0;
  for await (const piece of inflatePieces(new Pieces(compress(new Uint8Array(9_000_000)), 1e6))) {
    most = Math.max(most, piece.length);
    assertEquals(Object.getPrototypeOf(piece), Uint8Array.prototype);
  }
  assertEquals(most, 65_536);
});

Deno.test("inflatePieces() ignores bytes after the first stream", async () => {
  for (const tail of [Uint8Array.of(0), new Uint8Array(100_000).fill(7), STREAM]) {
    const data = new Uint8Array(STREAM.length + tail.length);
    data.set(STREAM);
    data.set(tail, STREAM.length);
    for (const length of [STREAM.length, 5000, data.length]) {
      assertEquals(await joined(inflatePieces(new Pieces(data, length))), VALUE);
    }
  }
});

Deno.test("inflatePieces() refuses every cut and every other stream", async () => {
  const stream = compress(new TextEncoder().encode("some text that is long enough, long enough"));
  const spoiled = stream.slice();
  spoiled[spoiled.length - 1] ^= 1;
  const bad = [spoiled, stream.subarray(2), new Uint8Array(8), NOTHING];
  for (let length = 1; length < stream.length; length++) bad.push(stream.subarray(0, length));
  for (const data of bad) {
    const source = new Pieces(data, 10);
    await assertRejects(() => joined(inflatePieces(source)), CodecError, "Cannot inflate stream: ");
  }
});

Deno.test("inflatePieces() asks for a piece when the one before has been inflated", async () => {
  const source = new Pieces(STREAM, Math.ceil(STREAM.length / 5));
  const inflated = inflatePieces(source);
  await turns();
  assertEquals(source.asked, 0, "nothing is asked before anybody wants something");
  let given = 0;
  for await (const { length } of inflated) {
    await turns();
    given += length;
    const atMost = Math.ceil(5 * (given + 2 * 65_536) / VALUE.length) + 1;
    assert(source.asked <= atMost, `${source.asked} pieces asked for ${given} bytes`);
  }
  assertEquals(given, VALUE.length);
});

Deno.test("inflatePieces() ends its source when nobody wants more", async () => {
  for (const taken of [1, 2, 3]) {
    const source = new Pieces(STREAM, 50_000);
    const inflated = inflatePieces(source);
    for (let i = 0; i < taken; i++) assertEquals((await inflated.next()).done, false);
    await inflated.return();
    const { asked } = source;
    await turns();
    assertEquals([source.returned, source.asked], [true, asked]);
  }
});

Deno.test("inflatePieces() passes on what the source fails with", async () => {
  for (const reason of [new Error("gone"), "a text", undefined]) {
    const failing = (async function* () {
      yield STREAM.subarray(0, 1000);
      await Promise.resolve();
      throw reason;
    })();
    const caught = await joined(inflatePieces(failing)).then(() => "nothing", (error) => error);
    assert(caught === reason, `${caught}`);
  }
});

/** An iterable of pieces of a length, that knows what was asked of it. */
class Pieces implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, void> {
  readonly #bytes: Uint8Array;
  readonly #length: number;
  #at = 0;
  #ended = false;
  asked = 0;
  /** It was ended from outside, before its end. */
  returned = false;

  constructor(bytes: Uint8Array, length: number) {
    this.#bytes = bytes;
    this.#length = length;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, void>> {
    this.asked++;
    this.#ended ||= this.#at >= this.#bytes.length;
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    const value = this.#bytes.subarray(this.#at, this.#at += this.#length);
    return Promise.resolve({ done: false, value });
  }

  return(): Promise<IteratorResult<Uint8Array, void>> {
    this.returned = !this.#ended;
    this.#ended = true;
    return Promise.resolve({ done: true, value: undefined });
  }
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(await Array.fromAsync(pieces, copy)).arrayBuffer());
}

function copy(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(piece);
}

/** Noise and runs in turn. */
function mixed(length: number): Uint8Array {
  const bytes = new Random(20260121).bytes(length);
  for (let at = 0; at < length; at += 10_000) bytes.fill(65, at, at + 3000);
  return bytes;
}

/** Lets everything that can go on do so. */
async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve));
}

const NOTHING = new Uint8Array(0);
