/** The keys of a client's calls: each is checked, and becomes the bytes that are sent. */

import type { Clock } from "../clock.ts";
import { wireKey, wirePrefix } from "../key.ts";

/** A call that keys are checked for, a part at a time. */
interface WaitingCall {
  readonly settled: boolean;
  rejectMisuse(reason: unknown): void;
}

/** Makes wire keys of the keys that callers give. */
export class Keys {
  readonly #prefix: string;
  readonly #clock: Clock;

  constructor(prefix: string, clock: Clock) {
    this.#prefix = wirePrefix(prefix);
    this.#clock = clock;
  }

  /** The bytes sent for a key, as a string with one char for each. */
  one(key: string): string {
    return wireKey(key, this.#prefix);
  }

  /** The same for many keys: the given list itself, where all of them are their own wire keys. */
  many(keys: readonly string[]): readonly string[] {
    let wireKeys: string[] | undefined;
    for (let i = 0; i < keys.length; i++) {
      const wire = wireKey(keys[i], this.#prefix);
      if (wireKeys !== undefined) wireKeys.push(wire);
      else if (wire !== keys[i]) wireKeys = [...keys.slice(0, i), wire];
    }
    return wireKeys ?? keys;
  }

  /**
   * The same for any number of keys: very many are taken a part at a time, and the program may do other things in
   * between. No key is sent before all have been checked.
   */
  manyInTurns(
    keys: readonly string[],
    call: WaitingCall,
    then: (wireKeys: readonly string[]) => void,
  ): void {
    if (keys.length <= KEYS_A_TURN) return then(this.many(keys));
    const parts: (readonly string[])[] = [];
    const turn = (start: number) => {
      if (call.settled) return;
      try {
        if (start >= keys.length) return then(parts.flat());
        parts.push(this.many(keys.slice(start, start + KEYS_A_TURN)));
        this.#clock.after(0, () => turn(start + KEYS_A_TURN));
      } catch (error) {
        call.rejectMisuse(error);
      }
    };
    turn(0);
  }
}

/** Keys that are checked at once: 2 to 4 ms. */
const KEYS_A_TURN = 100_000;
