/** Everyone who takes part, each loaded only when asked for. */
import type { Participant } from "./participant.ts";

const LOADERS: Record<string, () => Promise<{ participant: Participant }>> = {
  "libmc": () => import("./ours.ts"),
  "memjs": () => import("./memjs.ts"),
  "memcached": () => import("./memcached.ts"),
  "memcache-client": () => import("./memcache_client.ts"),
  "memcache": () => import("./memcache.ts"),
};

/** The name under which the floor appears in tables. */
export const RAW_SOCKET = "raw socket";

/** The name of our own client. */
export const OURS = "libmc";

/** Names of the clients in the order of tables: ours first. The raw socket is not one of them. */
export const CLIENTS: readonly string[] = Object.keys(LOADERS);

/** Loads one client. */
export async function loadParticipant(name: string): Promise<Participant> {
  const load = LOADERS[name];
  if (load === undefined) {
    throw new RangeError(`Cannot measure "${name}" as it is none of ${CLIENTS.join(", ")}`);
  }
  return (await load()).participant;
}

/** A digit of each participant's own, which its keys carry. */
export function ownerOf(name: string): number {
  return CLIENTS.indexOf(name) + 1;
}
