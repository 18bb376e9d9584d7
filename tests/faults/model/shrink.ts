/** Shortens a case that fails, so that what is left can be understood. */

/**
 * Leaves out as much as it can, first halves, then ever smaller parts, as long as the rest still fails.
 *
 * @param fails Runs what is left; true if it fails.
 */
export async function shrink<T>(
  whole: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let part = whole;
  for (let size = part.length >> 1; size >= 1;) {
    let isShorter = false;
    for (let at = 0; at < part.length;) {
      const rest = [...part.slice(0, at), ...part.slice(at + size)];
      if (await fails(rest)) {
        part = rest;
        isShorter = true;
      } else at += size;
    }
    // What could not be left out before may be now.
    if (!isShorter || size > 1) size >>= 1;
  }
  return part;
}
