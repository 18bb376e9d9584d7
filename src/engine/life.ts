/** The life of a server, to which commands with a cas are bound. */

import type { Engine } from "./engine.ts";

/**
 * Gives the life of the server of a wire key; `undefined` if there is none. What is read in one may be stored over only in
 * the same one: in another, the same cas may be that of another item.
 */
export function lifeOf({ cluster, route, copy }: Engine, wireKey: string): number | undefined {
  return cluster.lifeOf(route ?? wireKey, copy);
}
