/** The placeholder of a lease: what `N` makes of a miss, until its winner stores the value. */

import type { ItemView } from "../../protocol/item_view.ts";
import { META_MARKS } from "../../protocol/meta_lines.ts";

/** True for an item without bytes and flags that somebody is to fill. */
export function isPlaceholder({ marks, flags, size }: ItemView): boolean {
  return size === 0 && flags === 0 && (marks & (META_MARKS.won | META_MARKS.taken)) !== 0;
}
