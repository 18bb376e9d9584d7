/** The keys of a command for many that go to one server. */

/** Keys for one server, and their positions in the caller's list. */
export interface KeyGroup {
  readonly keys: readonly string[];
  /** Position of each key in the caller's list. If this is missing, it is the key's index in `keys`. */
  readonly positions?: readonly number[];
}

/** Part of a group: its keys from the first index up to, but not including, the second. */
export type KeyRange = readonly [start: number, end: number];

/** Gives the position in the caller's list of key number `index`. */
export function positionOf(group: KeyGroup, index: number): number {
  return group.positions === undefined ? index : group.positions[index];
}
