/** The vectors of values too big for one item, with types. */

import values from "../vectors/values.json" with { type: "json" };
import type { PythonValue } from "../codec/vectors.ts";

/** An item on the server. */
export interface BigItem {
  readonly key: string;
  readonly flags: number;
  readonly len: number;
  readonly sha256: string;
}

/** A big value was stored; what that left on the server, and what was read. */
export interface BigVector {
  readonly value: PythonValue;
  readonly key: string;
  readonly prefix: string | null;
  readonly comp_threshold: number;
  readonly do_split: boolean;
  readonly method: "set" | "set_multi" | "add";
  readonly returns: boolean;
  readonly last_error: number;
  /** The main key's, then those of the chunks. */
  readonly items: readonly BigItem[];
  /** The chunks joined and, if they are compressed, inflated. */
  readonly joined?: { readonly len: number; readonly sha256: string };
  readonly get_equal: boolean;
  readonly get_raw: { readonly flags: number; readonly len: number } | null;
  readonly gets: "value" | "None" | "raised TypeError";
  readonly after_chunk_lost?: {
    readonly chunk: string;
    readonly get: PythonValue;
    readonly last_error: number;
    readonly get_multi: PythonValue;
    readonly get_raw: PythonValue;
  };
  readonly after_delete?: readonly string[];
}

export const BIG = values.big as unknown as readonly BigVector[];
