/** Points of time that are kept up to a number: the newest push out the oldest. */

import type { Columns, Point } from "./wire.ts";

/** A row of points in one array. No figure is NaN: that is how a missing one is kept. */
export class Series {
  readonly #count: number;
  readonly #width: number;
  readonly #times: Float64Array;
  /** 32 bits for a figure: the pictures are no finer, and a hundred servers take half. */
  readonly #figures: Float32Array;
  #added = 0;
  /** How many points were added, or stand for forgotten ones, before the first that is kept. */
  #first = 0;

  /**
   * @param count Most points.
   * @param width Figures of a point.
   */
  constructor(count: number, width: number) {
    this.#count = count;
    this.#width = width;
    this.#times = new Float64Array(count);
    this.#figures = new Float32Array(count * width);
  }

  /** How many points were ever added. */
  get added(): number {
    return this.#added;
  }

  add(time: number, point: Point): void {
    const place = this.#added % this.#count;
    this.#times[place] = time;
    for (let i = 0; i < this.#width; i++) {
      this.#figures[place * this.#width + i] = point[i] ?? NaN;
    }
    this.#added++;
  }

  /** Forgets all points. Whoever has read some is given all that come. */
  clear(): void {
    this.#added++;
    this.#first = this.#added;
  }

  /**
   * Gives what was added behind the first so many points.
   *
   * @returns `undefined` if some of them are no longer there.
   */
  since(added: number): Columns | undefined {
    return added < this.#oldest || added > this.#added ? undefined : this.#columns(added);
  }

  /** Gives all points. */
  all(): Columns {
    return this.#columns(this.#oldest);
  }

  get #oldest(): number {
    return Math.max(this.#first, this.#added - this.#count);
  }

  #columns(from: number): Columns {
    const times: number[] = [];
    const columns: (number | null)[][] = Array.from({ length: this.#width }, () => []);
    for (let index = from; index < this.#added; index++) {
      const place = index % this.#count;
      times.push(this.#times[place]);
      for (let i = 0; i < this.#width; i++) {
        columns[i].push(rounded(this.#figures[place * this.#width + i]));
      }
    }
    return { times, columns };
  }
}

/** Seven digits, as many as there are: others would only make the message longer. */
function rounded(figure: number): number | null {
  return Number.isNaN(figure) ? null : Number(figure.toPrecision(7));
}
