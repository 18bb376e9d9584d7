/** The numbers that a transport gives for its reads and writes, and whether they can be. */

/** True if a read or a write can give this number: `most` bytes had room, or were offered. */
export function isCount(count: number, most: number): boolean {
  return Number.isInteger(count) && count > 0 && count <= most;
}

/** Makes the error for any other number. */
export function impossibleCount(what: "read" | "write", count: unknown, most: number): RangeError {
  return new RangeError(
    `Cannot use transport as its ${what} must give from 1 to ${most} bytes: current value is ${count}`,
  );
}
