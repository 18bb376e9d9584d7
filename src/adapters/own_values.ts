/**
 * What adapters read is their own: responses, sessions, what a library has wrapped. The `schema` of the client is for the
 * program's values. It would take the others for misses, and users would lose their sessions without an error.
 */

import type { StandardSchema } from "../../mod.ts";

/** Takes any value as it is, in place of the client's schema. */
const ANY_VALUE: StandardSchema<unknown, never> = {
  "~standard": {
    version: 1,
    vendor: "libmc",
    validate: (value) => ({ value: value as never }),
  },
};

/** Options of every call of an adapter that reads its own values. */
export const OWN_VALUES = { schema: ANY_VALUE } as const;
