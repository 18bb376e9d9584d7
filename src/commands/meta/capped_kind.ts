/** Bounds how long something lasts that a meta command stores, touches or makes: T and N. */

import { cappedExptime, type ExptimeCap } from "../exptime_cap.ts";

/** What a kind of meta request has of times. */
interface Timed<K> {
  readonly name: string;
  readonly flags: string;
  readonly flagsBehind: string;
  readonly uncapped?: K | undefined;
}

/** Caps the times of a kind, or gives back the kind as it was before. */
export function cappedKind<K extends Timed<K>>(current: K, cap: ExptimeCap | undefined): K {
  const wanted = current.uncapped ?? current;
  if (cap === undefined) return wanted;
  const flags = wanted.flags.replace(TIMES, (_, letter, seconds) => {
    return " " + letter + cappedExptime(Number(seconds), cap);
  });
  // An item without T is stored for ever. One that something is added to keeps its own time.
  const isForEver = wanted.name === "ms" && !HAS_TIME.test(flags) &&
    !ATTACHES.test(wanted.flagsBehind);
  const all = isForEver ? flags + " T" + cap.seconds : flags;
  return all === wanted.flags ? wanted : { ...wanted, flags: all, uncapped: wanted };
}

const TIMES = / ([TN])(-?\d+)(?= |$)/g;
const HAS_TIME = / T-?\d/;
const ATTACHES = / M[AaPp]/;
