/** All distributions by name. A new one is a file, a name in the type and a line in the table. */

import type { DistributionFactory } from "./distribution.ts";
import { KEY_HASHES } from "./hashes/key_hash.ts";
import { libmcDistribution } from "./libmc.ts";

/** Name of a distribution. All clients of a cluster must use the same one. */
export type DistributionName = "libmc";

/** What makes the distribution of a name. */
export const DISTRIBUTIONS: Readonly<Record<DistributionName, DistributionFactory>> = Object.freeze(
  {
    libmc: (servers, { hashFn }) => libmcDistribution(servers, KEY_HASHES[hashFn]),
  } satisfies Record<DistributionName, DistributionFactory>,
);
