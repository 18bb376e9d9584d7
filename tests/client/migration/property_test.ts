/** What a move promises, whatever happens in whichever order. */

import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { Random } from "../../support/random.ts";
import { simulate, TIMEOUT, type Trouble } from "./simulation.ts";

const SEED = 20261128;
/** How late the end of a timeout may be noticed. */
const LATE = 100;

const TROUBLES: Readonly<Record<string, Trouble & { readonly runs: number }>> = {
  "whatever the order": { hasFailures: false, hasRestarts: false, runs: 12 },
  "while servers of both sides fail": { hasFailures: true, hasRestarts: false, runs: 12 },
  "while servers lose their memory": { hasFailures: true, hasRestarts: true, runs: 12 },
};

for (const [about, trouble] of Object.entries(TROUBLES)) {
  Deno.test(`No call of a client that moves gives what was deleted or overwritten, ${about}`, async () => {
    let [calls, hits, carried] = [0, 0, 0];
    for (let run = 0; run < trouble.runs; run++) {
      const seed = SEED + run;
      const outcome = await simulate(new Random(seed), 1500, trouble);
      assertEquals(outcome.violations, [], `seed ${seed}`);
      assertLess(outcome.longest, 2 * (TIMEOUT + LATE), `seed ${seed}: a call took longer`);
      calls += outcome.calls;
      hits += outcome.hits;
      carried += outcome.carried;
    }
    console.log(`${calls} calls, ${hits} hits, ${carried} items carried over`);
    assertGreater(Math.min(calls / 20, hits, carried), trouble.runs / 2);
  });
}
