/** Clocks by which the figures of the command line program are the same each time. */

import type { Clock } from "@libmc/libmc";

/** A clock on which each wait is over as soon as servers in this process had time to answer. */
export function hurried(): Clock {
  let now = 0;
  return {
    now: () => now,
    after(milliseconds, callback) {
      let timer = setTimeout(wait, 1);
      let turns = 0;
      function wait(): void {
        if (++turns < TURNS) timer = setTimeout(wait, 1);
        else {
          now += milliseconds;
          callback();
        }
      }
      return () => clearTimeout(timer);
    },
  };
}

const TURNS = 60;

/** A clock on which a little time has gone by at each look. Its timers are those of the platform. */
export function stepping(): Clock {
  let now = 0;
  let looks = 0;
  return {
    now: () => now += 0.1 + (looks++ * 7 % 10) / 10,
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  };
}
