/**
 * Which keys are read most. The servers are watched for two seconds, when somebody asks for it: `watch fetchers` has each of
 * them write a line for every read, and lets it skip lines when they are not taken fast enough, so that no client waits for
 * it. A list of all keys would tell what is stored, and not what is used, and takes the longer the more is stored.
 */

import type { Clock, WatchEvent } from "../../../mod.ts";
import type { KeyGroup, KeyGroups } from "./wire.ts";

/** What is asked of a client. */
interface Watched {
  readonly admin: {
    watch(
      kinds: "fetchers",
      options: { servers: readonly string[]; signal: AbortSignal },
    ): AsyncIterable<WatchEvent>;
  };
}

/** Watches the servers now and then. Whoever asks while it does gets the same answer. */
export class GroupSampler {
  readonly #client: Watched;
  readonly #clock: Clock;
  readonly #servers: () => readonly string[];
  readonly #running = new Map<string, Promise<KeyGroups>>();
  readonly #controller = new AbortController();

  /** @param servers Gives the display names of the servers that answer. */
  constructor(client: Watched, clock: Clock, servers: () => readonly string[]) {
    this.#client = client;
    this.#clock = clock;
    this.#servers = servers;
  }

  /**
   * Watches.
   *
   * @param separator Ends the beginning of a key by which it is grouped.
   */
  sample(separator: string): Promise<KeyGroups> {
    const running = this.#running.get(separator);
    if (running !== undefined) return running;
    const begun = this.#watch(separator).finally(() => this.#running.delete(separator));
    this.#running.set(separator, begun);
    return begun;
  }

  close(): void {
    this.#controller.abort(new Error("The dashboard was closed"));
  }

  async #watch(separator: string): Promise<KeyGroups> {
    const clock = this.#clock;
    const controller = new AbortController();
    const end = () => controller.abort(OVER);
    const tally = new Tally(separator, end);
    const troubles: string[] = [];
    this.#controller.signal.addEventListener("abort", end);
    if (this.#controller.signal.aborted) end();
    const began = clock.now();
    const cancel = clock.after(LASTS, end);
    try {
      await Promise.all(
        this.#servers().slice(0, MOST_SERVERS).map(async (server) => {
          try {
            const options = { servers: [server], signal: controller.signal };
            for await (const event of this.#client.admin.watch("fetchers", options)) {
              tally.add(event);
            }
          } catch (error) {
            if (error !== OVER) {
              troubles.push(error instanceof Error ? error.message : String(error));
            }
          }
        }),
      );
    } finally {
      cancel();
      this.#controller.signal.removeEventListener("abort", end);
    }
    return { lasted: clock.now() - began, ...tally.result(), troubles };
  }
}

/** Counts reads by key and by the beginning of the key. */
class Tally {
  readonly #separator: string;
  readonly #onFull: () => void;
  readonly #groups = new Map<string, Count>();
  readonly #keys = new Map<string, Count>();
  #reads = 0;
  #skipped = 0;

  constructor(separator: string, onFull: () => void) {
    this.#separator = separator;
    this.#onFull = onFull;
  }

  add({ type, key, status, skipped }: WatchEvent): void {
    this.#skipped += skipped;
    if (type !== "item_get" || key === undefined || this.#reads >= MOST_READS) return;
    this.#reads++;
    const isHit = status === "found";
    count(this.#keys, key, isHit);
    const end = key.indexOf(this.#separator);
    count(this.#groups, end < 0 ? "" : key.slice(0, end + this.#separator.length), isHit);
    if (this.#reads === MOST_READS) this.#onFull();
  }

  result(): Pick<KeyGroups, "reads" | "skipped" | "isFull" | "groups" | "keys"> {
    return {
      reads: this.#reads,
      skipped: this.#skipped,
      isFull: this.#reads >= MOST_READS,
      groups: hottest(this.#groups),
      keys: hottest(this.#keys),
    };
  }
}

interface Count {
  reads: number;
  hits: number;
}

function count(counts: Map<string, Count>, name: string, isHit: boolean): void {
  const found = counts.get(name);
  if (found === undefined) {
    counts.set(name, { reads: 1, hits: isHit ? 1 : 0 });
  } else {
    found.reads++;
    if (isHit) found.hits++;
  }
}

function hottest(counts: ReadonlyMap<string, Count>): KeyGroup[] {
  return Array.from(counts, ([name, { reads, hits }]) => ({ name, reads, hits }))
    .sort((a, b) => b.reads - a.reads || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_SHOWN);
}

/** The reason with which watching ends. */
const OVER = new Error("Enough was seen");
/** Milliseconds. */
const LASTS = 2000;
/** So many reads take a few megabytes here, and say enough. */
const MOST_READS = 20_000;
const MOST_SERVERS = 100;
const MOST_SHOWN = 20;
