/** The facts of a call, and what its caller may hear. */

import type { Kind } from "../../support/verbs.ts";

/** What a caller hears: a value, `null` for a miss, a verdict, a count, or the word of a refusal. */
export type Answer = string | number | boolean | null;

/** What has to be known of a call. */
export interface OperationFacts {
  readonly kind: Kind;
  readonly isMulti: boolean;
  /** It adds to what is there, so its key holds text. */
  readonly adds: boolean;
  readonly counts: boolean;
  /** With the option `noreply` the client does not ask for its reply. */
  readonly mayBeQuiet: boolean;
}
