/** The option `gutter`: servers without keys of their own, which stand in for those that are dead. */

import { checkApart, checkDistinctNames } from "../placement/distinct_names.ts";
import type { PlacedServer } from "../placement/distribution.ts";
import { readServers, type ServerList, type Servers, type ServerSettings } from "./server_list.ts";

/**
 * Reads the gutter of a client, and checks that it goes with its servers.
 *
 * @throws {TypeError} If two servers have the same name, or one is in both lists.
 * @throws {RangeError} If the list is empty.
 */
export function readGutter(
  gutter: Servers | undefined,
  list: ServerList,
  settings: ServerSettings,
): readonly PlacedServer[] {
  checkDistinctNames(list.placed);
  if (gutter === undefined) return [];
  if (gutter.length === 0) {
    throw new RangeError(
      'Cannot use an empty list in option "gutter": leave it out, or name a server',
    );
  }
  const { placed } = readServers(gutter, settings);
  checkDistinctNames(placed);
  checkApart(list.placed, placed, "gutter");
  return placed;
}
