/** Groups of keys that are read most, found out on demand. */

import type { KeyGroup, KeyGroups } from "../wire.ts";
import { element, section, setText } from "./dom.ts";
import type { Feed } from "./feed.ts";
import * as format from "./format.ts";

const HINT =
  "Watches the reads of all servers for two seconds, and groups their keys by how they begin. Meanwhile each server writes a line for every read, and skips lines when there are too many: no client waits for it.";

/** The button, and what was seen. */
export class Groups {
  readonly root: HTMLElement;
  readonly button = element("button", { type: "submit" }, "Watch for 2 s");
  readonly #separator = element(
    "select",
    { "aria-label": "What ends the beginning of a key" },
    ...[":", "/", ".", "_", "-", "|"].map((sign) =>
      element("option", { value: sign }, `up to ${sign}`)
    ),
  );
  readonly #note = element("p", { class: "empty", "aria-live": "polite" }, HINT);
  readonly #lists = element("div", { class: "pair" });
  readonly #feed: Feed;
  readonly #onKey: (key: string) => void;

  /** @param onKey Called with a key that is to be looked up. */
  constructor(feed: Feed, onKey: (key: string) => void) {
    this.#feed = feed;
    this.#onKey = onKey;
    const form = element("form", { class: "ask" }, this.#separator, this.button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#watch();
    });
    this.root = section("groups", "Hot keys", form, this.#note, this.#lists);
  }

  async #watch(): Promise<void> {
    this.button.disabled = true;
    setText(this.#note, "Watching…");
    try {
      this.#show(await this.#feed.groups(this.#separator.value));
    } catch (error) {
      setText(this.#note, error instanceof Error ? error.message : String(error));
    } finally {
      this.button.disabled = false;
    }
  }

  #show(seen: KeyGroups): void {
    const { reads, skipped, isFull, lasted, groups, keys, troubles } = seen;
    const sign = this.#separator.value;
    const parts = [
      reads === 0
        ? "No key was read meanwhile: nothing is hot."
        : `${format.plural(reads, "read")} in ${format.milliseconds(lasted)}${
          isFull ? ", then it was enough" : ""
        }.`,
      ...(skipped > 0 ? [`The servers skipped ${format.count(skipped)} more.`] : []),
      ...troubles,
    ];
    setText(this.#note, parts.join(" "));
    this.#lists.replaceChildren();
    if (reads === 0) return;
    this.#lists.append(
      this.#list(
        "Groups",
        groups,
        reads,
        (name) => element("span", { class: "name" }, name === "" ? `(no ${sign})` : `${name}…`),
      ),
      this.#list("Keys", keys, reads, (name) => {
        const button = element("button", { type: "button", class: "link name" }, name);
        button.addEventListener("click", () => this.#onKey(name));
        return button;
      }),
    );
  }

  #list(
    title: string,
    groups: readonly KeyGroup[],
    all: number,
    nameOf: (name: string) => HTMLElement,
  ): HTMLElement {
    const most = groups[0]?.reads ?? 1;
    const rows = groups.map(({ name, reads, hits }) =>
      element(
        "li",
        {},
        nameOf(name),
        barOf(reads / most),
        element("span", { class: "number" }, `${format.percent(reads / all)}`),
        element("span", { class: "number quiet" }, `${format.percent(hits / reads)} hits`),
      )
    );
    return element("div", {}, element("h3", {}, title), element("ol", { class: "hot" }, ...rows));
  }
}

/** A bar that is filled in part. The figures beside it say the same. */
function barOf(part: number): HTMLElement {
  const filled = element("i");
  filled.style.width = `${(100 * part).toFixed(1)}%`;
  return element("span", { class: "bar", "aria-hidden": "true" }, filled);
}
