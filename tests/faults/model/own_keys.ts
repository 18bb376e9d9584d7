/** The keys that only one caller uses while things go wrong, and the worlds that each of them may be in. */

import { Worlds } from "./worlds.ts";

/** What a run needs to know of what goes wrong. */
export interface Trouble {
  /** How often a server has begun anew, or is about to. */
  readonly losses: () => number;
}

/** Where a key of the model is. */
export interface Place {
  /** The key on the server. */
  readonly key: string;
  readonly worlds: Worlds;
  readonly losses: number;
}

/** The keys of one caller. A key of which too much is in doubt is given up for a new one. */
export class OwnKeys {
  readonly #caller: number;
  readonly #trouble: Trouble;
  readonly #places = new Map<string, Place>();
  #made = 0;

  constructor(caller: number, trouble: Trouble) {
    this.#caller = caller;
    this.#trouble = trouble;
  }

  /** Where a key of the model is now. */
  place(key: string): Place {
    const known = this.#places.get(key);
    const losses = this.#trouble.losses();
    if (known !== undefined && known.worlds.doubts < MOST_DOUBTS && known.losses === losses) {
      return known;
    }
    const made = { key: `${key}:${this.#caller}:${this.#made++}`, worlds: new Worlds(), losses };
    this.#places.set(key, made);
    return made;
  }

  /** Items that were there before a server began anew may be gone. */
  noticeLosses(): void {
    const losses = this.#trouble.losses();
    for (const place of this.#places.values()) if (place.losses !== losses) place.worlds.lose();
  }
}

const MOST_DOUBTS = 4;
