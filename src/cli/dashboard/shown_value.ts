/** Values and bytes as text of a bounded length. */

import { inspect } from "node:util";
import type { ShownValue } from "./wire.ts";

/** Shows a value as a codec has read it. */
export function shownValue(value: unknown): ShownValue {
  if (typeof value === "string") return { type: "text", ...cut(value) };
  if (value instanceof Uint8Array) return { type: "bytes", ...bytesAsText(value, MOST_BYTES) };
  const text = typeof value === "object" && value !== null ? asObject(value) : inspect(value);
  return { type: typeOf(value), ...cut(text) };
}

/** Shows the first bytes by 16 a line: as numbers, and as the characters that can be printed. */
export function bytesAsText(
  bytes: Uint8Array,
  most = MOST_BYTES,
): { readonly text: string; readonly isCut: boolean } {
  const lines: string[] = [];
  const end = Math.min(bytes.length, most);
  for (let at = 0; at < end; at += 16) {
    const row = Array.from(bytes.subarray(at, Math.min(at + 16, end)));
    const numbers = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = row.map((byte) => byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : "·");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${numbers.padEnd(47)}  ${letters.join("")}`);
  }
  return { text: lines.join("\n"), isCut: bytes.length > end };
}

function asObject(value: object): string {
  return inspect(value, {
    depth: 8,
    maxArrayLength: 500,
    maxStringLength: 10_000,
    breakLength: 80,
    compact: 3,
    sorted: false,
    getters: false,
  });
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value !== "object") return typeof value;
  return value.constructor === Object ? "object" : value.constructor?.name ?? "object";
}

function cut(text: string): { readonly text: string; readonly isCut: boolean } {
  return { text: text.slice(0, MOST_TEXT), isCut: text.length > MOST_TEXT };
}

/** Most characters that a page is sent of one value. */
const MOST_TEXT = 65_536;
/** Most bytes that are shown one by one. */
const MOST_BYTES = 1024;
