/**
 * Windows that begin at multiples of their length, by the clock of the process: for servers without meta commands, lengths
 * that are no whole seconds, and windows that slide. Processes with clocks that differ count in different windows for as
 * long as their clocks differ.
 */

import { exptimeFor } from "../exptime.ts";
import { type Count, STRICT, type Window, type WindowSetUp } from "./window.ts";

/** A counter for each window. */
export class WindowByClock implements Window {
  readonly #setUp: WindowSetUp;
  readonly #slides: boolean;

  /**
   * @param slides Adds those hits of the window before that would still count if they had come at even intervals.
   */
  constructor(setUp: WindowSetUp, slides: boolean) {
    this.#setUp = setUp;
    this.#slides = slides;
  }

  async add(key: string): Promise<Count> {
    const { client, milliseconds } = this.#setUp;
    const place = this.#place(key);
    // The window is read until the end of the next one if it slides, and a server's second may have begun before.
    const exptime = exptimeFor(Math.ceil(milliseconds / 1000) * (this.#slides ? 2 : 1) + 1);
    const [hits, before] = await Promise.all([
      client.incr(place.key, 1, { initial: 1, exptime, routeBy: key, ...STRICT }),
      this.#before(place),
    ]);
    return { hits: Math.floor(before) + (hits as number), resetAt: place.end };
  }

  async look(key: string): Promise<Count | undefined> {
    const place = this.#place(key);
    const [hits, before] = await Promise.all([
      this.#setUp.client.incr(place.key, 0, { routeBy: key, ...STRICT }),
      this.#before(place),
    ]);
    if (hits === undefined && before < 1) return undefined;
    return { hits: Math.floor(before) + (hits ?? 0), resetAt: place.end };
  }

  async takeBack(key: string): Promise<void> {
    await this.#setUp.client.decr(this.#place(key).key, 1, { routeBy: key, ...STRICT });
  }

  async forget(key: string): Promise<void> {
    const { key: current, last } = this.#place(key);
    await this.#setUp.client.deleteMulti([current, last], { routeBy: key, ...STRICT });
  }

  /** Hits of the window before that still count. */
  async #before({ last, by, share }: Place): Promise<number> {
    if (!this.#slides) return 0;
    const hits = await this.#setUp.client.incr(last, 0, { routeBy: by, ...STRICT });
    return (hits ?? 0) * share;
  }

  #place(key: string): Place {
    const { milliseconds, now } = this.#setUp;
    const time = now();
    const index = Math.floor(time / milliseconds);
    const end = (index + 1) * milliseconds;
    const share = (end - time) / milliseconds;
    return { key: `${key}#${index}`, last: `${key}#${index - 1}`, by: key, end, share };
  }
}

/** Where the present hits of a key are counted. */
interface Place {
  /** The present counter, and that of the window before. */
  readonly key: string;
  readonly last: string;
  /** The key by which both have their server. */
  readonly by: string;
  /** When the window ends: milliseconds since 1970. */
  readonly end: number;
  /** How much of the window is still to come, from 0 to 1. */
  readonly share: number;
}
