/** What a client dials with unless it is told otherwise, for tests that look at what passes. */

import "@libmc/libmc";
import type { Connect } from "@libmc/libmc";
import { dialler } from "../../src/engine/platform.ts";

/** Dials as this runtime does. */
export const platformConnect: Connect = dialler({});
