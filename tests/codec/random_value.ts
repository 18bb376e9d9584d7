/** Random values of all the types that a codec takes, small and awkward. */

import type { Random } from "../support/random.ts";

/** A value that JSON can carry: null, booleans, finite numbers, texts, arrays and plain objects. */
export function randomJson(random: Random, depth = 0): unknown {
  const kind = random.below(depth > 3 ? 4 : 7);
  if (kind < 4) return randomScalar(random, kind);
  const size = random.below(5);
  if (kind < 6) {
    return Object.fromEntries(
      Array.from({ length: size }, () => [randomText(random), randomJson(random, depth + 1)]),
    );
  }
  return Array.from({ length: size }, () => randomJson(random, depth + 1));
}

/** A value that marshal can carry: as JSON, and every number, bigint, bytes, Map and Set. */
export function randomPython(random: Random, depth = 0): unknown {
  const size = random.below(5);
  const many = (make: () => unknown) => Array.from({ length: size }, make);
  switch (random.below(depth > 3 ? 5 : 9)) {
    case 0:
    case 1:
      return randomScalar(random, random.below(4));
    case 2:
      return random.pick([NaN, Infinity, -Infinity, -0, 2 ** 53, 1e300]);
    case 3:
      return randomBigint(random);
    case 4:
      return random.bytes(random.below(6));
    case 5:
      return many(() => randomPython(random, depth + 1));
    case 6:
      return Object.fromEntries(
        many(() => [randomText(random), randomPython(random, depth + 1)]) as [string, unknown][],
      );
    case 7:
      return new Set(distinct(many(() => randomHashable(random, depth + 1))));
    default: {
      // A Map is one only if some key is no text.
      const keys = distinct([random.below(100), ...many(() => randomHashable(random, depth + 1))]);
      return new Map(keys.map((key) => [key, randomPython(random, depth + 1)]));
    }
  }
}

/** Texts: empty, of one to four bytes a character, awkward keys, a lone surrogate now and then. */
export function randomText(random: Random): string {
  if (random.below(8) === 0) {
    return random.pick([
      "",
      "__proto__",
      "constructor",
      "toJSON",
      "7",
      "\ufeffx",
      "\ufffd",
      "\r\nEND\r\n",
    ]);
  }
  const letters = ["a", "Z", "\0", "é", "中", "🔑", "\ud800", "\udc00", "\n", '"', "\x7f", "\x80"];
  const last = random.below(3) === 0 ? letters.length : 5;
  const text = Array.from({ length: random.below(40) }, () => letters[random.below(last)]).join("");
  return random.below(2) === 0 ? text.toWellFormed() : text;
}

function randomHashable(random: Random, depth: number): unknown {
  const kind = random.below(depth > 3 ? 4 : 6);
  if (kind < 3) return noMinusZero(randomScalar(random, random.below(4)));
  if (kind === 3) return random.bytes(random.below(4));
  const parts = Array.from({ length: random.below(3) }, () => randomHashable(random, depth + 1));
  return kind === 4 ? parts : new Set(distinct(parts));
}

/** Leaves out what Python takes for equal to one before it. */
function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [pythonText(value), value])).values()];
}

/** A text that is the same for what Python takes for equal. */
function pythonText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean" || Number.isInteger(value)) return String(BigInt(value as number));
  if (value instanceof Uint8Array) return `bytes ${value}`;
  if (Array.isArray(value)) return `[${value.map(pythonText)}]`;
  if (value instanceof Set) return `{${Array.from(value, pythonText).sort()}}`;
  return String(value);
}

/** Map and Set hold no -0. */
function noMinusZero(value: unknown): unknown {
  return value === 0 ? 0 : value;
}

function randomScalar(random: Random, kind: number): unknown {
  switch (kind) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
      return randomNumber(random);
    default:
      return randomText(random);
  }
}

function randomNumber(random: Random): number {
  const sign = random.pick([-1, 1]);
  switch (random.below(4)) {
    case 0:
      return random.pick([0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1)]);
    case 1:
      return sign * (1 + random.below(1000));
    case 2:
      return sign * (1 + random.below(2 ** 32)) * 2 ** random.below(20);
    default:
      return sign * (1 + random.below(2 ** 32)) / 2 ** random.below(60);
  }
}

/** Beyond the safe integers: a smaller one comes back as a number. */
function randomBigint(random: Random): bigint {
  const bits = BigInt(54 + random.below(200));
  const value = (1n << bits) + BigInt(random.below(2 ** 32));
  return random.below(2) === 0 ? value : -value;
}
