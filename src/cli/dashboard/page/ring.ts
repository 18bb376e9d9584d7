/** The ring: which part of the keys belongs to which server, beside what each server holds. */

import type { RingPicture, ServerRow } from "../wire.ts";
import { element, section, setText } from "./dom.ts";
import * as format from "./format.ts";
import { serverColour } from "./palette.ts";

const SIZE = 280;
const CIRCLE = 2 ** 32;

/** The picture of the ring, and the shares. */
export class Ring {
  readonly root: HTMLElement;
  readonly #canvas = element("canvas", { width: SIZE, height: SIZE, role: "img" });
  readonly #list = element("div", {
    class: "scroll shares",
    role: "region",
    "aria-label": "Shares of the servers",
    tabindex: 0,
  });
  readonly #note = element("p", { class: "quiet" });
  readonly #rows: Share[] = [];
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  #picture: RingPicture | undefined;
  #pointed = -1;

  constructor() {
    this.root = section(
      "ring",
      "Who holds what",
      this.#note,
      element(
        "div",
        { class: "ring" },
        element("div", { class: "circle" }, this.#canvas),
        this.#list,
      ),
    );
  }

  set picture(picture: RingPicture) {
    this.#picture = picture;
    this.#rows.splice(0);
    picture.servers.forEach(({ name, share }, i) => {
      const row = new Share(name, share, () => this.#point(i));
      this.#rows.push(row);
    });
    this.#list.replaceChildren(...this.#rows.map(({ root }) => root));
    this.#list.onpointerleave = () => this.#point(-1);
    setText(
      this.#note,
      `${
        picture.isRing
          ? "Each arc is a part of the keys, in the colour of its server"
          : "This distribution has no ring: the arcs are the shares of the servers"
      }, found by placing ${
        format.count(picture.keys)
      } made-up keys. The bars: its share of the keys and, in grey, of all items that are stored.`,
    );
    this.restyle();
  }

  /** Shows what the servers hold now. */
  draw(servers: readonly ServerRow[]): void {
    const items = servers.map(({ stats, state }) =>
      state === "up" ? Number(stats?.curr_items ?? 0) : 0
    );
    const all = items.reduce((sum, some) => sum + some, 0);
    const byName = new Map(servers.map((server, i) => [server.name, i]));
    const most = Math.max(
      ...this.#rows.map(({ share }) => share),
      ...items.map((some) => all === 0 ? 0 : some / all),
      0.001,
    );
    for (const row of this.#rows) {
      const index = byName.get(row.name);
      const server = index === undefined ? undefined : servers[index];
      const held = index === undefined || all === 0 ? 0 : items[index] / all;
      row.draw(held, most, server);
    }
  }

  /** Draws the circle in the colours of now. */
  restyle(): void {
    const isDark = this.#dark.matches;
    this.#rows.forEach((row, i) => row.colour(serverColour(i, isDark)));
    this.#drawCircle(isDark);
  }

  #point(index: number): void {
    if (index === this.#pointed) return;
    this.#pointed = index;
    this.#drawCircle(this.#dark.matches);
  }

  #drawCircle(isDark: boolean): void {
    const picture = this.#picture;
    const context = this.#canvas.getContext("2d");
    if (picture === undefined || context === null) return;
    const scale = Math.min(3, devicePixelRatio);
    this.#canvas.width = SIZE * scale;
    this.#canvas.height = SIZE * scale;
    context.scale(scale, scale);
    context.clearRect(0, 0, SIZE, SIZE);
    for (const { from, to, owner } of arcsOf(picture)) {
      context.beginPath();
      context.lineWidth = 34;
      context.globalAlpha = this.#pointed < 0 || this.#pointed === owner ? 1 : 0.12;
      context.strokeStyle = serverColour(owner, isDark);
      // A hair more, or the background shines through between two arcs.
      context.arc(SIZE / 2, SIZE / 2, SIZE / 2 - 20, angle(from), angle(to) + 0.002);
      context.stroke();
    }
    context.globalAlpha = 1;
    context.fillStyle = getComputedStyle(this.root).color;
    context.textAlign = "center";
    context.font = `600 26px ${getComputedStyle(document.body).fontFamily}`;
    const { servers } = picture;
    const shown = servers[this.#pointed];
    context.fillText(
      shown ? format.percent(shown.share) : String(servers.length),
      SIZE / 2,
      SIZE / 2 + 2,
    );
    context.font = `13px ${getComputedStyle(document.body).fontFamily}`;
    context.fillText(
      shown ? "of the keys" : servers.length === 1 ? "server" : "servers",
      SIZE / 2,
      SIZE / 2 + 22,
    );
    this.#canvas.setAttribute(
      "aria-label",
      servers.length === 0
        ? "No server yet"
        : `Shares of the keys: ${
          servers.slice(0, 10).map(({ name, share }) => `${name} ${format.percent(share)}`).join(
            ", ",
          )
        }${servers.length > 10 ? " and others" : ""}`,
    );
  }
}

/** One server: its share of the keys, and its share of the items. */
class Share {
  readonly root: HTMLElement;
  readonly name: string;
  readonly share: number;
  readonly #swatch = element("i");
  readonly #keys = element("i");
  readonly #items = element("i", { class: "held" });
  readonly #held = element("span", { class: "figures" });

  constructor(name: string, share: number, onPoint: () => void) {
    this.name = name;
    this.share = share;
    this.root = element(
      "div",
      { class: "share", tabindex: 0 },
      element("span", { class: "name" }, this.#swatch, element("span", {}, name)),
      element("span", { class: "bars", "aria-hidden": "true" }, this.#keys, this.#items),
      this.#held,
    );
    this.root.addEventListener("pointerenter", onPoint);
    this.root.addEventListener("focus", onPoint);
  }

  draw(held: number, most: number, server: ServerRow | undefined): void {
    this.#keys.style.width = `${(100 * this.share / most).toFixed(2)}%`;
    this.#items.style.width = `${(100 * held / most).toFixed(2)}%`;
    const stats = server?.state === "up" ? server.stats : undefined;
    const holds = stats === undefined
      ? "no answer"
      : `${format.short(Number(stats.curr_items))} items, ${format.bytes(Number(stats.bytes))}`;
    setText(this.#held, `${format.percent(this.share)} of keys · ${holds}`);
  }

  colour(colour: string): void {
    this.#swatch.style.background = colour;
    this.#keys.style.background = colour;
  }
}

interface Arc {
  readonly from: number;
  readonly to: number;
  readonly owner: number;
}

/** The arcs of the ring; without one, an arc for each share. */
function arcsOf({ isRing, points, owners, servers }: RingPicture): Arc[] {
  if (isRing) {
    return points.map((point, i) => {
      const before = i === 0 ? points[points.length - 1] - CIRCLE : points[i - 1];
      return { from: before / CIRCLE, to: point / CIRCLE, owner: owners[i] };
    });
  }
  let at = 0;
  return servers.map(({ share }, owner) => ({ from: at, to: at += share, owner }));
}

/** From the part of a turn to an angle, from the top. */
function angle(part: number): number {
  return (part - 0.25) * 2 * Math.PI;
}
