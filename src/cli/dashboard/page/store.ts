/** What the page has been told: the points of what it shows, and the state of the servers. */

import {
  type Columns,
  type Field,
  FIELDS,
  type Hello,
  type Points,
  type ServerRow,
} from "../wire.ts";

/** Points by column, as charts take them. */
export interface Shown {
  /** Seconds since 1970. */
  readonly times: number[];
  readonly columns: (number | null)[][];
}

/** How far back charts go, in seconds, and which points they have. */
export type Range = "2 min" | "10 min" | "2 h";
export const RANGES: readonly Range[] = ["2 min", "10 min", "2 h"];
const SECONDS: Readonly<Record<Range, number>> = { "2 min": 120, "10 min": 600, "2 h": 7200 };

/** Keeps no more points than the dashboard does. */
export class Store {
  readonly #fine = empty();
  readonly #coarse = empty();
  #hello: Hello | undefined;
  servers: readonly ServerRow[] = [];

  get hello(): Hello | undefined {
    return this.#hello;
  }

  greet(hello: Hello): void {
    this.#hello = hello;
  }

  add({ isAll, fine, coarse }: Points): void {
    append(this.#fine, fine, isAll, this.#hello?.fine.count ?? 0);
    append(this.#coarse, coarse, isAll, this.#hello?.coarse.count ?? 0);
  }

  /** Forgets the points, as others are to be shown. */
  clear(): void {
    for (const shown of [this.#fine, this.#coarse]) append(shown, NONE, true, 0);
  }

  /** The points of a range, and where it begins and ends, in seconds. */
  within(range: Range): { shown: Shown; from: number; to: number } {
    const all = range === "2 h" ? this.#coarse : this.#fine;
    const newest = this.#fine.times.at(-1) ?? Date.now() / 1000;
    const from = newest - SECONDS[range];
    const first = all.times.findIndex((time) => time >= from);
    const start = first < 0 ? all.times.length : first;
    return {
      shown: {
        times: all.times.slice(start),
        columns: all.columns.map((column) => column.slice(start)),
      },
      from,
      to: newest,
    };
  }

  /** The newest figure of a kind. */
  newest(field: Field): number | null {
    return column(this.#fine, field).at(-1) ?? null;
  }
}

/** The figures of a kind. */
export function column({ columns }: Shown, field: Field): (number | null)[] {
  return columns[FIELDS.indexOf(field)] ?? [];
}

function empty(): Shown {
  return { times: [], columns: FIELDS.map(() => []) };
}

function append(to: Shown, { times, columns }: Columns, isAll: boolean, most: number): void {
  if (isAll) {
    to.times.length = 0;
    for (const figures of to.columns) figures.length = 0;
  }
  to.times.push(...times.map((time) => time / 1000));
  to.columns.forEach((figures, i) => figures.push(...columns[i] ?? []));
  const tooMany = to.times.length - most;
  if (tooMany <= 0) return;
  to.times.splice(0, tooMany);
  for (const figures of to.columns) figures.splice(0, tooMany);
}

const NONE: Columns = { times: [], columns: [] };
