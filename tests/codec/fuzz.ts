/**
 * Random and mutated streams of marshal and pickle. Each must be read or refused with a CodecError, soon, and what was
 * read must not be bigger than the readers promise. `fuzz_test.ts` runs a part of it with the other tests;
 * `deno run tests/codec/fuzz.ts 200000 [seed]` as many as wanted.
 */

import { decodeBase64, encodeHex } from "@std/encoding";
import { readMarshal } from "../../src/codec/python/marshal_reader.ts";
import { writeMarshal } from "../../src/codec/python/marshal_writer.ts";
import { readPickle } from "../../src/codec/python/pickle_reader.ts";
import { COPY_FACTOR } from "../../src/codec/python/read_budget.ts";
import { CodecError } from "../../src/errors.ts";
import { Random } from "../support/random.ts";
import { sizeOf } from "./size_of.ts";
import { randomPython } from "./random_value.ts";
import { DECODE, STORED } from "./vectors.ts";

/** What came of some streams. */
export interface FuzzOutcome {
  readonly streams: number;
  /** How many were read to a value. */
  readonly read: number;
  /** How many were refused with a CodecError. */
  readonly refused: number;
  /** The highest ratio of a value's size to that of its data. */
  readonly worstRatio: number;
  /** The longest time for one stream in milliseconds. */
  readonly longest: number;
}

/**
 * Reads random streams, half of them as marshal, half as pickle.
 *
 * @throws {Error} If a reader broke its promises; the message has the seed and the stream.
 */
export function fuzz(streams: number, seed: number): FuzzOutcome {
  const random = new Random(seed);
  let read = 0;
  let worstRatio = 0;
  let longest = 0;
  for (let i = 0; i < streams; i++) {
    const pickle = random.below(2) === 0;
    const data = makeStream(random, pickle);
    const start = performance.now();
    try {
      const value = pickle ? readPickle(data) : readMarshal(data);
      read++;
      worstRatio = Math.max(worstRatio, sizeOf(value) / data.length);
    } catch (error) {
      if (!(error instanceof CodecError)) throw broken(seed, i, data, error);
    }
    longest = Math.max(longest, performance.now() - start);
    if (worstRatio > COPY_FACTOR) throw broken(seed, i, data, `${worstRatio} times its size`);
    if (longest > LONGEST) throw broken(seed, i, data, `${longest} ms`);
  }
  return { streams, read, refused: streams - read, worstRatio, longest };
}

function broken(seed: number, index: number, data: Uint8Array, cause: unknown): Error {
  return new Error(`Seed ${seed}, stream ${index}: ${String(cause)}: ${encodeHex(data)}`, {
    cause,
  });
}

function makeStream(random: Random, pickle: boolean): Uint8Array {
  switch (random.below(4)) {
    case 0:
      return random.bytes(1 + random.below(60));
    case 1:
      return pickle ? randomOpcodes(random) : randomTypes(random);
    default: {
      let data = pickle || random.below(2) === 0
        ? random.pick(pickle ? PICKLES : MARSHALS)
        : writeMarshal(randomPython(random));
      for (let i = random.below(4); i >= 0; i--) data = mutate(random, data);
      return data;
    }
  }
}

function randomTypes(random: Random): Uint8Array {
  const bytes: number[] = [];
  while (bytes.length < 5 + random.below(80)) {
    const type = random.pick(MARSHAL_TYPES).charCodeAt(0);
    bytes.push(random.below(3) === 0 ? type | 0x80 : type);
    const count = random.below(4);
    if ("(<>[lusatAri".includes(String.fromCharCode(type))) {
      const high = random.below(10) === 0 ? random.below(256) : 0;
      bytes.push(random.below(10) === 0 ? random.below(256) : count, high, 0, high & 0x80);
    } else if (")zZfx".includes(String.fromCharCode(type))) {
      bytes.push(count);
    }
    if ("usatAzZfx".includes(String.fromCharCode(type))) bytes.push(...random.bytes(count));
    if ("lgI".includes(String.fromCharCode(type))) bytes.push(...random.bytes(random.pick([2, 8])));
  }
  return Uint8Array.from(bytes);
}

function randomOpcodes(random: Random): Uint8Array {
  const bytes: number[] = [];
  while (bytes.length < 3 + random.below(100)) {
    const opcode = random.pick(PICKLE_OPCODES);
    bytes.push(...opcode);
    if (opcode.length === 1 && ARGUMENTS[String.fromCharCode(opcode[0])] !== undefined) {
      bytes.push(...random.bytes(ARGUMENTS[String.fromCharCode(opcode[0])]).map((b) => b % 5));
    }
  }
  return Uint8Array.from([...bytes, 0x2e]);
}

/** Changes, cuts, repeats or inserts some bytes. */
export function mutate(random: Random, data: Uint8Array): Uint8Array {
  const at = random.below(data.length + 1);
  const end = Math.min(data.length, at + random.below(20));
  switch (random.below(6)) {
    case 0:
      return data.slice(0, Math.max(1, at));
    case 1:
      return Uint8Array.from([...data.slice(0, at), ...data.slice(end), 0x2e]);
    case 2:
      return Uint8Array.from([...data.slice(0, end), ...data.slice(at)]);
    case 3:
      return Uint8Array.from([
        ...data.slice(0, at),
        ...random.bytes(random.below(6)),
        ...data.slice(at),
      ]);
    default: {
      const copy = data.slice();
      copy[at % copy.length] = random.below(2) === 0
        ? random.below(256)
        : copy[at % copy.length] ^ (1 << random.below(8));
      return copy;
    }
  }
}

const VECTORS = [...DECODE, ...STORED.flatMap(({ stored }) => stored ?? [])]
  .filter(({ b64 }) => b64.length > 0 && b64.length < 2000);
const PICKLES = VECTORS.filter(({ flags }) => flags === 1).map(({ b64 }) => decodeBase64(b64));
const MARSHALS = VECTORS.filter(({ flags }) => flags === 32).map(({ b64 }) => decodeBase64(b64));

const MARSHAL_TYPES = "NTF.SiIlfgxysutaAzZ()[{<>0rrRc";
/** Opcodes, with their first arguments where random ones would never fit. */
const PICKLE_OPCODES: readonly number[][] = [
  ...Array.from(
    "(((012aabdeelNJKKMUVXF]])}}tttsssuuRRRRpqqqrghhhhjBC\x85\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8e\x8f\x8f\x90\x90\x91\x93\x94\x94\x94\x95\x96\x80\x81boicPQ",
    (letter) => [letter.charCodeAt(0)],
  ),
  ...[
    "c_codecs\nencode\n",
    "cbuiltins\nset\n",
    "c__builtin__\nfrozenset\n",
    "cbuiltins\nbytearray\n",
    "X\x06\0\0\0latin1",
    "I7\n",
    "L99999999999999999999L\n",
    "F1.5\n",
    "S'a\\x41'\n",
    "Va\\u0041\n",
    "(ttt",
    "p1\n",
    "g1\n",
  ].map((text) => [...text].map((letter) => letter.charCodeAt(0))),
];
/** How many bytes of arguments an opcode has at least. */
const ARGUMENTS: Readonly<Record<string, number>> = {
  "J": 4,
  "K": 1,
  "M": 2,
  "U": 2,
  "X": 4,
  "q": 1,
  "r": 4,
  "h": 1,
  "j": 4,
  "B": 4,
  "C": 2,
  "\x8a": 2,
  "\x8b": 4,
  "\x8c": 2,
  "\x8e": 8,
  "\x95": 8,
  "\x96": 8,
  "\x80": 1,
};
/** Milliseconds; generous, as other work shares the machine. */
const LONGEST = 2000;

if (import.meta.main) {
  const [streams = "200000", seed = "1"] = Deno.args;
  console.log(fuzz(Number(streams), Number(seed)));
}
