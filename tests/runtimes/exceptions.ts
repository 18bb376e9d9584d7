/** The tests that a runtime does not pass, each with its reason. One that passes is not to be here. */

import type { RuntimeName } from "./runtimes.ts";

/** A test that fails on some runtimes. */
export interface Exception {
  readonly file: string;
  /** The test's name; of a step, with those of all it is in before it. */
  readonly name: string;
  readonly on: readonly RuntimeName[];
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [];
