/** The six charts. */

import { ChartCard, type ChartKind } from "./chart_card.ts";
import { element } from "./dom.ts";
import * as format from "./format.ts";
import type { Range, Store } from "./store.ts";

const KINDS: readonly ChartKind[] = [
  {
    id: "hit-rate",
    title: "Hit rate",
    lines: [{ field: "hitRate", label: "Hits", colour: "green", isFilled: true }],
    format: format.percent,
    least: 1,
    top: 1,
  },
  {
    id: "operations",
    title: "Operations",
    lines: [
      { field: "gets", label: "gets", colour: "blue" },
      { field: "sets", label: "sets", colour: "amber" },
      { field: "others", label: "others", colour: "violet" },
    ],
    format: format.perSecond,
    least: 10,
  },
  {
    id: "latency",
    title: "Latency of a probe",
    lines: [
      { field: "latency", label: "median", colour: "blue" },
      { field: "slowest", label: "slowest", colour: "amber" },
    ],
    format: format.milliseconds,
    least: 0.5,
  },
  {
    id: "memory",
    title: "Memory",
    lines: [
      { field: "bytes", label: "items", colour: "blue", isFilled: true },
      { field: "limit", label: "limit", colour: "violet" },
    ],
    format: format.bytes,
    least: 1024,
    isBinary: true,
  },
  {
    id: "evictions",
    title: "Evictions",
    lines: [{ field: "evictions", label: "Evictions", colour: "amber", isFilled: true }],
    format: format.perSecond,
    least: 1,
  },
  {
    id: "network",
    title: "Network",
    lines: [
      { field: "sent", label: "out", colour: "blue" },
      { field: "received", label: "in", colour: "amber" },
    ],
    format: format.bytesPerSecond,
    least: 1024,
    isBinary: true,
  },
];

/** The charts, and how far back they go. */
export class Charts {
  readonly root: HTMLElement;
  readonly #cards = KINDS.map((kind) => new ChartCard(kind));
  readonly #store: Store;
  #range: Range = "2 min";

  constructor(store: Store) {
    this.#store = store;
    this.root = element(
      "section",
      { id: "charts", class: "charts", "aria-label": "Charts", tabindex: -1 },
      ...this.#cards.map(({ root }) => root),
    );
    let width = 0;
    new ResizeObserver(() => {
      if (this.root.clientWidth === width) return;
      width = this.root.clientWidth;
      this.restyle();
    }).observe(this.root);
  }

  set range(range: Range) {
    this.#range = range;
    this.draw();
  }

  draw(): void {
    for (const card of this.#cards) card.draw(this.#store, this.#range);
  }

  /** Draws all anew, in the colours and widths of now. */
  restyle(): void {
    for (const card of this.#cards) card.restyle();
    this.draw();
  }
}
