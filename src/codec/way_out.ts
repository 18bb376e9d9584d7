/** Says what can be stored in place of a part of a value that would be lost. */

import { describe } from "./loss.ts";

/** Makes the error for a value that is lost whole: there is no text, number or object of it. */
export function lostWhole(value: unknown): TypeError {
  return new TypeError(
    `Cannot encode value as it would be lost: ${describe(value)}; ${
      typeof value === "function"
        ? "call it, and store what it gives"
        : typeof value === "undefined"
        ? "store null, or delete the key"
        : "store its description"
    }`,
  );
}

/**
 * Completes "Cannot encode value.x as JSON would lose it: a Date; …".
 *
 * @param asJson Says that a codec does so: ", as jsonCodec does", or nothing.
 */
export function wayOut(part: unknown, asJson = ""): string {
  switch (typeof part) {
    case "undefined":
      return `store null${asJson}`;
    case "number":
      return `store a text, or ${Object.is(part, -0) ? "0" : "null"}${asJson}`;
    case "bigint":
      return "store its String(), or the bigint by itself";
    case "function":
    case "symbol":
      return "leave it out";
  }
  if (part instanceof Date) {
    return isNaN(part.getTime())
      ? `it is invalid: store null${asJson}`
      : `store its toISOString()${asJson}`;
  }
  if (part instanceof Error) return "store its message";
  if (part instanceof RegExp || part instanceof URL) return "store its String()";
  if (part instanceof Promise) return "await it";
  if (part instanceof Map || part instanceof Set) return "store an array of what it holds";
  if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) {
    return asJson === "" ? "store a Uint8Array" : "store a Uint8Array by itself, or base64";
  }
  return `store a plain object, or what JSON.stringify makes of it${asJson}`;
}
