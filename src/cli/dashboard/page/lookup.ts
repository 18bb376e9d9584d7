/** Looks keys up. */

import type { KeyReport } from "../wire.ts";
import { element, section, setText } from "./dom.ts";
import type { Feed } from "./feed.ts";
import * as format from "./format.ts";

const HINT =
  "Enter a key as your program does. You see which server it belongs to, what that has, and the value as the codec reads it.";

/** The form, and what came of it. */
export class Lookup {
  readonly root: HTMLElement;
  readonly input = element("input", {
    type: "text",
    name: "key",
    placeholder: "user:1",
    "aria-label": "Key",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
  });
  readonly #feed: Feed;
  readonly #result = element("div", { class: "result", "aria-live": "polite" });
  #mayDelete = false;
  #asked = 0;

  constructor(feed: Feed) {
    this.#feed = feed;
    const form = element(
      "form",
      { class: "ask" },
      this.input,
      element("button", { type: "submit" }, "Look up"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.lookUp(this.input.value);
    });
    this.#result.append(element("p", { class: "empty" }, HINT));
    this.root = section("lookup", "Look up a key", form, this.#result);
  }

  set mayDelete(mayDelete: boolean) {
    this.#mayDelete = mayDelete;
  }

  async lookUp(key: string): Promise<void> {
    this.input.value = key;
    if (key === "") return this.#show(element("p", { class: "empty" }, HINT));
    const asked = ++this.#asked;
    try {
      const report = await this.#feed.lookUp(key);
      if (asked === this.#asked) this.#show(...this.#described(report));
    } catch (error) {
      if (asked === this.#asked) this.#fail(error);
    }
  }

  #described(report: KeyReport): HTMLElement[] {
    const { isFound, troubles, value, bytes } = report;
    const parts = [
      element(
        "p",
        { class: "found" },
        element("strong", { class: "key" }, report.key),
        element(
          "span",
          { class: isFound ? "badge good" : "badge" },
          isFound ? "found" : troubles.length > 0 ? "not known" : "a miss",
        ),
      ),
      ...troubles.map((trouble) => element("p", { class: "trouble" }, trouble)),
      facts(report),
    ];
    if (value !== undefined) {
      parts.push(
        element("h3", {}, `Value: ${value.type}`),
        element("pre", { tabindex: 0, "aria-label": "Value" }, value.text),
      );
      if (value.isCut) parts.push(element("p", { class: "quiet" }, "This is the beginning of it."));
    }
    if (bytes !== undefined && bytes !== "") {
      parts.push(
        element(
          "details",
          {},
          element("summary", {}, "As stored, the first bytes"),
          element("pre", { tabindex: 0, "aria-label": "First bytes" }, bytes),
        ),
      );
    }
    if (isFound && this.#mayDelete) parts.push(this.#deletion(report.key));
    return parts;
  }

  /** The button that deletes, and asks first. */
  #deletion(key: string): HTMLElement {
    const root = element("p", { class: "deletion" });
    const first = element("button", { type: "button", class: "danger" }, "Delete this key");
    const yes = element("button", { type: "button", class: "danger" }, "Yes, delete it");
    const no = element("button", { type: "button" }, "Keep it");
    first.addEventListener("click", () => {
      root.replaceChildren("It is gone for every program. ", yes, no);
      no.focus();
    });
    no.addEventListener("click", () => {
      root.replaceChildren(first);
      first.focus();
    });
    yes.addEventListener("click", async () => {
      try {
        await this.#feed.delete(key);
        await this.lookUp(key);
      } catch (error) {
        this.#fail(error);
      }
    });
    root.append(first);
    return root;
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#show(element("p", { class: "trouble" }, message));
  }

  #show(...parts: HTMLElement[]): void {
    this.#result.replaceChildren(...parts);
  }
}

function facts(report: KeyReport): HTMLElement {
  const { ttl, size, flags, lastAccess, wasRead, hash, point, standIns } = report;
  const list = element("dl", { class: "facts" });
  const add = (name: string, text: string | undefined) => {
    if (text === undefined) return;
    const value = element("dd");
    setText(value, text);
    list.append(element("div", {}, element("dt", {}, name), value));
  };
  add("Server", report.isAlive ? report.server : `${report.server}, which does not answer`);
  if (report.goesTo !== undefined && report.goesTo !== report.server) add("Goes to", report.goesTo);
  if (report.wireKey !== report.key) add("Sent as", report.wireKey);
  add("Size", size === undefined ? undefined : format.plural(size, "byte"));
  add("Flags", flags === undefined ? undefined : String(flags));
  add(
    "Expires",
    ttl === undefined ? undefined : ttl === null ? "never" : `in ${format.duration(ttl)}`,
  );
  add("Last used", lastAccess === undefined ? undefined : `${format.duration(lastAccess)} ago`);
  add("Read before", wasRead === undefined ? undefined : wasRead ? "yes" : "no");
  add("Hash", hash === undefined ? undefined : String(hash));
  add("Point", point === undefined ? undefined : String(point));
  add("Stand-ins", standIns.length === 0 ? undefined : standIns.join(", "));
  return list;
}
