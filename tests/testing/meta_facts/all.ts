import { ARITHMETIC } from "./arithmetic.ts";
import { DELETE } from "./delete.ts";
import type { Fact } from "./fact.ts";
import { GET } from "./get.ts";
import { KEYS } from "./keys.ts";
import { LINES } from "./lines.ts";
import { SET } from "./set.ts";
import { STATES } from "./states.ts";
import { TRAPS } from "./traps.ts";

/** All facts but the traps, which have tests with their numbers. */
export const FACTS: readonly Fact[] = [
  ...GET,
  ...SET,
  ...DELETE,
  ...ARITHMETIC,
  ...STATES,
  ...KEYS,
  ...LINES,
];

export { TRAPS };
