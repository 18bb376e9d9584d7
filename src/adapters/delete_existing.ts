/** Deletes, for libraries that want to know whether there was something. */

import { type Namespace, UnsupportedError } from "../../mod.ts";

/**
 * Deletes a key, and tells whether it was there: `Client.delete` tells that it is gone. On a server without meta commands
 * that takes two trips, between which another one may store or delete.
 */
export async function deleteExisting(space: Namespace, key: string): Promise<boolean> {
  try {
    return (await space.meta.delete(key))?.status === "deleted";
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const wasThere = await space.getRaw(key) !== undefined;
    return await space.delete(key) && wasThere;
  }
}
