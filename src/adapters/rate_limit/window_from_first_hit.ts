/**
 * Windows that begin with the first hit of their key: one meta command counts, makes the counter that is not there, and
 * tells for how long it lasts. Windows of whole seconds only, as memcached counts in seconds.
 */

import { type Count, STRICT, type Window, type WindowSetUp } from "./window.ts";

/** True if memcached can count down a window of this length. */
export function canBeginWithFirstHit(milliseconds: number): boolean {
  return milliseconds % 1000 === 0;
}

/** Needs a server with meta commands: the others are refused with an UnsupportedError. */
export class WindowFromFirstHit implements Window {
  readonly #setUp: WindowSetUp;

  constructor(setUp: WindowSetUp) {
    this.#setUp = setUp;
  }

  async add(key: string): Promise<Count> {
    const { client, milliseconds } = this.#setUp;
    const options = { initial: 1, vivify: milliseconds / 1000, ttl: true, ...STRICT };
    // It made the counter that it did not find: there is always a number.
    return this.#count(await client.meta.arithmetic(key, options)) as Count;
  }

  async look(key: string): Promise<Count | undefined> {
    return this.#count(
      await this.#setUp.client.meta.arithmetic(key, { delta: 0, ttl: true, ...STRICT }),
    );
  }

  async takeBack(key: string): Promise<void> {
    await this.#setUp.client.meta.arithmetic(key, { mode: "decr", ...STRICT });
  }

  async forget(key: string): Promise<void> {
    await this.#setUp.client.delete(key, STRICT);
  }

  #count(counted: { readonly value?: number; readonly ttl?: number } | undefined) {
    if (counted?.value === undefined || counted.ttl === undefined) return undefined;
    const { milliseconds, now } = this.#setUp;
    // A counter that another program has stored may last longer, or for ever, which is no date.
    const left = Math.min(counted.ttl * 1000, milliseconds);
    return { hits: counted.value, resetAt: now() + left };
  }
}
