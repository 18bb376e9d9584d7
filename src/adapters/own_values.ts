/**
 * What adapters read is their own: responses, sessions, what a library has wrapped. The `schema` of the client is for the
 * program's values. It would take the others for misses, and users would lose their sessions without an error.
 */

import { ANY_VALUE } from "../checks/schema.ts";

/** Options of every call of an adapter that reads its own values. */
export const OWN_VALUES = { schema: ANY_VALUE } as const;
