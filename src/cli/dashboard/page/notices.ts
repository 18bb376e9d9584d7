/** What is wrong, and what to do about it, above all else. */

import type { ServerRow } from "../wire.ts";
import { element } from "./dom.ts";
import type { LineState } from "./feed.ts";
import * as format from "./format.ts";

const LINES: Readonly<Partial<Record<LineState, readonly [title: string, text: string]>>> = {
  gone: [
    "The dashboard has stopped",
    "What you see is the last that it said. Start the command again, and open the address that it prints.",
  ],
  locked: [
    "The dashboard was started anew",
    "Its new token is in the address that the command has printed: open that one.",
  ],
  full: [
    "Too many pages are open",
    "The dashboard serves sixteen at a time. Close one, and this one goes on by itself.",
  ],
};

/** Servers whose trouble is told; of the others the number is. */
const MOST_TOLD = 5;

/** The notices. They are spoken when they change. */
export class Notices {
  readonly root = element("div", { class: "notices", role: "status" });
  #shown = "";

  draw(line: LineState, servers: readonly ServerRow[]): void {
    const down = servers.filter(({ state }) => state === "down");
    const told = JSON.stringify([line in LINES ? line : "", down.map(whatIsWrong), servers.length]);
    if (told === this.#shown) return;
    this.#shown = told;
    this.root.replaceChildren();
    const ofLine = LINES[line];
    if (ofLine !== undefined) {
      this.root.append(notice("bad", ofLine[0], element("p", {}, ofLine[1])));
    }
    if (down.length === 0) return;
    const isAll = down.length === servers.length;
    const title = isAll
      ? servers.length === 1 ? "The server does not answer" : "No server answers"
      : `${format.plural(down.length, "server does", "servers do")} not answer`;
    const list = element(
      "ul",
      {},
      ...down.slice(0, MOST_TOLD).map((server) => {
        const [message, advice] = whatIsWrong(server).slice(1);
        return element(
          "li",
          {},
          element("strong", {}, server.name),
          element("span", { class: "message" }, message),
          element("span", { class: "advice" }, advice),
        );
      }),
    );
    const more = down.length - MOST_TOLD;
    if (more > 0) list.append(element("li", {}, `and ${format.plural(more, "other")}`));
    const parts: Node[] = [list];
    if (isAll) parts.push(howToStart());
    this.root.append(notice(isAll ? "bad" : "warning", title, ...parts));
  }
}

function whatIsWrong(
  { name, trouble }: ServerRow,
): [name: string, message: string, advice: string] {
  return [name, trouble?.message ?? "", trouble?.advice ?? ""];
}

function howToStart(): HTMLElement {
  return element(
    "p",
    {},
    "To try it out on this machine: ",
    element("code", {}, "memcached -p 11211"),
    ". To see which step fails: ",
    element("code", {}, "libmc doctor"),
    ". This page goes on by itself as soon as a server answers.",
  );
}

function notice(kind: "bad" | "warning", title: string, ...parts: Node[]): HTMLElement {
  return element("section", { class: `notice ${kind}` }, element("h2", {}, title), ...parts);
}
