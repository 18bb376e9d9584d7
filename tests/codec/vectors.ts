/** The vectors of stored values, and what their Python values are in JavaScript. */

import { decodeBase64 } from "@std/encoding";
import values from "../vectors/values.json" with { type: "json" };

/** A Python value as the vectors write it. */
export interface PythonValue {
  readonly type: string;
  readonly value?: string | boolean;
  readonly b64?: string;
  readonly bits?: string | readonly string[];
  readonly items?: readonly (PythonValue | readonly PythonValue[])[];
  readonly gen?: { alg: string; len: number; unit?: string; seed?: number };
  readonly class?: string;
}

/** What was stored for a value. */
export interface StoredVector {
  readonly value: PythonValue;
  readonly comp_threshold: number;
  readonly stored: {
    readonly flags: number;
    readonly b64: string;
    readonly inflated?: { readonly b64?: string; readonly len?: number; readonly sha256?: string };
  } | null;
}

/** What was read from bytes and flags. */
export interface DecodeVector {
  readonly b64: string;
  readonly flags: number;
  readonly value: PythonValue;
}

export const STORED = values.stored as unknown as readonly StoredVector[];
export const DECODE = values.decode as unknown as readonly DecodeVector[];

/** Types that JavaScript has nothing for, and results that are no values. */
export const NO_VALUE: ReadonlySet<string> = new Set(["complex", "ellipsis", "object", "raised"]);

/** Whether a Python value has a JavaScript one, with all its parts. */
export function isReadable(python: PythonValue): boolean {
  return !NO_VALUE.has(python.type) && partsOf(python).every(isReadable);
}

/** The parts of a container: keys and values of a dict alike. */
export function partsOf(python: PythonValue): PythonValue[] {
  return (python.items ?? []).flat() as PythonValue[];
}

/** The JavaScript value for a Python value. */
export function fromPython(python: PythonValue): unknown {
  const items = python.items ?? [];
  switch (python.type) {
    case "none":
      return null;
    case "bool":
      return python.value;
    case "int": {
      const number = Number(python.value);
      return Number.isSafeInteger(number) ? number : BigInt(python.value as string);
    }
    case "float":
      return new DataView(new BigUint64Array([BigInt(`0x${python.bits}`)]).buffer).getFloat64(
        0,
        true,
      );
    case "str":
      return python.gen ? new TextDecoder().decode(generate(python.gen)) : python.value;
    case "bytes":
    case "bytearray":
    case "memoryview":
      return python.gen ? generate(python.gen) : decodeBase64(python.b64!);
    case "list":
    case "tuple":
      return (items as PythonValue[]).map(fromPython);
    case "set":
    case "frozenset":
      return new Set((items as PythonValue[]).map(fromPython));
    case "dict": {
      const pairs = (items as PythonValue[][]).map((pair) => pair.map(fromPython));
      return pairs.every(([key]) => typeof key === "string")
        ? Object.fromEntries(pairs as [string, unknown][])
        : new Map(pairs as [unknown, unknown][]);
    }
    default:
      throw new Error(`No JavaScript value for ${python.type}`);
  }
}

/** Data made by a rule, as the head of the vectors states it. */
function generate(gen: { alg: string; len: number; unit?: string; seed?: number }): Uint8Array {
  const bytes = new Uint8Array(gen.len);
  const unit = new TextEncoder().encode(gen.unit);
  let x = gen.seed ?? 0;
  for (let i = 0; i < gen.len; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[i] = gen.alg === "repeat" ? unit[i % unit.length] : x;
  }
  return bytes;
}
