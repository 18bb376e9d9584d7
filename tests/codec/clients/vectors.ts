/** What the originals stored and read (tests/vectors/values_of_others), and what their values are in JavaScript. */

import { decodeBase64 } from "@std/encoding";
import dalli from "../../vectors/values_of_others/dalli.json" with { type: "json" };
import django from "../../vectors/values_of_others/django.json" with { type: "json" };
import memjs from "../../vectors/values_of_others/memjs.json" with { type: "json" };
import nodeMemcached from "../../vectors/values_of_others/nodeMemcached.json" with { type: "json" };
import php from "../../vectors/values_of_others/php.json" with { type: "json" };
import pylibmc from "../../vectors/values_of_others/pylibmc.json" with { type: "json" };
import pymemcache from "../../vectors/values_of_others/pymemcache.json" with { type: "json" };

/** A value as the recordings write it. */
export interface Typed {
  readonly null?: true;
  readonly bool?: boolean;
  readonly int?: string;
  readonly float?: string;
  readonly text?: string;
  readonly bytes?: string;
  readonly list?: readonly Typed[];
  readonly set?: readonly Typed[];
  readonly pairs?: readonly (readonly [Typed, Typed])[];
  /** Of PHP's stdClass. */
  readonly class?: string;
  /** The name of a class: no plain data. */
  readonly object?: string;
  /** Of a long text or bytes. */
  readonly sha256?: string;
}

/** A value, and the item that it is stored as. */
export interface Recorded {
  /** The settings that it was stored with. */
  readonly how?: string;
  readonly value: Typed;
  readonly flags: number;
  readonly b64: string;
}

/** What one original did. */
export interface Recording {
  /** Its name and version. */
  readonly by: string;
  /** What it stored. */
  readonly written: readonly Recorded[];
  /** What it read of ours, in the order of `ORIGINALS`. */
  readonly read: readonly Recorded[];
}

export const RECORDINGS = {
  dalli,
  django,
  memjs,
  nodeMemcached,
  php,
  pylibmc,
  pymemcache,
} as unknown as Readonly<Record<string, Recording>>;

/** The bytes of an item. */
export function dataOf({ b64 }: Recorded): Uint8Array {
  return decodeBase64(b64);
}

/**
 * The JavaScript value for one of an original.
 *
 * @param inJson True if all keys are texts, as they are in JSON.
 */
export function fromTyped(typed: Typed, inJson: boolean): unknown {
  if (typed.null) return null;
  if (typed.bool !== undefined) return typed.bool;
  if (typed.text !== undefined) return typed.text;
  if (typed.bytes !== undefined) return decodeBase64(typed.bytes);
  if (typed.float !== undefined) return floatOf(typed.float);
  if (typed.int !== undefined) {
    const number = Number(typed.int);
    return Number.isSafeInteger(number) ? number : BigInt(typed.int);
  }
  if (typed.list) return typed.list.map((part) => fromTyped(part, inJson));
  if (typed.set) return new Set(typed.set.map((part) => fromTyped(part, inJson)));
  if (typed.pairs === undefined) throw new Error(`No plain data: ${JSON.stringify(typed)}`);
  const pairs = typed.pairs.map((pair) => pair.map((part) => fromTyped(part, inJson)));
  if (!inJson && pairs.some(([key]) => typeof key !== "string")) {
    return new Map(pairs as [unknown, unknown][]);
  }
  return Object.fromEntries(pairs.map(([key, part]) => [String(key), part]));
}

function floatOf(text: string): number {
  const named: Record<string, number> = { inf: Infinity, "-inf": -Infinity, nan: NaN };
  return named[text] ?? Number(text);
}
