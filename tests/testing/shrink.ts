/** Finds the shortest commands for which two servers differ. */

/** Leaves commands out as long as the answers stay different. */
export async function shrink(
  commands: string[],
  same: (commands: string[]) => Promise<boolean>,
): Promise<string[]> {
  let shortest = commands;
  for (let i = shortest.length - 1; i >= 0; i--) {
    const shorter = shortest.toSpliced(i, 1);
    if (!await same(shorter)) shortest = shorter;
  }
  return shortest;
}
