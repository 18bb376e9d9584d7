/** Compares what came back with what was stored. */

import { bytesOf, type DataSet, sameBytes } from "./data_set.ts";

/** The keys whose value did not come back byte for byte, or not at all. */
export function wrongKeys(
  data: DataSet,
  keys: Iterable<string>,
  values: ReadonlyMap<string, unknown>,
): string[] {
  const wrong: string[] = [];
  for (const key of keys) {
    if (!sameBytes(bytesOf(values.get(key)), data.items.get(key)!.bytes)) wrong.push(key);
  }
  return wrong;
}
