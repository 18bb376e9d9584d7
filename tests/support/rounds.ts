/** Tests by chance: they are played until enough has happened, as on a busy machine less happens in a round. */

import { assert } from "@std/assert";

/** What is played, and what must have happened for a test to prove something. */
export interface Rounds {
  /** The least number of rounds. */
  readonly count: number;
  /** How many are played at once: 1 unless given. */
  readonly atOnce?: number;
  /** What has happened so far. */
  readonly tally: object;
  readonly play: (index: number) => Promise<void>;
  readonly isEnough: () => boolean;
}

/** Plays rounds, and some more if these were not enough. Fails if that is still not enough. */
export async function playRounds(
  { count, atOnce = 1, tally, play, isEnough }: Rounds,
): Promise<void> {
  let next = 0;
  const goesOn = () => next < count || next < MOST_TIMES * count && !isEnough();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (goesOn()) await play(next++);
  }));
  console.log(`${next} rounds: ${JSON.stringify(tally)}`);
  assert(isEnough(), JSON.stringify(tally));
}

const MOST_TIMES = 10;
