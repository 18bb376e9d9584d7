/**
 * The imports that stand for plain data in pickles: protocols before 3 have no opcode for bytes, before 4 none for sets,
 * before 5 none for bytearray. They are recognised by name, and their results are built here; nothing is called.
 */

import { CodecError } from "../../errors.ts";
import { PickleSet } from "./pickle_graph.ts";
import { BYTES_COST, HASH_COST, type ReadBudget } from "./read_budget.ts";

const KNOWN = new Map<string, PickleGlobal>();

/** An import in a pickle, one of those that are known. */
export class PickleGlobal {
  /** The name without its module. */
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /**
   * Finds a global by its module and name.
   *
   * @throws {CodecError} If it is not one of those that stand for plain data.
   */
  static find(module: string, name: string): PickleGlobal {
    const found = KNOWN.get(`${module} ${name}`);
    if (found !== undefined) return found;
    throw new CodecError(
      `Cannot read pickle as it imports "${module.slice(0, 60)}.${
        name.slice(0, 60)
      }", not plain data`,
    );
  }

  static {
    for (const module of ["builtins", "__builtin__"]) {
      for (const name of ["set", "frozenset", "bytes", "bytearray"]) {
        KNOWN.set(`${module} ${name}`, new PickleGlobal(name));
      }
    }
    KNOWN.set("_codecs encode", new PickleGlobal("encode"));
  }
}

/**
 * Gives the result that the call would have in Python.
 *
 * @throws {CodecError} If the call does not stand for plain data.
 */
export function callGlobal(
  called: unknown,
  args: unknown,
  budget: ReadBudget,
): PickleSet | Uint8Array {
  if (!(called instanceof PickleGlobal)) {
    throw new CodecError("Cannot read pickle as it calls something other than a global");
  }
  if (Array.isArray(args) && args.length <= 2) {
    const [first, second] = args;
    const isSet = called.name === "set" || called.name === "frozenset";
    if (isSet && second === undefined && (first === undefined || Array.isArray(first))) {
      return makeSet(first, budget);
    }
    if (!isSet) {
      const bytes = makeBytes(called.name, first, second, budget);
      if (bytes !== undefined) return bytes;
    }
  }
  throw new CodecError(`Cannot read pickle as it calls "${called.name}" with unusual arguments`);
}

function makeSet(members: unknown[] = [], budget: ReadBudget): PickleSet {
  // Any number of sets may be made from the same list.
  budget.spend(HASH_COST);
  budget.copy(members.length * 8);
  return new PickleSet(members.slice());
}

/** `encode(text, "latin1")`, `bytes()`, `bytearray()`, `bytearray(bytes)`, `bytearray(text, "latin-1")`. */
function makeBytes(
  name: string,
  first: unknown,
  encoding: unknown,
  budget: ReadBudget,
): Uint8Array | undefined {
  budget.spend(BYTES_COST);
  if (first === undefined) return name === "encode" ? undefined : new Uint8Array(0);
  if (first instanceof Uint8Array) {
    if (name === "encode" || encoding !== undefined) return undefined;
    budget.copy(first.length);
    return new Uint8Array(first);
  }
  if (typeof first !== "string" || (encoding !== "latin1" && encoding !== "latin-1")) {
    return undefined;
  }
  budget.copy(first.length);
  const bytes = new Uint8Array(first.length);
  for (let i = 0; i < first.length; i++) {
    const unit = first.charCodeAt(i);
    if (unit > 0xff) throw new CodecError("Cannot read pickle as its bytes are not Latin-1");
    bytes[i] = unit;
  }
  return bytes;
}
