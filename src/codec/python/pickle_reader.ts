/**
 * Reads plain data from Python's pickle, protocols 0 to 5. A pickle is a program for a small stack machine that can import
 * and call anything. This one knows only the opcodes that build plain data, and only the imports that protocols 0 to 3 need
 * for sets and bytes, four types and one function (pickle_globals.ts). Any other opcode or global is a CodecError that
 * names it. Nothing is ever looked up or called.
 *
 * The stack machine leaves dicts as lists of pairs, because a dict can be referred to before its keys are known.
 * pickle_graph.ts then makes the value.
 */

import { CodecError } from "../../errors.ts";
import { PickleBytes } from "./pickle_bytes.ts";
import { callGlobal, PickleGlobal } from "./pickle_globals.ts";
import { PickleDict, PickleSet, resolvePickle } from "./pickle_graph.ts";
import {
  ARRAY_COST,
  DICT_COST,
  GAP_COST,
  HASH_COST,
  PART_COST,
  ReadBudget,
} from "./read_budget.ts";

/**
 * Reads a pickle; bytes after its end are ignored.
 *
 * @param data Borrowed.
 * @param memory Most bytes of memory that the value may take.
 * @returns Owned.
 * @throws {CodecError} If the data is not a pickle, contains more than plain data, or would take too much memory.
 */
export function readPickle(data: Uint8Array, memory?: number): unknown {
  return new PickleReader(data, memory).read();
}

class PickleReader {
  readonly #in: PickleBytes;
  readonly #budget: ReadBudget;
  readonly #stack: unknown[] = [];
  /** Stack heights at the open marks. */
  readonly #marks: number[] = [];
  readonly #memo: unknown[] = [];
  #memoized = 0;

  constructor(data: Uint8Array, memory: number | undefined) {
    this.#budget = new ReadBudget(data.length, memory);
    this.#in = new PickleBytes(data, this.#budget);
  }

  read(): unknown {
    for (;;) {
      const opcode = this.#in.uint8();
      this.#budget.spend(PART_COST);
      if (opcode === STOP) return resolvePickle(this.#pop(), this.#budget);
      if (!this.#pushScalar(opcode) && !this.#build(opcode) && !this.#move(opcode)) {
        throw new CodecError(
          `Cannot read pickle as byte ${this.#in.at - 1} is ${nameOf(opcode)}, not plain data`,
        );
      }
    }
  }

  /** Carries out opcodes that push a value without parts. */
  #pushScalar(opcode: number): boolean {
    const stack = this.#stack;
    switch (opcode) {
      case 0x4e: // NONE
        stack.push(null);
        return true;
      case 0x88: // NEWTRUE
        stack.push(true);
        return true;
      case 0x89: // NEWFALSE
        stack.push(false);
        return true;
      case 0x49: // INT
        stack.push(this.#in.intLine());
        return true;
      case 0x4a: // BININT
        stack.push(this.#in.int32());
        return true;
      case 0x4b: // BININT1
        stack.push(this.#in.uint8());
        return true;
      case 0x4d: // BININT2
        stack.push(this.#in.uint16());
        return true;
      case 0x4c: // LONG
        stack.push(this.#in.longLine());
        return true;
      case 0x8a: // LONG1
        stack.push(this.#in.long(this.#in.uint8()));
        return true;
      case 0x8b: // LONG4
        stack.push(this.#in.long(this.#in.int32()));
        return true;
      case 0x46: // FLOAT
        stack.push(this.#in.floatLine());
        return true;
      case 0x47: // BINFLOAT
        stack.push(this.#in.float());
        return true;
      case 0x53: // STRING
        stack.push(this.#in.quotedLine());
        return true;
      case 0x54: // BINSTRING
        stack.push(this.#in.ascii(this.#in.int32()));
        return true;
      case 0x55: // SHORT_BINSTRING
        stack.push(this.#in.ascii(this.#in.uint8()));
        return true;
      case 0x56: // UNICODE
        stack.push(this.#in.unicodeLine());
        return true;
      case 0x58: // BINUNICODE
        stack.push(this.#in.text(this.#in.uint32()));
        return true;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(this.#in.text(this.#in.uint8()));
        return true;
      case 0x8d: // BINUNICODE8
        stack.push(this.#in.text(this.#in.uint64()));
        return true;
      case 0x42: // BINBYTES
        stack.push(this.#in.bytes(this.#in.uint32()));
        return true;
      case 0x43: // SHORT_BINBYTES
        stack.push(this.#in.bytes(this.#in.uint8()));
        return true;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        stack.push(this.#in.bytes(this.#in.uint64()));
        return true;
      default:
        return false;
    }
  }

  /** Carries out opcodes that make or fill containers, and the calls that stand for them in old protocols. */
  #build(opcode: number): boolean {
    switch (opcode) {
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        this.#pushArray([]);
        return true;
      case 0x6c: // LIST
      case 0x74: // TUPLE
        this.#pushArray(this.#popToMark());
        return true;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        this.#pushArray(this.#popMany(opcode - 0x84));
        return true;
      case 0x7d: // EMPTY_DICT
        this.#pushDict([]);
        return true;
      case 0x64: // DICT
        this.#pushDict(this.#popToMark());
        return true;
      case 0x8f: // EMPTY_SET
        this.#pushSet([]);
        return true;
      case 0x91: // FROZENSET
        this.#pushSet(this.#popToMark());
        return true;
      case 0x61: // APPEND
        this.#fill(this.#popMany(1), isList);
        return true;
      case 0x65: // APPENDS
        this.#fill(this.#popToMark(), isList);
        return true;
      case 0x73: // SETITEM
        this.#fill(this.#popMany(2), isDict);
        return true;
      case 0x75: // SETITEMS
        this.#fill(this.#popToMark(), isDict);
        return true;
      case 0x90: // ADDITEMS
        this.#fill(this.#popToMark(), isSet);
        return true;
      case 0x63: // GLOBAL
        this.#stack.push(PickleGlobal.find(this.#in.line(), this.#in.line()));
        return true;
      case 0x93: { // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        this.#stack.push(PickleGlobal.find(String(module), String(name)));
        return true;
      }
      case 0x52: { // REDUCE
        const [called, args] = this.#popMany(2);
        this.#stack.push(callGlobal(called, args, this.#budget));
        return true;
      }
      default:
        return false;
    }
  }

  /** Carries out opcodes that move values between stack and memo, and those around the data. */
  #move(opcode: number): boolean {
    switch (opcode) {
      case 0x28: // MARK
        this.#marks.push(this.#stack.length);
        return true;
      case 0x30: // POP
        // At a mark it removes the mark.
        if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop();
        else this.#pop();
        return true;
      case 0x31: // POP_MARK
        this.#popToMark();
        return true;
      case 0x32: // DUP
        this.#stack.push(this.#top());
        return true;
      case 0x70: // PUT
        this.#put(this.#in.indexLine());
        return true;
      case 0x71: // BINPUT
        this.#put(this.#in.uint8());
        return true;
      case 0x72: // LONG_BINPUT
        this.#put(this.#in.uint32());
        return true;
      case 0x94: // MEMOIZE
        this.#put(this.#memoized);
        return true;
      case 0x67: // GET
        this.#get(this.#in.indexLine());
        return true;
      case 0x68: // BINGET
        this.#get(this.#in.uint8());
        return true;
      case 0x6a: // LONG_BINGET
        this.#get(this.#in.uint32());
        return true;
      case 0x80: { // PROTO
        const version = this.#in.uint8();
        if (version <= 5) return true;
        throw new CodecError(
          `Cannot read pickle as its protocol must be <= 5: current is ${version}`,
        );
      }
      case 0x95: // FRAME
        this.#in.check(this.#in.uint64());
        return true;
      default:
        return false;
    }
  }

  #pushArray(array: unknown[]): void {
    this.#budget.spend(ARRAY_COST);
    this.#stack.push(array);
  }

  #pushDict(pairs: unknown[]): void {
    if (pairs.length % 2 !== 0) throw new CodecError("Cannot read pickle as a key has no value");
    this.#budget.spend(DICT_COST);
    this.#stack.push(new PickleDict(pairs));
  }

  #pushSet(members: unknown[]): void {
    this.#budget.spend(HASH_COST);
    this.#stack.push(new PickleSet(members));
  }

  /** Adds parts to the container on top of the stack. */
  #fill(parts: unknown[], partsOf: (container: unknown) => unknown[] | undefined): void {
    const target = partsOf(this.#top());
    if (target === undefined) {
      throw new CodecError(
        `Cannot read pickle as byte ${this.#in.at - 1} has no such container to add to`,
      );
    }
    if (target instanceof Array && partsOf === isDict && parts.length % 2 !== 0) {
      throw new CodecError("Cannot read pickle as a key has no value");
    }
    for (const part of parts) target.push(part);
  }

  #put(index: number): void {
    // A pickle has fewer values than bytes.
    if (index > this.#in.size) {
      throw new CodecError(`Cannot read pickle as it has no room for memo ${index}`);
    }
    const value = this.#top();
    // The engine would keep an array with gaps as a table, which is slow.
    for (; this.#memo.length < index; this.#memo.push(undefined)) this.#budget.spend(GAP_COST);
    if (this.#memo[index] === undefined) this.#memoized++;
    this.#memo[index] = value;
  }

  #get(index: number): void {
    const value = this.#memo[index];
    if (value === undefined) throw new CodecError(`Cannot read pickle as memo ${index} is empty`);
    this.#stack.push(value);
  }

  #top(): unknown {
    this.#check(1);
    return this.#stack[this.#stack.length - 1];
  }

  #pop(): unknown {
    this.#check(1);
    return this.#stack.pop();
  }

  #popMany(count: number): unknown[] {
    this.#check(count);
    return this.#stack.splice(this.#stack.length - count);
  }

  #popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new CodecError("Cannot read pickle as it lacks a mark");
    return this.#stack.splice(mark);
  }

  /** Makes sure that so many values lie above the innermost mark: those below are out of reach, as in CPython. */
  #check(count: number): void {
    if (this.#stack.length - count < (this.#marks.at(-1) ?? 0)) {
      throw new CodecError(`Cannot read pickle as its stack is empty at byte ${this.#in.at - 1}`);
    }
  }
}

function isList(container: unknown): unknown[] | undefined {
  return Array.isArray(container) ? container : undefined;
}

function isDict(container: unknown): unknown[] | undefined {
  return container instanceof PickleDict ? container.pairs : undefined;
}

function isSet(container: unknown): unknown[] | undefined {
  return container instanceof PickleSet ? container.members : undefined;
}

function nameOf(opcode: number): string {
  return REFUSED[opcode] ?? `no opcode: ${opcode}`;
}

const STOP = 0x2e;

const REFUSED: Readonly<Record<number, string>> = {
  0x50: "PERSID",
  0x51: "BINPERSID",
  0x62: "BUILD",
  0x69: "INST",
  0x6f: "OBJ",
  0x81: "NEWOBJ",
  0x82: "EXT1",
  0x83: "EXT2",
  0x84: "EXT4",
  0x92: "NEWOBJ_EX",
  0x97: "NEXT_BUFFER",
  0x98: "READONLY_BUFFER",
};
