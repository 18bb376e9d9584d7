/**
 * Writes plain data as Python's pickle, protocol 4, which every Python since 3.4 reads. What can be written, and what
 * would be lost, is the same as for marshal, and the rules are long: so a value is written as marshal first, and each
 * part of that is then written as the opcodes that build it.
 *
 * Nothing is shared between the parts of such a pickle, so it needs no memo, and no frames, which protocol 4 leaves open.
 */

import { type ByteSink, lendSink } from "./byte_sink.ts";
import { writeMarshal } from "./marshal_writer.ts";

/**
 * Encodes a value as a pickle.
 *
 * @returns Owned.
 * @throws {TypeError} If part of the value would be lost.
 */
export function writePickle(value: unknown): Uint8Array {
  const marshal = new MarshalParts(writeMarshal(value, "pickle"));
  const sink = lendSink();
  sink.byte(PROTO);
  sink.byte(4);
  writePart(marshal, sink);
  sink.byte(STOP);
  return sink.handOut();
}

/** What marshal has written, part by part. */
class MarshalParts {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  uint8(): number {
    return this.#bytes[this.#at++];
  }

  int32(): number {
    this.#at += 4;
    return this.#view.getInt32(this.#at - 4, true);
  }

  bytes(length: number): Uint8Array {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** True at the mark that ends a dict, which it passes over. */
  endsDict(): boolean {
    if (this.#bytes[this.#at] !== NULL) return false;
    this.#at++;
    return true;
  }
}

/** Writes the next part, with all that it holds. */
function writePart(marshal: MarshalParts, sink: ByteSink): void {
  const type = marshal.uint8();
  switch (String.fromCharCode(type)) {
    case "N":
      return sink.byte(NONE);
    case "T":
      return sink.byte(NEWTRUE);
    case "F":
      return sink.byte(NEWFALSE);
    case "i":
      return writeInteger(sink, marshal.int32());
    case "l":
      return writeLong(sink, marshal);
    case "g":
      sink.byte(BINFLOAT);
      // Pickle has the most significant byte first.
      return sink.bytes(marshal.bytes(8).slice().reverse());
    case "u":
      return writeBytes(sink, marshal, SHORT_BINUNICODE, BINUNICODE);
    case "s":
      return writeBytes(sink, marshal, SHORT_BINBYTES, BINBYTES);
    case "[":
      sink.byte(EMPTY_LIST);
      return writeParts(marshal, sink, APPENDS);
    case "(":
      return writeParts(marshal, sink, TUPLE);
    case "<":
      sink.byte(EMPTY_SET);
      return writeParts(marshal, sink, ADDITEMS);
    case ">":
      return writeParts(marshal, sink, FROZENSET);
    default: // A dict: there are no others.
      sink.byte(EMPTY_DICT);
      sink.byte(MARK);
      while (!marshal.endsDict()) {
        writePart(marshal, sink);
        writePart(marshal, sink);
      }
      return sink.byte(SETITEMS);
  }
}

function writeParts(marshal: MarshalParts, sink: ByteSink, opcode: number): void {
  sink.byte(MARK);
  for (let count = marshal.int32(); count > 0; count--) writePart(marshal, sink);
  sink.byte(opcode);
}

function writeInteger(sink: ByteSink, value: number): void {
  if (value < 0 || value > 0xffff) return sink.tagged(BININT, value);
  sink.byte(value > 0xff ? BININT2 : BININT1);
  if (value > 0xff) sink.uint16(value);
  else sink.byte(value);
}

/** Marshal has digits of 15 bits and a sign, pickle the bytes of the two's complement, the least significant first. */
function writeLong(sink: ByteSink, marshal: MarshalParts): void {
  const count = marshal.int32();
  const isNegative = count < 0;
  const bytes: number[] = [];
  let bits = 0;
  let waiting = 0;
  let carry = 1;
  const push = (byte: number) => {
    if (!isNegative) return bytes.push(byte);
    const turned = (byte ^ 0xff) + carry;
    carry = turned >> 8;
    return bytes.push(turned & 0xff);
  };
  for (let digit = Math.abs(count); digit > 0; digit--) {
    waiting |= (marshal.uint8() | marshal.uint8() << 8) << bits;
    for (bits += 15; bits >= 8; bits -= 8, waiting >>>= 8) push(waiting & 0xff);
  }
  // What is left, and at least the bit of the sign.
  push(waiting);
  if ((bytes[bytes.length - 1] >= 0x80) !== isNegative) push(0);
  if (bytes.length > 0xff) {
    sink.tagged(LONG4, bytes.length);
  } else {
    sink.byte(LONG1);
    sink.byte(bytes.length);
  }
  sink.bytes(Uint8Array.from(bytes));
}

function writeBytes(sink: ByteSink, marshal: MarshalParts, short: number, long: number): void {
  const length = marshal.int32();
  if (length > 0xff) {
    sink.tagged(long, length);
  } else {
    sink.byte(short);
    sink.byte(length);
  }
  sink.bytes(marshal.bytes(length));
}

/** What ends a dict in marshal. */
const NULL = 0x30;

// Opcodes.
const MARK = 0x28;
const STOP = 0x2e;
const BININT = 0x4a;
const BININT1 = 0x4b;
const BININT2 = 0x4d;
const NONE = 0x4e;
const NEWTRUE = 0x88;
const NEWFALSE = 0x89;
const LONG1 = 0x8a;
const LONG4 = 0x8b;
const BINFLOAT = 0x47;
const SHORT_BINUNICODE = 0x8c;
const BINUNICODE = 0x58;
const SHORT_BINBYTES = 0x43;
const BINBYTES = 0x42;
const EMPTY_LIST = 0x5d;
const APPENDS = 0x65;
const TUPLE = 0x74;
const EMPTY_DICT = 0x7d;
const SETITEMS = 0x75;
const EMPTY_SET = 0x8f;
const ADDITEMS = 0x90;
const FROZENSET = 0x91;
const PROTO = 0x80;
