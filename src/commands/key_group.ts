/** The keys of a command for many that go to one server. */

/** Keys for one server, and where in the caller's list each stands. */
export interface KeyGroup {
  readonly keys: readonly string[];
  /** Of each key, its place in the caller's list; where this is missing, the key's own index. */
  readonly positions?: readonly number[];
}

/** Part of a group: its keys from the first index up to, not including, the second. */
export type KeyRange = readonly [start: number, end: number];

/** The place in the caller's list of key number `index`. */
export function positionOf(group: KeyGroup, index: number): number {
  return group.positions === undefined ? index : group.positions[index];
}
