/** Checks the keys of calls, and turns them into the bytes that are sent. */

import type { Clock } from "../clock.ts";
import {
  bytesOfWire,
  hasGaps,
  keyText,
  MAX_KEY_BYTES,
  wireKey,
  wireKeyOfAny,
  wirePrefix,
  withoutPrefix,
} from "../key.ts";
import { crc32 } from "../placement/hashes/crc32.ts";
import { fnv1a } from "../placement/hashes/fnv.ts";
import { md5 } from "../placement/hashes/md5.ts";

/** A call whose keys are checked a part at a time. */
interface WaitingCall {
  readonly settled: boolean;
  rejectMisuse(reason: unknown): void;
}

/** Turns the keys of callers into wire keys. */
export class Keys {
  /** The prefix, as a string with one char for each byte. */
  readonly prefix: string;
  readonly #clock: Clock;

  constructor(prefix: string, clock: Clock) {
    this.prefix = wirePrefix(prefix);
    this.#clock = clock;
  }

  /** Gives the bytes sent for a key, as a string with one char for each. */
  one(key: string): string {
    return wireKey(key, this.prefix);
  }

  /**
   * Gives the caller's key of a wire key, and its bytes if they are not UTF-8. `undefined` if no key of this client is sent
   * as these bytes.
   */
  ownOf(wireKey: string): { readonly key: string; readonly bytes?: Uint8Array } | undefined {
    const own = withoutPrefix(wireKey, this.prefix);
    if (own === undefined) return undefined;
    const key = keyText(own);
    return hasGaps(key) ? { key, bytes: bytesOfWire(own) } : { key };
  }

  /**
   * Gives the wire key that a text stands for where only its server matters. It is not sent, so that any text will do.
   */
  route(text: string): string {
    const own = /[^\0-\x7f]/.test(text)
      ? String.fromCharCode(...new TextEncoder().encode(text))
      : text;
    return own.startsWith("?") && this.prefix !== ""
      ? `?${this.prefix}${own.slice(1)}`
      : this.prefix + own;
  }

  /** Gives the bytes of a key for a meta command, as a string with one char for each. */
  any(key: string | Uint8Array): string {
    return wireKeyOfAny(key, this.prefix);
  }

  /** Gives a wire key with the prefix that is good for asking: nobody stores anything under it. */
  unused(): string {
    return (this.prefix + "libmc:place-of-replies").slice(0, MAX_KEY_BYTES);
  }

  /** Gives a wire key for an item that lies beside another one: its key and a word, or the beginning of it and a hash. */
  beside(wireKey: string, word: string): string {
    const beside = wireKey + ":" + word;
    if (beside.length <= MAX_KEY_BYTES) return beside;
    const hash = [md5, fnv1a, crc32].map((hash) => hash(wireKey).toString(36)).join("");
    const end = ":" + hash + ":" + word;
    return wireKey.slice(0, MAX_KEY_BYTES - end.length) + end;
  }

  /** Gives the wire keys of many keys. It returns the given list itself if all of them are their own wire keys. */
  many(keys: readonly string[]): readonly string[] {
    let wireKeys: string[] | undefined;
    for (let i = 0; i < keys.length; i++) {
      const wire = wireKey(keys[i], this.prefix);
      if (wireKeys !== undefined) wireKeys.push(wire);
      else if (wire !== keys[i]) wireKeys = [...keys.slice(0, i), wire];
    }
    return wireKeys ?? keys;
  }

  /**
   * Does the same for any number of keys. Very many are checked a part at a time, so that the program can do other things
   * in between. No key is sent before all have been checked.
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

/** Number of keys that are checked in one go, which takes 2 to 4 ms. */
const KEYS_A_TURN = 100_000;
