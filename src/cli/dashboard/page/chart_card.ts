/** One chart: its newest figures, the picture, and the same as a table for those who do not see it. */

import { Chart, type ChartOptions } from "./chart_library.ts";
import { element, setText, table } from "./dom.ts";
import { clockTime } from "./format.ts";
import { column, type Shown, type Store } from "./store.ts";
import type { Range } from "./store.ts";
import type { Field } from "../wire.ts";

/** One line of a chart. */
export interface Line {
  readonly field: Field;
  readonly label: string;
  /** Name of its colour in the style. */
  readonly colour: "blue" | "green" | "amber" | "violet";
  /** True if the area below it is filled. */
  readonly isFilled?: boolean;
}

/** What a chart shows. */
export interface ChartKind {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly Line[];
  /** Writes a figure. */
  readonly format: (figure: number | null | undefined) => string;
  /** The least upper end of the scale. */
  readonly least: number;
  /** The upper end of the scale, if it is always the same. */
  readonly top?: number;
  /** How far ticks are apart: by 1024 for bytes. */
  readonly isBinary?: boolean;
}

const HEIGHT = 150;
/** Rows of the table: a picture has hundreds of points, and nobody reads that many. */
const ROWS = 12;

/** A chart with its heading. */
export class ChartCard {
  readonly root: HTMLElement;
  readonly #kind: ChartKind;
  readonly #figures: HTMLElement[];
  readonly #place: HTMLElement;
  readonly #table: HTMLDetailsElement;
  readonly #time: HTMLElement;
  #chart: Chart | undefined;
  #shown: Shown = { times: [], columns: [] };
  #isPointed = false;

  constructor(kind: ChartKind) {
    this.#kind = kind;
    const { id, title, lines } = kind;
    this.#figures = lines.map(() => element("strong"));
    this.#time = element("span", { class: "quiet time" });
    const legend = lines.map(({ label, colour }, i) =>
      element(
        "span",
        { class: "reading" },
        ...(lines.length > 1
          ? [element("i", { class: `dot ${colour}` }), element("span", { class: "quiet" }, label)]
          : []),
        this.#figures[i],
      )
    );
    this.#place = element("div", { class: "plot", role: "img" });
    this.#table = element("details", {}, element("summary", {}, "As a table"));
    this.#table.addEventListener("toggle", () => this.#fillTable());
    this.root = element(
      "article",
      { class: "card chart", id, "aria-labelledby": `${id}-title` },
      element("h3", { id: `${id}-title` }, title),
      this.#time,
      element("p", { class: "readings" }, ...legend),
      this.#place,
      this.#table,
    );
  }

  /** Draws what the store has. */
  draw(store: Store, range: Range): void {
    const { shown, from, to } = store.within(range);
    this.#shown = shown;
    const data: [number[], ...(number | null)[][]] = [
      shown.times,
      ...this.#kind.lines.map(({ field }) => column(shown, field)),
    ];
    this.#chart ??= this.#make();
    this.#chart.setData(data, false);
    this.#chart.setScale("x", { min: from, max: to });
    if (!this.#isPointed) this.#read(shown.times.length - 1);
    this.#describe(range);
    if (this.#table.open) this.#fillTable();
  }

  /** Makes the picture anew: in other colours, or of another width. */
  restyle(): void {
    this.#chart?.destroy();
    this.#chart = undefined;
  }

  #make(): Chart {
    const style = getComputedStyle(document.documentElement);
    const rem = parseFloat(style.fontSize);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const { lines, format, least, top, isBinary = false } = this.#kind;
    const axis = {
      stroke: colour("quiet"),
      font: `${11 * rem / 16}px ${getComputedStyle(document.body).fontFamily}`,
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
    };
    const options: ChartOptions = {
      width: Math.max(120, this.#place.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      // A label may stand out to the right.
      padding: [8, 22 * rem / 16, 0, 0],
      cursor: {
        sync: { key: "time" },
        drag: { x: false, y: false },
        points: { size: 6 },
      },
      scales: {
        x: { time: true },
        y: { range: (_, __, max) => [0, top ?? niceTop(Math.max(max ?? 0, least))] },
      },
      axes: [
        {
          ...axis,
          size: 22 * rem / 16,
          gap: 4,
          space: 64 * rem / 16,
          values: (_, ticks) => ticks.map(timeOfTick),
        },
        {
          ...axis,
          size: 70 * rem / 16,
          gap: 6,
          space: 36,
          ...(isBinary ? { incrs: BINARY_STEPS } : {}),
          values: (_, ticks) => ticks.map((tick) => format(tick)),
        },
      ],
      series: [
        {},
        ...lines.map(({ label, colour: name, isFilled = false }) => ({
          label,
          stroke: colour(name),
          width: 1.75,
          points: { show: false },
          ...(isFilled ? { fill: colour(`${name}-area`) } : {}),
        })),
      ],
      hooks: {
        setCursor: [({ cursor }) => {
          const { idx } = cursor;
          this.#isPointed = idx !== null && idx !== undefined;
          this.#read(this.#isPointed ? idx as number : this.#shown.times.length - 1);
        }],
      },
    };
    return new Chart(
      options,
      [[], ...lines.map(() => [])] as [number[], ...number[][]],
      this.#place,
    );
  }

  /** Shows the figures of one moment: the newest, or the one that is pointed at. */
  #read(index: number): void {
    this.#kind.lines.forEach(({ field }, i) => {
      setText(this.#figures[i], this.#kind.format(column(this.#shown, field)[index]));
    });
    const time = this.#shown.times[index];
    setText(this.#time, this.#isPointed && time !== undefined ? clockTime(time * 1000) : "");
  }

  /** Says in words what the picture shows. */
  #describe(range: Range): void {
    const { lines, title, format } = this.#kind;
    const said = lines.map(({ field, label }) => {
      const figures = column(this.#shown, field).filter((figure) => figure !== null);
      if (figures.length === 0) return `${label}: not known`;
      const [least, most] = [Math.min(...figures), Math.max(...figures)];
      return `${label}: ${format(figures.at(-1))} now, between ${format(least)} and ${
        format(most)
      }`;
    });
    this.#place.setAttribute("aria-label", `${title}, last ${range}. ${said.join(". ")}.`);
  }

  #fillTable(): void {
    const { lines, format, title } = this.#kind;
    const { times } = this.#shown;
    const step = Math.max(1, Math.ceil(times.length / ROWS));
    const rows: string[][] = [];
    for (let i = times.length - 1; i >= 0; i -= step) {
      rows.push([
        clockTime(times[i] * 1000),
        ...lines.map(({ field }) => format(column(this.#shown, field)[i])),
      ]);
    }
    this.#table.querySelector("table")?.remove();
    this.#table.append(table(title, ["Time", ...lines.map(({ label }) => `#${label}`)], rows));
  }
}

/** Ticks are whole minutes, or seconds where they are closer. */
function timeOfTick(tick: number): string {
  const text = clockTime(tick * 1000);
  return text.endsWith(":00") ? text.slice(0, -3) : text;
}

/** The next number of the kind 1, 2, 5, 10 above: a scale that does not tremble with each point. */
function niceTop(figure: number): number {
  const power = 10 ** Math.floor(Math.log10(figure));
  const step = [1, 1.5, 2, 3, 5, 7.5, 10].find((step) => step * power >= figure) ?? 10;
  return step * power;
}

const BINARY_STEPS = Array.from({ length: 50 }, (_, i) => 2 ** i);
