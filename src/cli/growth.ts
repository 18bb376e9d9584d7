/** What the counters of a server have grown by between two answers. */

/** What `stats` gave, and when. */
export interface Counted {
  /** By memcached's names. */
  readonly stats: Readonly<Record<string, string | number>>;
  /** In milliseconds of the clock. */
  readonly at: number;
}

/**
 * Gives the seconds between two answers.
 *
 * @returns `undefined` if nothing can be told by second: the process is another one, or no time has gone by. In a container
 * every process has the same pid, and only its uptime tells that it is new.
 */
export function secondsBetween(before: Counted, now: Counted): number | undefined {
  const uptime = Number(now.stats.uptime) - Number(before.stats.uptime);
  if (before.stats.pid !== now.stats.pid || uptime < 0) return undefined;
  const seconds = (now.at - before.at) / 1000;
  if (seconds <= 0) return undefined;
  // While this machine slept its clock stood still, and the server went on.
  return uptime > seconds + ROUNDING ? uptime : seconds;
}

/** Seconds by which an uptime, which is in whole ones, and the time of two answers may differ. */
const ROUNDING = 3;

/** Sums up what counters have grown by: nothing, if they were set back (`stats reset`). */
export function grown(before: Counted, now: Counted, names: readonly string[]): number {
  const sum = names.reduce(
    (sum, name) => sum + Number(now.stats[name] ?? 0) - Number(before.stats[name] ?? 0),
    0,
  );
  return Math.max(sum, 0);
}
