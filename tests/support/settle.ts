/** Waiting without time: all that a connection does between two inputs of a scripted transport is microtasks. */

/** Lets so many microtasks pass, one after another; enough for a dial, some writes and some reads. */
export async function settle(turns = 60): Promise<void> {
  for (let i = 0; i < turns; i++) await Promise.resolve();
}
