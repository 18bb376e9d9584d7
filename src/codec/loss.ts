/**
 * Says why a value cannot be stored. The encoders only find out, fast, that something would be lost; then this file
 * walks the value once more, slowly, for the path and the reason.
 */

import { pathOf } from "../checks/value_path.ts";

/** The parts of a value that an encoding cannot store. */
export interface LossRules {
  /** Completes "Cannot encode value.x as …"; `undefined` for a part that can be stored, or that only holds others. */
  reasonFor(part: unknown, isKey: boolean): string | undefined;
  /** Most levels of containers inside each other. */
  readonly maxDepth: number;
}

/** Makes the error that names the first offending part of a value. */
export function lossError(value: unknown, rules: LossRules): TypeError {
  const loss = findLoss(value, "value", false, rules, []);
  return new TypeError(
    loss === undefined
      ? "Cannot encode value as part of it would be lost"
      : `Cannot encode ${loss.path} as ${loss.reason}`,
  );
}

/** True if an object has no class: it was made by `{}`, or has no prototype. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * True if an array without holes has no named properties, such as the result of `RegExp.exec` has. Long arrays are not
 * searched: the engine would list all indexes as strings, which takes twice the time of `JSON.stringify`.
 */
export function hasOnlyElements(array: readonly unknown[]): boolean {
  return array.length > LONG_ARRAY || Object.keys(array).length === array.length;
}

const LONG_ARRAY = 64;

/** Names the kind of a value, as in "a Map" or "undefined". */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "bigint":
      return "a bigint";
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "object": {
      if (value === null) return "null";
      const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
      if (typeof name !== "string" || name === "") return "an object of an unnamed class";
      return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
    }
    default:
      return String(value);
  }
}

interface Loss {
  readonly path: string;
  readonly reason: string;
}

function findLoss(
  part: unknown,
  path: string,
  isKey: boolean,
  rules: LossRules,
  ancestors: object[],
): Loss | undefined {
  const reason = rules.reasonFor(part, isKey);
  if (reason !== undefined) return { path, reason };
  if (typeof part !== "object" || part === null || part instanceof Uint8Array) return undefined;
  if (ancestors.includes(part)) return { path, reason: "it contains itself" };
  if (ancestors.length >= rules.maxDepth) {
    // The path is as long as the value is deep: its beginning is enough.
    return {
      path: `${path.slice(0, 60)}…`,
      reason: `it is nested deeper than ${rules.maxDepth} levels`,
    };
  }
  ancestors.push(part);
  const loss = findLossInside(part, path, isKey, rules, ancestors);
  ancestors.pop();
  return loss;
}

function findLossInside(
  part: object,
  path: string,
  isKey: boolean,
  rules: LossRules,
  ancestors: object[],
): Loss | undefined {
  if (Object.getOwnPropertySymbols(part).length > 0) {
    return { path, reason: "its symbol keys would be lost" };
  }
  let index = 0;
  if (part instanceof Map) {
    for (const [key, value] of part) {
      const at = `${path}.entry(${index++})`;
      const loss = findLoss(key, `${at}.key`, true, rules, ancestors) ??
        findLoss(value, `${at}.value`, false, rules, ancestors);
      if (loss !== undefined) return loss;
    }
  } else if (part instanceof Set) {
    for (const member of part) {
      const loss = findLoss(member, `${path}.member(${index++})`, true, rules, ancestors);
      if (loss !== undefined) return loss;
    }
  } else if (Array.isArray(part)) {
    for (; index < part.length; index++) {
      if (!(index in part)) return { path: `${path}[${index}]`, reason: "it is a hole" };
      const loss = findLoss(part[index], `${path}[${index}]`, isKey, rules, ancestors);
      if (loss !== undefined) return loss;
    }
  }
  if (Array.isArray(part) || part instanceof Map || part instanceof Set) {
    const extra = Object.keys(part)[index === 0 || !Array.isArray(part) ? 0 : part.length];
    if (extra === undefined) return undefined;
    return { path: pathOf(path, extra), reason: "a property beside the elements would be lost" };
  }
  for (const key of Object.keys(part)) {
    const value = (part as Record<string, unknown>)[key];
    if (value === undefined) continue;
    const loss = findLoss(value, pathOf(path, key), false, rules, ancestors);
    if (loss !== undefined) return loss;
  }
  return undefined;
}
