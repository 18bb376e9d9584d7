/** What happened: ten minutes second by second, two hours in steps of ten seconds, and nothing before. */

import { NOTHING } from "./rates.ts";
import { Series } from "./series.ts";
import { FIELDS, type Point, type Points } from "./wire.ts";

/** Milliseconds from point to point, and how many points are kept. */
export const FINE = { step: 1000, count: 600 };
export const COARSE = { step: 10_000, count: 720 };

/** The points of one server, or of all together. */
export class History {
  readonly #fine = new Series(FINE.count, FIELDS.length);
  readonly #coarse = new Series(COARSE.count, FIELDS.length);
  /** Points of the step that is not over. */
  #gathered: Point[] = [];
  #last: number | undefined;

  /** Adds the point of a moment. Moments that are kept follow each other, whatever is done to the clock of the machine. */
  add(time: number, point: Point): void {
    const last = this.#last;
    if (last === undefined) return this.#add(time, point);
    // What is in the future now would stand behind what comes for hours.
    if (time < last - MOST_BACK) this.#forget();
    // The machine slept. Without a point that knows nothing, a line would join what lies hours apart.
    if (time > last + LONGEST_GAP) this.#interrupt(last + FINE.step);
    this.#add(this.#last === undefined ? time : Math.max(time, last + 1), point);
  }

  #add(time: number, point: Point): void {
    this.#last = time;
    this.#fine.add(time, point);
    this.#gathered.push(point);
    if (this.#gathered.length < COARSE.step / FINE.step) return;
    this.#coarse.add(time, mean(this.#gathered));
    this.#gathered = [];
  }

  /** Ends all lines. */
  #interrupt(time: number): void {
    this.#gathered = [];
    this.#fine.add(time, NOTHING);
    this.#coarse.add(time, NOTHING);
  }

  /** Forgets all points. */
  #forget(): void {
    this.#fine.clear();
    this.#coarse.clear();
    this.#gathered = [];
    this.#last = undefined;
  }

  /** Gives the points that a reader lacks, and its new place. All if it has none, or too much has happened since. */
  since(place: Place | undefined): { points: Points; place: Place } {
    const now = { fine: this.#fine.added, coarse: this.#coarse.added };
    const fine = place && this.#fine.since(place.fine);
    const coarse = place && this.#coarse.since(place.coarse);
    const points = fine === undefined || coarse === undefined
      ? { isAll: true, fine: this.#fine.all(), coarse: this.#coarse.all() }
      : { isAll: false, fine, coarse };
    return { points, place: now };
  }
}

/** Milliseconds by which a clock may be set back, before what was kept is forgotten. */
const MOST_BACK = 5000;
/** Milliseconds without a point, after which it was not this program that was slow. */
const LONGEST_GAP = 10_000;

/** How far somebody has read. */
export interface Place {
  readonly fine: number;
  readonly coarse: number;
}

/** The mean of each figure; of the slowest answer the worst. */
function mean(points: readonly Point[]): Point {
  return FIELDS.map((field, i) => {
    const figures = points.map((point) => point[i]).filter((figure) => figure !== null);
    if (figures.length === 0) return null;
    if (field === "slowest") return Math.max(...figures);
    return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
  });
}
