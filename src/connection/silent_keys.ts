/**
 * The keys that commands without a reply have changed. When the connection is lost, nothing else is left of such a
 * command: it was over when its bytes had left. But a command before it whose reply is due must not be sent again then: it
 * would be carried out after it.
 *
 * Keys share a fixed number of slots, by a hash, so nothing has to be removed. If two share one, a command may fail that
 * could have been sent again.
 */

/** Remembers for each key how many replies had been asked for when it was changed last. */
export class SilentKeys {
  readonly #asked = new Float64Array(SLOTS).fill(-1);

  /** Notes a change of a key, sent when so many replies had been asked for on the connection. */
  note(key: string, asked: number): void {
    this.#asked[slotOf(key)] = asked;
  }

  /** True if a key may have been changed behind the command that asked for reply number `asked`. */
  changedSince(asked: number, key: string): boolean {
    return this.#asked[slotOf(key)] >= asked;
  }
}

function slotOf(key: string): number {
  let hash = key.length;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return hash & (SLOTS - 1);
}

/** A power of two. */
const SLOTS = 1024;
