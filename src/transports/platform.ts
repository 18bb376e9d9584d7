/** Recognises the runtime. */

import { denoPlatform, isDeno } from "./deno.ts";
import { isNode, nodePlatform } from "./node.ts";
import type { Platform } from "./transport.ts";

/**
 * Picks how the runtime with these globals dials: by `Deno.connect` where it is there, else by `node:net`, which Node and
 * Bun have.
 *
 * @returns `undefined` if the runtime has neither.
 */
export function platformOf(globals: object): Platform | undefined {
  if (isDeno(globals)) return denoPlatform;
  return isNode(globals) ? nodePlatform : undefined;
}
