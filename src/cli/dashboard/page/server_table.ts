/** The servers: a row each, by which one is chosen. */

import { type Field, FIELDS, type ServerRow, type ShownStats } from "../wire.ts";
import { element, section, setText } from "./dom.ts";
import * as format from "./format.ts";

interface Column {
  readonly title: string;
  readonly isNumber: boolean;
  readonly text: (row: ServerRow) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "State", isNumber: false, text: stateOf },
  {
    title: "Version",
    isNumber: false,
    text: ({ stats }) => String(stats?.version ?? format.NO_FIGURE),
  },
  {
    title: "Operations",
    isNumber: true,
    text: (row) => {
      const parts = [figure(row, "gets"), figure(row, "sets"), figure(row, "others")];
      return parts[0] === null
        ? format.NO_FIGURE
        : format.perSecond(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0));
    },
  },
  { title: "Hit rate", isNumber: true, text: (row) => format.percent(figure(row, "hitRate")) },
  {
    title: "Memory",
    isNumber: true,
    text: (row) => {
      const limit = stat(row, "limit_maxbytes");
      return limit === undefined
        ? format.NO_FIGURE
        : `${format.bytes(stat(row, "bytes"))} of ${format.bytes(limit)}`;
    },
  },
  { title: "Items", isNumber: true, text: (row) => format.count(stat(row, "curr_items")) },
  { title: "Evictions", isNumber: true, text: (row) => format.count(stat(row, "evictions")) },
  {
    title: "Connections",
    isNumber: true,
    text: (row) => format.count(stat(row, "curr_connections")),
  },
  { title: "Latency", isNumber: true, text: (row) => format.milliseconds(figure(row, "latency")) },
];

/** Rows above so many can be searched. */
const SEARCHED = 12;

/** The table of all servers. */
export class ServerTable {
  readonly root: HTMLElement;
  readonly #body = element("tbody");
  readonly #search: HTMLInputElement;
  readonly #rows = new Map<string, Row>();
  readonly #none = element("p", { class: "empty", hidden: true });

  /** @param onChoose Called with the name of a server; `undefined` for all. */
  constructor(onChoose: (server: string | undefined) => void) {
    this.#search = element("input", {
      type: "search",
      placeholder: "Find a server",
      "aria-label": "Find a server",
      hidden: true,
    });
    this.#search.addEventListener("input", () => this.#filter());
    this.#body.addEventListener("click", ({ target }) => {
      const row = (target as Element).closest<HTMLElement>("tr[data-server]");
      if (row !== null) onChoose(row.dataset.server);
    });
    const head = COLUMNS.map(({ title, isNumber }) =>
      element("th", { scope: "col", ...(isNumber ? { class: "number" } : {}) }, title)
    );
    this.root = section(
      "servers",
      "Servers",
      this.#search,
      this.#none,
      element(
        "div",
        { class: "scroll", role: "region", "aria-label": "Servers, by row", tabindex: 0 },
        element(
          "table",
          { class: "servers" },
          element(
            "thead",
            {},
            element("tr", {}, element("th", { scope: "col" }, "Server"), ...head),
          ),
          this.#body,
        ),
      ),
    );
  }

  draw(servers: readonly ServerRow[], chosen: string | undefined): void {
    const names = new Set(servers.map(({ name }) => name));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      row.root.remove();
      this.#rows.delete(name);
    }
    for (const server of servers) {
      let row = this.#rows.get(server.name);
      if (row === undefined) {
        row = new Row(server.name);
        this.#rows.set(server.name, row);
        this.#body.append(row.root);
      }
      row.draw(server, server.name === chosen);
    }
    this.#search.hidden = servers.length <= SEARCHED;
    this.#none.hidden = servers.length > 0;
    setText(
      this.#none,
      "There is no server in the list yet: the source of servers has named none.",
    );
    this.#filter();
  }

  #filter(): void {
    const wanted = this.#search.hidden ? "" : this.#search.value.toLowerCase();
    for (const [name, { root }] of this.#rows) root.hidden = !name.toLowerCase().includes(wanted);
  }
}

class Row {
  readonly root: HTMLTableRowElement;
  readonly #button: HTMLButtonElement;
  readonly #dot = element("i", { class: "dot" });
  readonly #cells: HTMLTableCellElement[];

  constructor(name: string) {
    this.#button = element("button", { type: "button", class: "link" }, name);
    this.#cells = COLUMNS.map(({ title, isNumber }) =>
      element("td", { "data-title": title, ...(isNumber ? { class: "number" } : {}) })
    );
    this.root = element(
      "tr",
      { "data-server": name },
      element("th", { scope: "row" }, element("span", {}, this.#dot, this.#button)),
      ...this.#cells,
    );
  }

  draw(server: ServerRow, isChosen: boolean): void {
    this.#dot.className = `dot ${server.state}`;
    this.root.classList.toggle("chosen", isChosen);
    this.root.classList.toggle("down", server.state === "down");
    this.#button.setAttribute("aria-pressed", String(isChosen));
    COLUMNS.forEach(({ text }, i) => setText(this.#cells[i], text(server)));
  }
}

function stateOf({ state, stats }: ServerRow): string {
  if (state === "asked") return "not asked yet";
  if (state === "down") return "no answer";
  return `up ${format.duration(Number(stats?.uptime))}`;
}

function figure({ point, state }: ServerRow, field: Field): number | null {
  return state === "up" ? point?.[FIELDS.indexOf(field)] ?? null : null;
}

function stat({ stats, state }: ServerRow, name: keyof ShownStats): number | undefined {
  const found = state === "up" ? stats?.[name] : undefined;
  return found === undefined ? undefined : Number(found);
}
