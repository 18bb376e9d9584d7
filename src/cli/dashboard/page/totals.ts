/** What was counted since the servers were started: the figures of `stats`, of one server or summed up. */

import type { ServerRow, ShownStats } from "../wire.ts";
import { element, setText } from "./dom.ts";
import { bytes, count, NO_FIGURE } from "./format.ts";

const FIGURES:
  readonly (readonly [stat: keyof ShownStats, title: string, write: (figure: number) => string])[] =
    [
      ["curr_items", "Items", count],
      ["bytes", "Memory", bytes],
      ["curr_connections", "Connections", count],
      ["cmd_get", "Gets", count],
      ["get_hits", "Hits", count],
      ["get_misses", "Misses", count],
      ["cmd_set", "Stores", count],
      ["evictions", "Evictions", count],
    ];

/** The figures, as a list. */
export class Totals {
  readonly root: HTMLElement;
  readonly #values: HTMLElement[] = [];
  readonly #title = element("h2", { class: "quiet" });

  constructor() {
    const list = element("dl", { class: "totals" });
    for (const [stat, title] of FIGURES) {
      const value = element("dd", { "data-stat": stat });
      this.#values.push(value);
      list.append(element("div", {}, element("dt", {}, title), value));
    }
    this.root = element("section", { class: "card", id: "totals" }, this.#title, list);
  }

  draw(servers: readonly ServerRow[], chosen: string | undefined): void {
    const shown = servers.filter(({ name, state, stats }) =>
      state === "up" && stats !== undefined && (chosen === undefined || name === chosen)
    );
    setText(
      this.#title,
      chosen === undefined ? "Since the servers were started" : `${chosen}, since it was started`,
    );
    FIGURES.forEach(([stat, , write], i) => {
      const sum = shown.reduce((sum, { stats }) => sum + Number(stats?.[stat] ?? 0), 0);
      setText(this.#values[i], shown.length === 0 ? NO_FIGURE : write(sum));
      this.#values[i].dataset.exact = shown.length === 0 ? "" : String(sum);
    });
  }
}
