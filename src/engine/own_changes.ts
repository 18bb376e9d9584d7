/** Which items this client's own calls may change, for those who remember values. */

import type { CallEnd } from "../observe/observer.ts";

/** Says of a call that it may change any key. */
export const EVERY_KEY: readonly string[] = [];

/** Is told the wire keys of items that may change. */
export type OnChange = (keys: string | readonly string[]) => void;

/** The part of a call that a change needs. */
interface ChangingCall {
  onSettled: ((end: CallEnd) => void) | undefined;
}

/** Tells all who remember values what a client changes. */
export class OwnChanges {
  #listeners: readonly OnChange[] | undefined;

  /** Returns a function by which the listener leaves. */
  add(listener: OnChange): () => void {
    this.#listeners = [...this.#listeners ?? [], listener];
    return () => {
      const others = this.#listeners?.filter((other) => other !== listener) ?? [];
      this.#listeners = others.length === 0 ? undefined : others;
    };
  }

  /**
   * Tells which items a call may change: now, and when the call has settled. Whoever was asked in between may have been
   * asked before the item changed.
   */
  follow(call: ChangingCall, keys: string | readonly string[]): void {
    if (this.#listeners === undefined) return;
    const { onSettled } = call;
    call.onSettled = (end) => {
      this.#tell(keys);
      onSettled?.(end);
    };
    this.#tell(keys);
  }

  #tell(keys: string | readonly string[]): void {
    for (const listener of this.#listeners ?? []) listener(keys);
  }
}
