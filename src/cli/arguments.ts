/** Reads what is written on the command line: numbers, exptimes, lists. Each is a parser for commander. */

import { InvalidArgumentError } from "commander";
import type { Exptime } from "../../mod.ts";

/** Gives a parser of integers with bounds. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^-?\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be an integer from ${least} to ${most}.`);
  };
}

/** Reads an unsigned integer of 64 bits. */
export function unsigned64(text: string): bigint {
  if (/^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n) return BigInt(text);
  throw new InvalidArgumentError("It must be an integer from 0 to 2^64 - 1.");
}

/** Reads a time: `never`, seconds as memcached takes them, or a number with its unit, as in `90s`, `15m`, `12h`, `7d`. */
export function exptime(text: string): Exptime {
  if (text === "never") return 0;
  const [, digits, unit] = /^(-?\d+)([smhd]?)$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new InvalidArgumentError(
      'It must be seconds, as in 600, or "15m", "12h", "7d", "never".',
    );
  }
  if (unit === "") return Number(digits);
  const seconds = Number(digits) * SECONDS[unit as keyof typeof SECONDS];
  // memcached takes a larger number for a Unix time.
  return seconds <= THIRTY_DAYS ? seconds : new Date(Date.now() + 1000 * seconds);
}

/** Reads a list with commas, and adds it to those that the option was given before. */
export function addToList(text: string, before: readonly string[] = []): string[] {
  return [...before, ...listOf(text)];
}

/** Splits a list at its commas and line ends. */
export function listOf(text: string): string[] {
  return text.split(/[,\n]/).map((part) => part.trim()).filter((part) => part !== "");
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 };
const THIRTY_DAYS = 2_592_000;
