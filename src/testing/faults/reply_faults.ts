/** How each fault changes a reply. Pure: bytes in, bytes out. */

import type {
  Fault,
  FaultSequel,
  ReplyFault,
  ServerErrorFault,
  TruncatedValueFault,
  WrongKeyFault,
  WrongLengthFault,
} from "./fault.ts";
import { bytesOf, textOf } from "../memcached/latin1.ts";
import type { SeededRandom } from "../random.ts";

/** The bytes that are sent instead of a reply, and how. */
export interface Mangled {
  readonly bytes: Uint8Array;
  readonly then: FaultSequel;
  /** Whether each byte is sent on its own. */
  readonly inPieces: boolean;
  /** Milliseconds between two pieces. */
  readonly pauseMs: number;
  /** Milliseconds after which the connection is closed; `undefined` for never. */
  readonly closeAfterMs?: number | undefined;
}

/**
 * Says whether a fault can strike a reply, which is empty if the command wants none. A fault that would leave the reply
 * as it is cannot: a test could not notice it.
 */
export function canStrike(fault: Fault, reply: Uint8Array): fault is ReplyFault {
  switch (fault.kind) {
    case "wrongLength":
    case "truncatedValue":
      return placesFor(fault, reply).length > 0;
    case "wrongKey":
      return keyedPlacesFor(fault, reply).length > 0;
    case "missingReply":
    case "singleBytes":
      return reply.length > 0;
    case "garbageLine":
      return fault.line === undefined || !isLine(reply, utf8(fault.line));
    case "extraReply":
    case "serverError":
      return true;
    default:
      return false;
  }
}

/** Gives the line of this fault, without its end and with one character a byte. */
export function errorLine({ message }: ServerErrorFault): string {
  return `SERVER_ERROR ${utf8(message ?? "out of memory")}`;
}

/** Applies a fault to a reply that it can strike. */
export function mangle(fault: ReplyFault, reply: Uint8Array, random: SeededRandom): Mangled {
  switch (fault.kind) {
    case "wrongLength": {
      const value = random.pick(placesFor(fault, reply));
      const by = fault.by ?? random.pick([-8, -3, -2, -1, 1, 2, 3, 8]);
      const length = Math.max(0, value.length + by);
      // A length of 0 cannot shrink, so it grows.
      const wrong = length === value.length ? value.length + Math.abs(by) : length;
      return sent(replace(reply, value.lengthStart, value.lengthEnd, String(wrong)));
    }
    case "truncatedValue": {
      const value = random.pick(placesFor(fault, reply));
      const then = fault.then ?? "continue";
      const from = value.dataStart + (fault.keep ?? random.integer(0, value.length - 1));
      return then === "continue"
        ? sent(replace(reply, from, value.dataStart + value.length, ""))
        : sent(reply.slice(0, from), then);
    }
    case "wrongKey": {
      const value = random.pick(keyedPlacesFor(fault, reply));
      const wrong = fault.key === undefined ? otherKey(value.key, random) : utf8(fault.key);
      return sent(replace(reply, value.keyStart, value.keyEnd, wrong));
    }
    case "garbageLine":
      return sent(bytesOf(`${utf8(fault.line ?? garbage(random))}\r\n`));
    case "extraReply": {
      const extra = utf8(fault.line ?? random.pick(REPLIES));
      return sent(replace(reply, reply.length, reply.length, `${extra}\r\n`));
    }
    case "missingReply":
      return sent(NOTHING, fault.then);
    case "serverError": {
      const from = startsWith(reply, VALUE)
        ? random.pick([0, ...valuesOf(reply).map((value) => value.dataStart + value.length + 2)])
        : 0;
      const bytes = replace(reply, from, reply.length, `${errorLine(fault)}\r\n`);
      return { ...sent(bytes), closeAfterMs: fault.closeAfterMs };
    }
    case "singleBytes":
      return { ...sent(reply), inPieces: true, pauseMs: fault.pauseMs ?? 0 };
  }
}

/** Where the length and the data of one item are in a reply. */
interface ValuePlace {
  readonly lengthStart: number;
  readonly lengthEnd: number;
  readonly dataStart: number;
  readonly length: number;
}

/** Where the parts of one item are that is named by its key. */
interface KeyedPlace extends ValuePlace {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
}

/** The items whose length or data a fault would change. */
function placesFor(
  fault: WrongLengthFault | TruncatedValueFault,
  reply: Uint8Array,
): ValuePlace[] {
  const places = [...valuesOf(reply), ...metaValueOf(reply)];
  return fault.kind === "wrongLength"
    ? places
    : places.filter(({ length }) => length > (fault.keep ?? 0));
}

/** The items that a fault would give another key. */
function keyedPlacesFor(fault: WrongKeyFault, reply: Uint8Array): KeyedPlace[] {
  const wrong = fault.key === undefined ? undefined : utf8(fault.key);
  return valuesOf(reply).filter(({ key }) => key !== wrong);
}

/** The value of a reply to mg or ma, if it has one. */
function metaValueOf(reply: Uint8Array): ValuePlace[] {
  if (!startsWith(reply, META_VALUE)) return [];
  const lineEnd = reply.indexOf(LF) - 1;
  const [, length] = textOf(reply.subarray(0, lineEnd)).split(" ");
  const lengthStart = META_VALUE.length;
  return [{
    lengthStart,
    lengthEnd: lengthStart + length.length,
    dataStart: lineEnd + 2,
    length: Number(length),
  }];
}

function valuesOf(reply: Uint8Array): KeyedPlace[] {
  const places: KeyedPlace[] = [];
  let at = 0;
  while (startsWith(reply.subarray(at), VALUE)) {
    const lineEnd = reply.indexOf(LF, at) - 1;
    const [, key, flags, length] = textOf(reply.subarray(at, lineEnd)).split(" ");
    const keyStart = at + "VALUE ".length;
    const lengthStart = keyStart + key.length + 1 + flags.length + 1;
    places.push({
      key,
      keyStart,
      keyEnd: keyStart + key.length,
      lengthStart,
      lengthEnd: lengthStart + length.length,
      dataStart: lineEnd + 2,
      length: Number(length),
    });
    at = lineEnd + 2 + Number(length) + 2;
  }
  return places;
}

function startsWith(reply: Uint8Array, start: Uint8Array): boolean {
  for (let i = 0; i < start.length; i++) if (reply[i] !== start[i]) return false;
  return true;
}

function isLine(reply: Uint8Array, line: string): boolean {
  return reply.length === line.length + 2 && textOf(reply) === `${line}\r\n`;
}

function sent(bytes: Uint8Array, then: FaultSequel = "continue"): Mangled {
  return { bytes, then, inPieces: false, pauseMs: 0 };
}

function replace(bytes: Uint8Array, from: number, to: number, text: string): Uint8Array {
  const replaced = new Uint8Array(bytes.length - (to - from) + text.length);
  replaced.set(bytes.subarray(0, from));
  replaced.set(bytesOf(text), from);
  replaced.set(bytes.subarray(to), from + text.length);
  return replaced;
}

function otherKey(key: string, random: SeededRandom): string {
  const at = random.integer(0, key.length - 1);
  const other = key[at] === "x" ? "y" : "x";
  return key.slice(0, at) + other + key.slice(at + 1);
}

function garbage(random: SeededRandom): string {
  const length = random.integer(0, 59);
  const rest = Array.from({ length }, () => random.pick([...`${LETTERS} 0123456789`])).join("");
  // It begins with a small letter, as none of memcached's replies does.
  return random.pick([...LETTERS]) + rest;
}

/** Gives the UTF-8 of a text, with one character a byte. */
function utf8(text: string): string {
  return textOf(new TextEncoder().encode(text));
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const LF = 10;
const VALUE = bytesOf("VALUE ");
const META_VALUE = bytesOf("VA ");
const NOTHING = new Uint8Array(0);
const REPLIES = [
  "STORED",
  "NOT_STORED",
  "DELETED",
  "NOT_FOUND",
  "OK",
  "END",
  "ERROR",
  "1",
  "VALUE x 0 1\r\nx\r\nEND",
];
