/**
 * The flags of meta requests. A server carries them out from left to right: `t T50` tells the old time, `T50 t` the new
 * one, and `T100 R30` never wins where `R30 T100` does. So they are always written in one order, in which what a command
 * changes comes before what it tells, and what tells of the item as it was comes first of all.
 */

import { encodeBase64 } from "@std/encoding";
import { needsBase64 } from "../../key.ts";

/** Flags by their letter; true for those without a value. */
export type RequestFlags = { readonly [L in Letter]?: string | number | bigint | true | undefined };

type Letter =
  | ("R" | "N" | "T" | "C" | "E" | "F" | "J" | "D" | "M" | "I" | "x" | "u")
  | ("q" | "v" | "f" | "s" | "t" | "c" | "h" | "l");

/** The order; `b` stands before all of them, and the opaque behind. */
const ORDER: readonly Letter[] = [
  ...["R", "N", "T", "C", "E", "F", "J", "D", "M", "I", "x", "u"] as const,
  ...["q", "v", "f", "s", "t", "c", "h", "l"] as const,
];

/** Writes flags in their order, each with a space before it. */
export function flagText(flags: RequestFlags): string {
  return textOf(flags, 0, ORDER.length);
}

/** Does the same for flags that differ from item to item by the item's own, which stand between the two texts. */
export function flagTexts(flags: RequestFlags): readonly [before: string, behind: string] {
  return [textOf(flags, 0, ITEM_FLAGS), textOf(flags, ITEM_FLAGS + 1, ORDER.length)];
}

function textOf(flags: RequestFlags, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) {
    const value = flags[ORDER[i]];
    if (value !== undefined) text += " " + ORDER[i] + (value === true ? "" : value);
  }
  return text;
}

/** Gives the form of a wire key: base64 where the bytes themselves would end the word. It is the same item in both forms. */
export function keyWord(wireKey: string): string {
  if (!needsBase64(wireKey)) return wireKey;
  return encodeBase64(Uint8Array.from(wireKey, (char) => char.charCodeAt(0)));
}

/** Gives the flag that says so of a word, or nothing. */
export function keyFlag(wireKey: string, word: string): string {
  return word === wireKey ? "" : " b";
}

const ITEM_FLAGS = ORDER.indexOf("F");
