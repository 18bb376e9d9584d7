/** Windows of time in which hits are counted. */

import type { Client, Namespace } from "../../../mod.ts";

/** What has been counted in the window of a key. */
export interface Count {
  /** An integer, from 0. */
  readonly hits: number;
  /** When the window ends: milliseconds since 1970. */
  readonly resetAt: number;
}

/** Counts the hits of keys. */
export interface Window {
  /** Adds a hit and gives the sum. Rejects if that failed. */
  add(key: string): Promise<Count>;
  /** Gives the sum; `undefined` if the key has no hit. */
  look(key: string): Promise<Count | undefined>;
  /** Takes a hit back. */
  takeBack(key: string): Promise<void>;
  /** Forgets all hits. */
  forget(key: string): Promise<void>;
}

/** What the windows of a store have in common. */
export interface WindowSetUp {
  readonly client: Client | Namespace;
  readonly milliseconds: number;
  /** The time of the day, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Every call is strict: a count that is not known is no count. */
export const STRICT = { strict: true } as const;
