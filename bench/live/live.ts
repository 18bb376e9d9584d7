/**
 * What the live benches share: one memcached of their own, every client connected to it, and the raw
 * socket as each group's baseline. Other than in `bench/load/`, all clients live in one process, and one
 * call after the other is timed by `Deno.bench`.
 */
import { startMemcached } from "../../tests/support/memcached.ts";
import { loadParticipant } from "../participants/load.ts";
import { CLIENTS, ownerOf, RAW_SOCKET } from "../participants/names.ts";
import { type Item, makeItems } from "../participants/items.ts";
import type { Session } from "../participants/participant.ts";
import { type Exchange, RawSocket, setExchange } from "../participants/raw_socket.ts";

/** One question: the same call asked of everyone. */
export interface LiveGroup {
  readonly name: string;
  readonly bytes: number;
  /** How many items there are; all are stored before anything is timed. */
  readonly keys: number;
  /** The call of a client; gives the values read, or nothing where it wrote. */
  call(session: Session, items: Item[], keys: string[]): Promise<unknown>;
  /** The same call as prebuilt bytes. */
  exchange(items: Item[]): Exchange;
}

// Ended by its own unload listener, as benches have no hook that runs after them.
const daemon = await startMemcached({ args: ["-m", "256", "-t", "1"] });
const socket = await RawSocket.connect(daemon.address);
const sessions = new Map<string, Session>();
for (const name of CLIENTS) {
  sessions.set(
    name,
    await (await loadParticipant(name)).connect([daemon.address]),
  );
}

/** Stores the items of everyone, compares what they read back, and registers the benches of a group. */
export async function liveGroup(group: LiveGroup): Promise<void> {
  const rawItems = makeItems(ownerOf(RAW_SOCKET), group.keys, group.bytes);
  await socket.exchange(setExchange(rawItems));
  const exchange = group.exchange(rawItems);
  // Deno.bench waits only for what is written `async`: a plain arrow that gives a promise is timed until it returns.
  Deno.bench({
    name: RAW_SOCKET,
    group: group.name,
    baseline: true,
    fn: async () => await socket.exchange(exchange),
  });
  for (const [name, session] of sessions) {
    const items = makeItems(ownerOf(name), group.keys, group.bytes);
    const keys = items.map(([key]) => key);
    await session.setMulti(items);
    const found = session.values(await session.getMulti(keys), keys);
    if (items.some(([, value], i) => found[i] !== value)) {
      throw new Error(
        `Cannot bench ${name} as it does not give back what it stored`,
      );
    }
    Deno.bench({
      name,
      group: group.name,
      fn: async () => void await group.call(session, items, keys),
    });
  }
}

/** The value sizes of all live benches. */
export const SIZES: readonly number[] = [32, 1_000, 100_000];

/** `32 B`, `1 kB`, `100 kB`. */
export function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${bytes / 1000} kB`;
}
