/** Another checkout of this package, as `libmc@FOLDER`: the same calls as `ours.ts`, with that folder's code. */
import type { Client } from "@libmc/libmc";
import { participantOf } from "./ours.ts";
import { CHECKOUT } from "./names.ts";
import type { Participant } from "./participant.ts";

/** Loads `mod.ts` of the folder that `name` ends with. What it imports from `@std` is resolved as in this checkout. */
export async function loadCheckout(name: string): Promise<Participant> {
  const folder = name.slice(CHECKOUT.length);
  const module: { Client: typeof Client } = await import(`file://${folder}/mod.ts`);
  const { version } = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
  return participantOf(name, version, module.Client);
}
