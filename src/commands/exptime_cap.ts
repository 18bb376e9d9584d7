/**
 * A bound for how long something lasts that a command stores or touches, whatever its caller wants: a server that stands
 * in for another must not keep it for long, as it does not hear of later changes. The wanted exptime is kept, since the
 * command may go to the owner in the end.
 */

/** How long it may last. */
export interface ExptimeCap {
  /** In seconds from now on, at most thirty days. */
  readonly seconds: number;
  /** Now, as Unix time: an exptime may be one. */
  readonly now: number;
}

/** Something with an exptime, and what it was before that was capped. */
export interface Cappable<T> {
  readonly exptime?: number;
  readonly uncapped?: T | undefined;
}

/** Gives the exptime that is sent. */
export function cappedExptime(exptime: number, { seconds, now }: ExptimeCap): number {
  if (exptime < 0) return exptime;
  const latest = exptime > MOST_RELATIVE ? now + seconds : seconds;
  return exptime === 0 || exptime > latest ? seconds : exptime;
}

/** Caps an exptime, or gives back what it was before. */
export function withCap<T extends Cappable<T>>(current: T, cap: ExptimeCap | undefined): T {
  const wanted = current.uncapped ?? current;
  if (cap === undefined || wanted.exptime === undefined) return wanted;
  const exptime = cappedExptime(wanted.exptime, cap);
  return exptime === wanted.exptime ? wanted : { ...wanted, exptime, uncapped: wanted };
}

/** memcached takes numbers above thirty days for Unix times. */
const MOST_RELATIVE = 2_592_000;
