/** Stores everything and reads it back, several times, and says how fast. */

import { wrongKeys } from "../compare.ts";
import { count, median, megabytes, rounded } from "../figures.ts";
import { type Session, STORED } from "../session.ts";

/** Enough for a median; no more on a machine so slow that they take long. */
const LEAST_ROUNDS = 3;
const MOST_ROUNDS = 7;
const MOST_MILLISECONDS = 2000;
const CALLERS = 64;

/** Prints the rates, and whether every byte came back. */
export async function bulk(session: Session): Promise<void> {
  const { client, data, report } = session;
  const values = Array.from(data.items, ([key, { value }]) => [key, value] as const);
  const keys = Array.from(data.items.keys());
  const times: Record<keyof typeof WORKS, number[]> = { store: [], read: [], callers: [] };
  const wrong: string[] = [];
  const start = performance.now();
  let round = 0;
  for (; round < MOST_ROUNDS; round++) {
    const elapsed = performance.now() - start;
    if (round >= LEAST_ROUNDS && elapsed > MOST_MILLISECONDS) break;
    const say = (text: string, part: number) =>
      report.busy(
        `${text}, round ${round + 1} of ${MOST_ROUNDS}`,
        (round + part / 3) / MOST_ROUNDS,
      );
    say("storing", 0);
    const { failed } = await timed(times.store, () => client.setMulti(values, STORED));
    wrong.push(...failed.map((key) => `${key} was not stored`));
    say("reading", 1);
    const read = await timed(times.read, () => client.getMulti(keys));
    wrong.push(...wrongKeys(data, keys, read));
    say(`reading, ${CALLERS} callers`, 2);
    const got = await timed(times.callers, () => getByCallers(session, keys));
    wrong.push(...wrongKeys(data, keys, got));
  }
  report.heading(`Figures, median of ${round} rounds of ${count(keys.length)} items`);
  report.table([
    ["", "ms", "items/s", "MB/s"],
    ...Object.entries(WORKS).map(([work, name]) => {
      const ms = median(times[work as keyof typeof WORKS]);
      return [
        name,
        ms.toFixed(1),
        rounded(keys.length / ms * 1000),
        rounded(data.bytes / ms / 1000),
      ];
    }),
  ], ["left", "right", "right", "right"]);
  report.checkMany(
    3 * round * keys.length,
    wrong,
    `stored ${round} × ${megabytes(data.bytes)} and read it ${
      2 * round
    } times: every byte compared`,
  );
}

const WORKS = {
  store: "stored: setMulti(), one call",
  read: "read:   getMulti(), one call",
  callers: `read:   get(), ${CALLERS} callers at once`,
};

/** Callers that know nothing of each other, each asking for one key after the other. */
async function getByCallers(
  { client }: Session,
  keys: readonly string[],
): Promise<Map<string, unknown>> {
  const got = new Map<string, unknown>();
  let next = 0;
  const caller = async () => {
    while (next < keys.length) {
      const key = keys[next++];
      got.set(key, await client.get(key));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return got;
}

async function timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  times.push(performance.now() - start);
  return result;
}
