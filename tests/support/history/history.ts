/**
 * What calls of many callers may find under keys that all of them change at once. Each value is written once, so one that
 * is read tells who wrote it; and moments are counted, so that it is certain which call was over before another began.
 *
 * A value may be read unless it was overwritten: by a change that was carried out for certain, which began after the
 * value was there, and was over before the read began. A value that was loaded counts as there from when its load began:
 * a refill never takes the place of anything newer. A call that failed and may have been sent may be carried out at any
 * later moment, or never.
 *
 * A client that keeps values near may give one that was overwritten, unless by a call of its own that it was told of, or so
 * long before the read that nothing from then is kept.
 */

import type { Clock } from "@libmc/libmc";
import { systemClock } from "../../../src/clock.ts";

/**
 * What is known of a change that is over: it was carried out; or it was, may be later, or never; or it was not. Or it was
 * carried out, and what it does comes later, unless something else is done to the item before.
 */
export type Fate = "done" | "maybe" | "no" | "pending";

/** The history of some keys, from when they had no item. */
export class History {
  #now = 0;
  readonly #clock: Pick<Clock, "now">;
  /** What the clock said at each moment. */
  readonly #times: number[] = [-Infinity];
  readonly #origins = new Map<string, Origin[]>();
  readonly #loads = new Map<string, Load>();
  /** The calls under way that may load, by key. */
  readonly #loading = new Map<string, Set<Loading>>();
  /** Values that took the place of others by an update, by key and the value before. */
  readonly #updates = new Map<string, string>();
  /** The keys of namespaces whose number was lost. */
  readonly #numberLost = new Set<string>();
  /** A sentence on the first answer that cannot be. */
  wrong: string | undefined;
  readonly tally: HistoryTally;

  /** @param clock That of the clients. */
  constructor(tally: HistoryTally, clock: Pick<Clock, "now"> = systemClock) {
    this.tally = tally;
    this.#clock = clock;
  }

  /** The present moment, which comes after all before. */
  now(): number {
    this.#times.push(this.#clock.now());
    return ++this.#now;
  }

  /**
   * A change of keys begins: they are to have this value, or none.
   *
   * @param by The client that makes it, if one does.
   * @param since When it began, if it began before.
   */
  change(
    keys: readonly string[],
    value?: string,
    by?: unknown,
    since: number = this.now(),
  ): Change {
    const origins = keys.map((key) => {
      const origin: Origin = { value, since, there: Infinity, by: Infinity };
      this.#originsOf(key).push(origin);
      return { key, origin };
    });
    return {
      ended: (fate, ofKeys = keys) => {
        const now = this.now();
        this.tally[fate]++;
        for (const { key, origin } of origins) {
          if (!ofKeys.includes(key)) continue;
          if (fate === "done") {
            happened(origin, now);
            origin.told = { client: by, at: now };
          } else if (fate === "no") this.#neverWas(key, origin);
          else if (fate === "pending") origin.there = now;
        }
      },
    };
  }

  /** A call begins that loads what is not there, or joins one of the same client that does so already. */
  loading(key: string, client: unknown): Loading {
    const calls = this.#loading.get(key) ?? new Set();
    this.#loading.set(key, calls);
    const began = this.now();
    const joined = Array.from(calls).filter((call) => call.client === client);
    const loading = {
      key,
      client,
      began,
      read: Math.min(began, ...joined.map(({ read }) => read)),
    };
    calls.add(loading);
    return loading;
  }

  /**
   * The loader of a call runs: what it gives may be stored under the key, and is given to all who wait for it.
   *
   * @param isShared Nobody waits for it if it is not.
   * @param isGuarded What was changed meanwhile is left alone.
   */
  loads({ key, client }: Loading, gives: string, isShared: boolean, isGuarded: boolean): void {
    const now = this.now();
    const there = isGuarded ? now : Infinity;
    this.#originsOf(key).push({ value: gives, since: now, there, by: Infinity });
    this.#loads.set(gives, { key, client, isShared, over: Infinity });
    this.tally.loads++;
  }

  /**
   * A call that loads is over.
   *
   * @param loaded What its own loader gave.
   * @param answer What the call gave, if it did not fail.
   */
  loaded(loading: Loading, loaded: string | undefined, answer?: { readonly value: unknown }): void {
    const { key, client, began, read } = loading;
    this.#loading.get(key)?.delete(loading);
    if (answer !== undefined) {
      const { value } = answer;
      const load = this.#loads.get(String(value));
      // Who joined the call that loads has its value, stored or not.
      const isShared = load?.isShared && load.key === key && load.client === client &&
        load.over > began;
      if (isShared) this.tally.shared++;
      else this.read(key, value, read, "getOrSet()");
    }
    if (loaded !== undefined) (this.#loads.get(loaded) as Load).over = this.now();
  }

  /**
   * A read that began at some moment gave a value, or none.
   *
   * @param near Who may have kept the value near.
   */
  read(key: string, value: unknown, began: number, what = "a read", near?: NearReader): void {
    const origins = this.#originsOf(key).filter((origin) => origin.value === value);
    if (!origins.some((origin) => this.#mayBeRead(key, origin, began))) {
      // A miss is not kept.
      const mayBeNear = near !== undefined && value !== undefined &&
        origins.some((origin) => this.#mayBeNear(key, origin, began, near));
      if (!mayBeNear) return this.#isWrong(`${what} of ${key} gave ${value}`, key, began);
      this.tally.behind++;
    }
    this.tally[value === undefined ? "misses" : "hits"]++;
    if (value !== undefined) happened(origins[0], this.now());
  }

  /**
   * The number of these keys' namespace is lost. Until a client notices, what is stored lies where nobody looks later, and a
   * store that notices is carried out there as well as where it belongs.
   */
  numberLost(keys: readonly string[]): void {
    for (const key of keys) this.#numberLost.add(key);
  }

  /**
   * An update put a value in the place of another, which it had read by this moment.
   *
   * @param called When it was called: it stays in the generation of then.
   */
  updated(
    key: string,
    before: string | undefined,
    after: string,
    read: number,
    called: number = read,
  ): void {
    if (before === undefined) return;
    // Then it may have read that where nobody looks any more.
    if (this.#numberLost.has(key) && called < this.#writtenSince(key, before)) return;
    const between = this.#originsOf(key).find(({ value, since, by }) =>
      value !== before && value !== after && since > read && by < this.#writtenSince(key, after)
    );
    if (between !== undefined) {
      this.#isWrong(`update() of ${before} to ${after} lost ${between.value}`, key, read);
    }
    const place = `${key} ${before}`;
    const other = this.#updates.get(place);
    if (other !== undefined) {
      this.#isWrong(`update() of ${before} to ${after} lost ${other}`, key, read);
    }
    this.#updates.set(place, after);
  }

  #writtenSince(key: string, value: string): number {
    return this.#originsOf(key).find((origin) => origin.value === value)?.since ?? 0;
  }

  #mayBeRead(key: string, origin: Origin, began: number): boolean {
    return !this.#originsOf(key).some(({ since, by }) => since > origin.there && by < began);
  }

  #mayBeNear(key: string, origin: Origin, began: number, { client, maxAge }: NearReader): boolean {
    const tooOld = this.#times[began] - maxAge;
    return !this.#originsOf(key).some(({ since, by, told }) =>
      since > origin.there &&
      (by < began && this.#times[by] <= tooOld ||
        told !== undefined && told.client === client && told.at < began)
    );
  }

  #originsOf(key: string): Origin[] {
    let origins = this.#origins.get(key);
    if (origins === undefined) {
      this.#origins.set(key, origins = [{ value: undefined, since: 0, there: 0, by: 0 }]);
    }
    return origins;
  }

  #neverWas(key: string, origin: Origin): void {
    const origins = this.#originsOf(key);
    origins.splice(origins.indexOf(origin), 1);
  }

  #isWrong(what: string, key: string, began: number): void {
    const last = this.#originsOf(key).slice(-12).map(({ value, since, there, by }) =>
      `  ${value}: from ${since} on, there at ${there}, certain at ${by}`
    );
    this.wrong ??= `${what}, which began at ${began}, after\n${last.join("\n")}`;
  }
}

/** Counts of what happened. */
export class HistoryTally {
  hits = 0;
  misses = 0;
  /** Hits older than what others had stored, as they were kept near. */
  behind = 0;
  /** Answers of calls that had the value of a load. */
  shared = 0;
  loads = 0;
  done = 0;
  maybe = 0;
  no = 0;
  pending = 0;
}

/** A client that keeps values near. */
export interface NearReader {
  readonly client: unknown;
  /** Milliseconds. */
  readonly maxAge: number;
}

/** A change under way. */
export interface Change {
  /**
   * It is over.
   *
   * @param ofKeys The keys of which that is known, if not all.
   */
  ended(fate: Fate, ofKeys?: readonly string[]): void;
}

/** A call under way that may load. */
export interface Loading {
  readonly key: string;
  readonly client: unknown;
  readonly began: number;
  /** When the call that it may have joined began, which has read the item. */
  readonly read: number;
}

/** A loader that ran. */
interface Load {
  readonly key: string;
  readonly client: unknown;
  readonly isShared: boolean;
  /** When the call that it ran for was over: nobody could join it after that. */
  over: number;
}

/** What gave a key its value, or took it away. */
interface Origin {
  readonly value: string | undefined;
  /** It was carried out after this moment. */
  readonly since: number;
  /** What is carried out after this moment comes after it. */
  there: number;
  /** It was carried out for certain by this moment. */
  by: number;
  /** Who was told that it was carried out, and when. */
  told?: { readonly client: unknown; readonly at: number };
}

function happened(origin: Origin, now: number): void {
  origin.there = Math.min(origin.there, now);
  origin.by = Math.min(origin.by, now);
}
