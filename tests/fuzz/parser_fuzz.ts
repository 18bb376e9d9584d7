/**
 * Random and mutated streams of replies, cut at random. Each must be read or refused with a ProtocolError, soon, with
 * bounded memory, and to the same result however it is cut. `tests/protocol/fuzz_test.ts` runs a part of it with the
 * other tests; `deno run tests/fuzz/parser_fuzz.ts 1000000 [seed]` as many as wanted.
 */

import { MAX_LINE_BYTES } from "../../src/protocol/reply_parser.ts";
import { randomCuts, singleBytes } from "../protocol/cuts.ts";
import { LONG_REPLIES, MALFORMED, REPLIES } from "../protocol/fixtures.ts";
import { parse, type Parsed } from "../protocol/recorder.ts";
import { allocationsOf } from "../support/allocations.ts";
import { Random } from "../support/random.ts";
import { bytesOf, quoted, textOf } from "../support/wire.ts";

/** What came of some streams. */
export interface FuzzOutcome {
  readonly streams: number;
  /** Replies found, all told. */
  readonly replies: number;
  /** How many streams were refused. */
  readonly refused: number;
  /** How many ended inside a reply. */
  readonly unfinished: number;
  /** The longest time for one stream in milliseconds. */
  readonly longest: number;
}

/**
 * Parses random streams.
 *
 * @throws {Error} If the parser broke a promise; the message has the seed and the stream.
 */
export function fuzzParser(streams: number, seed: number): FuzzOutcome {
  const random = new Random(seed);
  let replies = 0;
  let refused = 0;
  let unfinished = 0;
  let longest = 0;
  for (let i = 0; i < streams; i++) {
    const wire = makeStream(random);
    const start = performance.now();
    try {
      const whole = expectSame(wire, random);
      replies += whole.events.length;
      if (whole.error !== undefined) refused++;
      else if (!whole.parser.idle) unfinished++;
    } catch (cause) {
      const stream = quoted(textOf(wire));
      throw new Error(`Seed ${seed}, stream ${i}: ${String(cause)}: ${stream}`, { cause });
    }
    longest = Math.max(longest, performance.now() - start);
    if (longest > LONGEST) throw new Error(`Seed ${seed}, stream ${i} took ${longest} ms`);
  }
  return { streams, replies, refused, unfinished, longest };
}

/** Parses a stream whole and cut, and gives what came of the whole. */
function expectSame(wire: Uint8Array, random: Random): Parsed {
  const whole = parse([wire], { maxDataBytes: MAX_DATA });
  const chunks = random.below(8) === 0
    ? singleBytes(wire)
    : randomCuts(wire, random, 1 + random.below(6));
  const vacancyAbove = random.pick([0, 5, 100, Infinity]);
  // As a connection reads: open data blocks stay in a buffer of this size. Or none does.
  const room = random.pick([undefined, 64, 300, 2 * MAX_DATA]);
  const how = `cut in chunks of ${chunks.map((chunk) => chunk.length)}, room ${room}`;
  const options = { maxDataBytes: MAX_DATA, vacancyAbove, ...(room === undefined ? {} : { room }) };
  let cut: Parsed = whole;
  const { bytes } = allocationsOf(() => {
    cut = parse(chunks, options);
  });
  if (bytes > MAX_DATA + wire.length + HELD + (room ?? 0)) {
    throw new Error(`${bytes} bytes allocated, ${how}`);
  }
  if (cut.events.join("\n") !== whole.events.join("\n")) {
    throw new Error(`${quoted(cut.events.join())} !== ${quoted(whole.events.join())}, ${how}`);
  }
  // A fault may be seen before its line ends, or held back with it: then the line's end must bring it to light.
  if ((whole.error === undefined) !== (cut.error === undefined)) {
    const late = whole.error === undefined ? [wire] : chunks;
    const ended = parse([...late, LF], options);
    if (ended.error === undefined) throw new Error(`An error depends on the cut: ${how}`);
    if (ended.events.length > whole.events.length) throw new Error(`An event too many: ${how}`);
  } else if (cut.error === undefined && cut.parser.idle !== whole.parser.idle) {
    throw new Error(`Idleness depends on the cut: ${how}`);
  }
  return whole;
}

function makeStream(random: Random): Uint8Array {
  switch (random.below(8)) {
    case 0:
      return random.bytes(random.below(60));
    case 1:
      return bytesOf(randomText(random));
    case 2:
      return bytesOf(randomReplies(random));
    default: {
      let wire: Uint8Array = bytesOf(randomReplies(random));
      for (let left = random.below(4); left >= 0; left--) wire = mutate(random, wire);
      return wire;
    }
  }
}

/** Words of the protocol in any order. */
function randomText(random: Random): string {
  let text = "";
  for (let left = 1 + random.below(12); left > 0; left--) text += random.pick(WORDS);
  return text;
}

/** Whole replies: fixtures, and items of random keys and data. */
function randomReplies(random: Random): string {
  let text = "";
  for (let left = 1 + random.below(6); left > 0; left--) {
    text += random.below(3) === 0 ? randomItem(random) : random.pick(random.pick(FIXTURES)).wire;
  }
  return text;
}

function randomItem(random: Random): string {
  const key = textOf(random.bytes(1 + random.below(20))).replace(/[\0\r\n ]/g, "_");
  const data = random.below(2) === 0
    ? textOf(random.bytes(random.below(40)))
    : randomText(random).slice(0, 60);
  const length = random.below(12) === 0 ? random.below(2 * MAX_DATA) : data.length;
  const cas = random.below(2) === 0 ? "" : ` ${random.below(2 ** 32)}`;
  return `VALUE ${key} ${random.below(2 ** 32)} ${length}${cas}\r\n${data}\r\n`;
}

function mutate(random: Random, wire: Uint8Array): Uint8Array {
  const at = random.below(wire.length + 1);
  const end = Math.min(wire.length, at + random.below(12));
  switch (random.below(7)) {
    case 0:
      return wire.slice(0, at);
    case 1:
      return joined(wire.subarray(0, at), wire.subarray(end));
    case 2:
      return joined(wire.subarray(0, end), wire.subarray(at));
    case 3:
      return joined(wire.subarray(0, at), bytesOf(random.pick(WORDS)), wire.subarray(at));
    case 4:
      return joined(wire.subarray(0, at), random.bytes(random.below(4)), wire.subarray(end));
    default: {
      const copy = wire.slice();
      if (copy.length > 0) {
        copy[at % copy.length] = random.below(2) === 0
          ? random.pick(bytesOf("\r\n \t\x000159-xVESN"))
          : copy[at % copy.length] ^ (1 << random.below(8));
      }
      return copy;
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const LF = bytesOf("\n");
const MAX_DATA = 4096;
/** What a parser may hold of cut lines. */
const HELD = 256 + 1024 + MAX_LINE_BYTES;
/** Milliseconds; generous, as other work shares the machine. */
const LONGEST = 2000;
/** Long ones and broken ones now and then. */
const FIXTURES = [...Array.from({ length: 30 }, () => REPLIES), MALFORMED, LONG_REPLIES];
const WORDS: readonly string[] = [
  ..."\r\n|\r|\n| |  |0|1|7|65|4294967296|18446744073709551615|-1|\0|x|key|END|END\r\n".split("|"),
  ..."STORED|STORED\r\n|NOT_FOUND\r\n|EXISTS|OK\r\n|STAT a b\r\n|VERSION 1|ERROR\r\n".split("|"),
  ..."VALUE |VALUE a 0 1\r\nb\r\n|VALUE a 0 0\r\n\r\n|VALUE k 1 4 9\r\n|VALUE a 0 |ab\r\n".split(
    "|",
  ),
];

if (import.meta.main) {
  const [streams = "1000000", seed = "1"] = Deno.args;
  console.log(fuzzParser(Number(streams), Number(seed)));
}
