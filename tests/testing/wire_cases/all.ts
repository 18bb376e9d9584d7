/**
 * What a real memcached answers, byte for byte. Each case begins with an empty server and a new connection. It was
 * measured on memcached 1.6.18; numbers of cas are written #1, #2 and so on in the order in which they first appear.
 */

import { ARITHMETIC } from "./arithmetic.ts";
import { EXPIRY } from "./expiry.ts";
import { FRAMING } from "./framing.ts";
import { OTHER } from "./other.ts";
import { RETRIEVAL } from "./retrieval.ts";
import { STORAGE } from "./storage.ts";
import type { WireCase } from "./case.ts";

export type { WireCase };

/** All cases. */
export const WIRE_CASES: readonly WireCase[] = [
  ...RETRIEVAL,
  ...STORAGE,
  ...EXPIRY,
  ...ARITHMETIC,
  ...OTHER,
  ...FRAMING,
];
