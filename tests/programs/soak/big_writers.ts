/** Clients that write and read values which are split, all under a few keys. */

import type { Client } from "@libmc/libmc";
import type { Random } from "../../support/random.ts";
import { bigValue, isCheckedValue } from "./checked_value.ts";
import type { Tally } from "./tally.ts";
import { pause } from "./troublemaker.ts";

/** Few, so that writers meet. */
const KEYS: readonly string[] = ["shared:0", "shared:1"];

/** Writes and reads until the signal is aborted; what is read is a whole value of some writer, or a miss. */
export async function writeBigs(
  client: Client,
  random: Random,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const key = random.pick(KEYS);
    tally.unsettled++;
    switch (random.below(6)) {
      case 0:
      case 1:
        await client.set(key, bigValue(random, key), { exptime: 600 });
        break;
      case 2:
        await client.setMulti(KEYS.map((key) => [key, bigValue(random, key)]), { exptime: 600 });
        break;
      case 3:
        look(key, await client.get(key));
        await client.delete(key);
        break;
      default:
        for (const found of await client.getMulti(KEYS)) look(...found);
    }
    tally.unsettled--;
    tally.operations++;
    await pause(random.below(80), signal);
  }

  function look(key: string, value: unknown): void {
    if (value === undefined) tally.misses++;
    else if (isCheckedValue(key, value)) tally.bigHits++;
    else tally.addWrong("writers of split values", `${key} gave a mixture: ${ends(value)}`);
  }
}

function ends(value: unknown): string {
  const text = Deno.inspect(value, { strAbbreviateSize: Infinity });
  return `${text.slice(0, 60)} … ${text.slice(-60)}, ${text.length} characters`;
}
