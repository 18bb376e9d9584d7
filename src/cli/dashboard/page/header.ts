/** The line at the top: how it goes, what is shown, and how far back. */

import type { ServerRow } from "../wire.ts";
import { element, setText } from "./dom.ts";
import type { LineState } from "./feed.ts";
import { plural } from "./format.ts";
import { type Range, RANGES } from "./store.ts";

const WORDS: Readonly<Record<LineState, string>> = {
  live: "live",
  connecting: "connecting…",
  locked: "locked",
  full: "waiting",
  gone: "stopped",
};

/** What the header's controls do. */
export interface HeaderActions {
  onRange(range: Range): void;
  onServer(server: string | undefined): void;
}

/** The header. */
export class Header {
  readonly root: HTMLElement;
  readonly #state = element("span", { class: "state" });
  readonly #summary = element("span", { class: "summary" });
  readonly #servers = element("select", { "aria-label": "Server that is shown" });
  readonly #ranges: HTMLButtonElement[];
  #names = "";

  constructor({ onRange, onServer }: HeaderActions, ...more: HTMLElement[]) {
    this.#servers.addEventListener("change", () => {
      onServer(this.#servers.value === "" ? undefined : this.#servers.value);
    });
    this.#ranges = RANGES.map((range) => {
      const button = element("button", { type: "button" }, range);
      button.addEventListener("click", () => onRange(range));
      return button;
    });
    this.root = element(
      "header",
      {},
      element("h1", {}, "libmc"),
      this.#summary,
      this.#state,
      element("span", { class: "space" }),
      this.#servers,
      element(
        "span",
        { class: "ranges", role: "group", "aria-label": "How far back" },
        ...this.#ranges,
      ),
      ...more,
    );
  }

  draw(line: LineState, servers: readonly ServerRow[], chosen: string | undefined): void {
    setText(this.#state, WORDS[line]);
    this.#state.className = `state ${line}`;
    const up = servers.filter(({ state }) => state === "up").length;
    setText(
      this.#summary,
      servers.length === 0
        ? ""
        : up === servers.length
        ? `${plural(up, "server")} up`
        : `${up} of ${plural(servers.length, "server")} up`,
    );
    this.#drawServers(servers.map(({ name }) => name));
    this.#servers.value = chosen ?? "";
  }

  set range(range: Range) {
    this.#ranges.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(RANGES[i] === range));
    });
  }

  #drawServers(names: readonly string[]): void {
    const all = JSON.stringify(names);
    if (all === this.#names) return;
    this.#names = all;
    this.#servers.replaceChildren(
      element("option", { value: "" }, "All servers"),
      ...names.map((name) => element("option", { value: name }, name)),
    );
  }
}
