/** cas: a value changes safely between several writers. */

import { type Session, STORED } from "../session.ts";

const WRITERS = 10;

/** Runs a race of two, then one in which the losers try again. */
export async function cas(session: Session): Promise<void> {
  const { client, report } = session;
  report.heading("cas: stored only if nobody else stored since it was read");

  const key = session.key("cas:guests");
  await client.set(key, [], STORED);
  const [ada, bob] = await Promise.all([client.gets<string[]>(key), client.gets<string[]>(key)]);
  if (ada === undefined || bob === undefined) return report.check(false, "the list is not there");
  const won = await client.cas(key, ["Ada"], ada.cas, STORED);
  const lost = await client.cas(key, ["Bob"], bob.cas, STORED);
  const kept = await client.get(key);
  report.check(
    won && !lost && JSON.stringify(kept) === '["Ada"]',
    `a race of two: the first has ${verdict(won)}, the second has ${verdict(lost)}`,
  );

  const names = Array.from({ length: WRITERS }, (_, i) => `guest ${i + 1}`);
  await client.set(key, [], STORED);
  const attempts = await Promise.all(names.map((name) => addGuest(session, key, name)));
  const guests = await client.get<string[]>(key) ?? [];
  const all = attempts.reduce((sum, tries) => sum + tries, 0);
  report.check(
    JSON.stringify(guests.toSorted()) === JSON.stringify(names.toSorted()),
    `${WRITERS} writers at once, who try again: ${guests.length} guests on the list after ${all} tries`,
  );
}

/** Adds a guest to a list that others write to as well, and gives how many tries it took. */
async function addGuest({ client }: Session, key: string, name: string): Promise<number> {
  for (let tries = 1; tries <= 2 * WRITERS; tries++) {
    const item = await client.gets<string[]>(key);
    if (item === undefined) return tries;
    if (await client.cas(key, [...item.value, name], item.cas, STORED)) return tries;
  }
  return 2 * WRITERS;
}

function verdict(stored: boolean): string {
  return stored ? "won" : "lost";
}
