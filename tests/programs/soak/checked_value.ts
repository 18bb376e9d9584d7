/** Values that tell what they are: each carries its key, and a checksum of all of it. */

import type { Random } from "../../support/random.ts";

/** Makes a value for a key; most are small, some have tens of kilobytes. */
export function checkedValue(random: Random, key: string): string {
  return checked(random, key, lengthOf(random.below(1000), random));
}

/** Makes a value that has to be split. */
export function bigValue(random: Random, key: string): string {
  return checked(random, key, 1_000_000 + random.below(500_000));
}

/** True for a value that was made for this key, and has all of its characters. */
export function isCheckedValue(key: string, value: unknown): boolean {
  if (typeof value !== "string" || !value.startsWith(`${key}|`)) return false;
  const end = value.lastIndexOf("|") + 1;
  return value.slice(end) === checksum(value.slice(0, end));
}

function checked(random: Random, key: string, length: number): string {
  const piece = random.pick(PIECES);
  const body = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
  const text = `${key}|${random.below(2 ** 32)}|${body}|`;
  return text + checksum(text);
}

function lengthOf(chance: number, random: Random): number {
  if (chance < 900) return random.below(200);
  return random.below(chance < 990 ? 10_000 : 100_000);
}

/** FNV-1a with 32 bits, of the char codes. Of long texts only each 64th in the middle, as the time goes to the client. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  const near = Math.min(text.length, 512);
  for (let i = 0; i < text.length; i += i < near || i > text.length - near ? 1 : 64) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return `${text.length}:${(hash >>> 0).toString(16)}`;
}

/** Among them what could be taken for a reply. */
const PIECES: readonly string[] = [
  "the quick brown fox ",
  "\r\nEND\r\n",
  "STORED\r\n",
  "VALUE key 0 5\r\n12345\r\nEND\r\n",
  "0123456789",
  "ERROR\r\n",
  "größe 電気 ",
];
