/** Counters: exact for any number of callers, and up to 64 bits. */

import { type Session, STORED } from "../session.ts";

const CALLERS = 100;
const MOST = 2n ** 64n - 1n;

/** Counts up, down, past the end, and from many sides at once. */
export async function counters(session: Session): Promise<void> {
  const { client, report } = session;
  report.heading("Counters");

  const visits = session.key("counter:visits");
  const absent = await client.incr(visits);
  await client.set(visits, 40, STORED);
  const up = await client.incr(visits, 2);
  const down = await client.decr(visits, 50);
  report.check(
    absent === undefined && up === 42 && down === 0,
    `40 incr 2 = ${up}, decr 50 = ${down}: never below 0; one that is not there stays so`,
  );

  const big = session.key("counter:big");
  await client.set(big, MOST - 1n, STORED);
  const most = await client.incr(big, 1n);
  const wrapped = await client.incr(big, 1n);
  report.check(
    most === MOST && wrapped === 0n,
    `64 bits: ${most}, no digit rounded away, and one more is ${wrapped}`,
  );

  const tickets = session.key("counter:tickets");
  await client.set(tickets, 0, STORED);
  const drawn = await Promise.all(Array.from({ length: CALLERS }, () => client.incr(tickets)));
  const distinct = new Set(drawn);
  const last = await client.get(tickets);
  report.check(
    distinct.size === CALLERS && !distinct.has(undefined) && last === CALLERS,
    `${CALLERS} callers at once drew ${distinct.size} different numbers, the last one ${last}`,
  );
}
