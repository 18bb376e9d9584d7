/**
 * The values that a client keeps near: decoded ones that nobody can change, and the bytes of all others. They are bounded by
 * bytes and by age; the least recently used go first. `operations/near_cache.ts` gives them to callers.
 *
 * A value must not come back after a change that this client has made. So a change drops its key when it begins and when it
 * ends, and whoever asks a server notes the moment: what was asked before the last drop of its key is not kept. The moments
 * of drops are remembered by a hash of the key, in a fixed number of slots, so that nothing has to be cleaned up. Two keys
 * that share a slot cost one of them a value that could have been kept, no more.
 */

import type { Clock } from "../clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { Server } from "../cluster/server.ts";
import type { Happening } from "../observe/observer.ts";
import { fnv1a } from "../placement/hashes/fnv.ts";
import type { NearCacheOptions, Settings } from "./options.ts";
import { EVERY_KEY } from "./own_changes.ts";
import { LoopYield } from "./yielding.ts";

/** A value as it is kept: itself, or the data and flags from which each caller gets one of its own. */
export type NearValue =
  | { readonly data: undefined; readonly value: unknown }
  | { readonly data: Uint8Array; readonly flags: number };

/** The moment at which a server was asked. */
export interface Asked {
  /** The number of drops until then. */
  readonly drops: number;
  readonly at: number;
}

/** A value that is kept. */
interface Kept {
  readonly near: NearValue;
  /** The owner of its key. */
  readonly server: Server;
  readonly bytes: number;
  /** When it becomes too old. */
  readonly until: number;
}

/** The values that one client keeps near. */
export class NearValues {
  #maxBytes: number;
  readonly #maxAge: number;
  readonly #clock: Clock;
  readonly #cluster: Pick<Cluster, "changes" | "ownerOf">;
  /** By wire key, the least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  readonly #loopYield: LoopYield;
  /** The number of drops, and what it was at the last drop of a key of each slot, and of all keys. */
  #drops = 0;
  readonly #lastDrops = new Float64Array(SLOTS);
  #lastDropOfAll = 0;
  /** How often servers had changed when they were looked at last. */
  #serverChanges = 0;

  constructor(
    { maxBytes, maxAge }: NearCacheOptions,
    clock: Clock,
    cluster: Pick<Cluster, "changes" | "ownerOf">,
  ) {
    this.#maxBytes = maxBytes;
    this.#maxAge = maxAge;
    this.#clock = clock;
    this.#cluster = cluster;
    this.#loopYield = new LoopYield(clock, MOST_A_TURN);
  }

  /** Most bytes of data that are kept of one value. */
  get maxBytes(): number {
    return this.#maxBytes;
  }

  /** Gives what is kept for a key, and counts. */
  find(key: string, now: number = this.#clock.now()): NearValue | undefined {
    this.#lookAtServers();
    const kept = this.#kept.get(key);
    if (kept === undefined || now >= kept.until) {
      if (kept !== undefined) this.#remove(key, kept);
      this.#cluster.ownerOf(key).counters.nearMisses++;
      return undefined;
    }
    // The one that was used last is the last of the map.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.server.counters.nearHits++;
    return kept.near;
  }

  /** True if something is kept for a key, perhaps too old. Nothing is counted. */
  has(key: string): boolean {
    return this.#kept.has(key);
  }

  /** Gives a value at once; after very many, only when the event loop has turned. */
  given<T>(value: T): Promise<T> {
    const turn = this.#loopYield.pause();
    return turn === undefined ? Promise.resolve(value) : turn.then(() => value);
  }

  /** Notes the moment, before a server is asked. */
  ask(): Asked {
    return { drops: this.#drops, at: this.#clock.now() };
  }

  /**
   * Keeps a value, unless it may be older than a change or than the one that is kept.
   *
   * @param bytes What it takes beside the key.
   */
  keep(key: string, near: NearValue, bytes: number, { drops, at }: Asked): void {
    this.#lookAtServers();
    if (drops < this.#lastDropOfAll || drops < this.#lastDrops[slotOf(key)]) return;
    const until = at + this.#maxAge;
    const before = this.#kept.get(key);
    if (before !== undefined) {
      if (before.until > until) return;
      this.#remove(key, before);
    }
    const overhead = near.data === undefined ? VALUE_OVERHEAD : DATA_OVERHEAD;
    const cost = bytes + key.length + overhead;
    if (cost > this.#maxBytes) return;
    const server = this.#cluster.ownerOf(key);
    this.#kept.set(ownText(key), { near, server, bytes: cost, until });
    this.#bytes += cost;
    server.counters.nearBytes += cost;
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest, kept);
      kept.server.counters.nearEvictions++;
    }
  }

  /** Drops the values of some keys. */
  readonly drop = (keys: string | readonly string[]): void => {
    if (keys === EVERY_KEY) return this.dropAll();
    this.#drops++;
    if (typeof keys === "string") return this.#drop(keys);
    for (const key of keys) this.#drop(key);
  };

  /** Drops all values, or those for which a function gives true. */
  dropAll(isOut: (key: string, server: Server) => boolean = () => true): void {
    this.#lastDropOfAll = ++this.#drops;
    for (const [key, kept] of this.#kept) if (isOut(key, kept.server)) this.#remove(key, kept);
  }

  /**
   * Drops the values of a server that may have lost its items, or that takes its keys back. A process that has ended, and
   * perhaps begun anew, shows only by the end of its connections.
   *
   * @param hasStandIns True if others stand in for a server, so that nobody knows who gave a value.
   */
  happened({ what, server, error }: Happening, hasStandIns: boolean): void {
    const isConnected = server instanceof Server && server.connected;
    const isLost = what === "dead" || what === "alive" ||
      what === "disconnect" && (error !== undefined || !isConnected);
    if (isLost) this.dropAll((_key, owner) => hasStandIns || owner === server);
  }

  /** Drops all values, and keeps none any more. */
  close(): void {
    this.dropAll();
    this.#maxBytes = 0;
  }

  #drop(key: string): void {
    this.#lastDrops[slotOf(key)] = this.#drops;
    const kept = this.#kept.get(key);
    if (kept !== undefined) this.#remove(key, kept);
  }

  #remove(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    kept.server.counters.nearBytes -= kept.bytes;
  }

  /** Drops all values when keys may have moved. */
  #lookAtServers(): void {
    const { changes } = this.#cluster;
    if (changes === this.#serverChanges) return;
    this.#serverChanges = changes;
    this.dropAll();
  }
}

/** Makes room for the values of a client, if it is to keep any. */
export function nearValuesOf(
  { nearCache, clock }: Pick<Settings, "nearCache" | "clock">,
  cluster: Cluster,
): NearValues | undefined {
  return nearCache && new NearValues(nearCache, clock, cluster);
}

function slotOf(key: string): number {
  return fnv1a(key) & (SLOTS - 1);
}

/** Copies a key. A part of a longer text would hold all of that in memory. */
function ownText(key: string): string {
  let own = "";
  for (let i = 0; i < key.length; i++) own += String.fromCharCode(key.charCodeAt(i));
  return own;
}

/** A power of two, and many times the number of keys that are usually changed while a server is asked. */
const SLOTS = 4096;
/** As many values are given in about 5 ms. A turn of the loop may take one. */
const MOST_A_TURN = 10_000;
/**
 * Bytes that a value takes beside itself and its key: its place in the map, and the objects around it. Measured 135 to 160
 * for values and 335 for data, which is an array with a buffer; the rest is for a map that has just grown.
 */
const VALUE_OVERHEAD = 200;
const DATA_OVERHEAD = 400;
