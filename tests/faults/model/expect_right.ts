/** Runs a case against the model, and shows one that fails by a few calls. */

import { describe, type Operation } from "./operation.ts";
import { shrink } from "./shrink.ts";

/**
 * Runs a case. If it fails, shortens it, and fails with what is left.
 *
 * @param run Gives a sentence for what is wrong, or `undefined`.
 */
export async function expectRight(
  seed: number,
  operations: readonly Operation[],
  run: (operations: readonly Operation[]) => Promise<string | undefined>,
): Promise<void> {
  const wrong = await run(operations);
  if (wrong === undefined) return;
  const short = await shrink(operations, async (part) => {
    // What happens by chance may need more than one chance.
    for (let i = 0; i < 3; i++) if (await run(part) !== undefined) return true;
    return false;
  });
  throw new Error(`seed ${seed}: ${wrong}\nShortened to:\n${short.map(describe).join("\n")}`);
}
