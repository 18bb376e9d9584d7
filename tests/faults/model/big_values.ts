/** Values that are split, for the model: it knows them by a few letters, the servers by a megabyte and more. */

import type { Answer } from "./model.ts";

/** True for a key whose values are split. */
export function isBigKey(key: string): boolean {
  return key.startsWith("s");
}

/** What is stored for these letters: every chunk of it tells them. */
export function bigValueOf(data: string): string {
  return `${data}|${"x".repeat(FILLER)}|${data}`;
}

/** The letters of a whole value; of a mixture, a sentence that is nobody's answer. */
export function lettersOf(value: unknown): Answer {
  const text = String(value);
  const [head, tail] = [text.slice(0, text.indexOf("|")), text.slice(text.lastIndexOf("|") + 1)];
  const isWhole = text.length === FILLER + 2 + head.length + tail.length && head === tail;
  return isWhole ? head : `${text.length} characters from ${head} to ${tail}`;
}

/** With these a value has two chunks, the second of which is short. */
const FILLER = 1_001_000;
