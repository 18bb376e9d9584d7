import { CHECKOUT, CLIENTS } from "./names.ts";
import type { Participant } from "./participant.ts";

const LOADERS: Record<string, () => Promise<{ participant: Participant }>> = {
  "libmc": () => import("./ours.ts"),
  "memjs": () => import("./memjs.ts"),
  "memcached": () => import("./memcached.ts"),
  "memcache-client": () => import("./memcache_client.ts"),
  "memcache": () => import("./memcache.ts"),
};

/** Loads one client; the others stay unloaded. */
export async function loadParticipant(name: string): Promise<Participant> {
  if (name.startsWith(CHECKOUT)) return (await import("./checkout.ts")).loadCheckout(name);
  const load = LOADERS[name];
  if (load === undefined) {
    throw new RangeError(
      `Cannot measure "${name}" as it is none of ${CLIENTS.join(", ")}`,
    );
  }
  return (await load()).participant;
}
