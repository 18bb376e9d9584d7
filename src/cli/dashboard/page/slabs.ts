/** The memory by the size of items: a column for each slab class. */

import type { SlabClass, SlabPicture } from "../wire.ts";
import { element, section, setText, svg, table } from "./dom.ts";
import * as format from "./format.ts";

const HEIGHT = 220;
const FOOT = 34;
const HEAD = 8;
/** Pixels that a label takes. */
const LABEL = 70;

/** The picture, and the same as a table. */
export class Slabs {
  readonly root: HTMLElement;
  readonly #place = element("div", { class: "slab-picture" });
  readonly #note = element("p", { class: "quiet" });
  readonly #table = element("details", {}, element("summary", {}, "As a table"));
  readonly #legend = element(
    "p",
    { class: "readings" },
    ...[["asked", "data of items"], ["used", "lost to rounding up"], ["free", "free"]].map(
      ([kind, label]) =>
        element(
          "span",
          { class: "reading" },
          element("i", { class: `dot slab-${kind}` }),
          element("span", { class: "quiet" }, label),
        ),
    ),
  );

  #shown: SlabPicture | undefined;

  constructor() {
    let width = 0;
    new ResizeObserver(() => {
      if (this.#place.clientWidth === width) return;
      width = this.#place.clientWidth;
      if (this.#shown !== undefined) this.#draw(this.#shown);
    }).observe(this.#place);
    this.root = section(
      "slabs",
      "Memory by size of items",
      this.#note,
      this.#legend,
      this.#place,
      this.#table,
    );
  }

  set picture(picture: SlabPicture) {
    this.#shown = picture;
    this.#draw(picture);
  }

  #draw({ classes, missing }: SlabPicture): void {
    const isEmpty = classes.length === 0;
    this.#legend.hidden = isEmpty;
    this.#table.hidden = isEmpty;
    const of = missing.length === 0
      ? ""
      : ` Without ${format.plural(missing.length, "server")} that did not answer.`;
    setText(
      this.#note,
      isEmpty
        ? missing.length > 0
          ? "No server has said how its memory is divided."
          : "Nothing is stored yet: memory is divided by size when items come."
        : `Each column is a slab class, for items up to its size; its height is the memory that it has. Below it: the size, and how many items it has.${of}`,
    );
    this.#place.replaceChildren(...(isEmpty ? [] : [pictureOf(classes, this.#place.clientWidth)]));
    this.#table.querySelector("table")?.remove();
    this.#table.append(asTable(classes));
  }
}

function pictureOf(classes: readonly SlabClass[], wide: number): SVGSVGElement {
  const most = Math.max(...classes.map(({ memory }) => memory));
  const room = HEIGHT - FOOT - HEAD;
  const step = wide / classes.length;
  const gap = Math.min(8, step * 0.2);
  const width = Math.min(64, step - gap);
  const every = Math.ceil(LABEL / step);
  const columns = classes.flatMap((slab, i) => {
    const x = i * step + (step - width) / 2;
    const bar = (bytes: number, kind: string) => {
      const height = room * bytes / most;
      return svg("rect", { x, y: HEAD + room - height, width, height, class: `slab-${kind}` });
    };
    const parts: SVGElement[] = [
      svg(
        "title",
        {},
        `up to ${format.bytes(slab.size)}: ${format.plural(slab.items, "item")}, ${
          format.bytes(slab.memory)
        }`,
      ),
      bar(slab.memory, "free"),
      bar(slab.used, "used"),
      bar(slab.asked, "asked"),
    ];
    if (i % every === 0) {
      // The outermost labels are wider than their columns.
      const middle = Math.min(Math.max(x + width / 2, 30), wide - 30);
      parts.push(
        svg("text", { x: middle, y: HEIGHT - FOOT + 15 }, format.bytes(slab.size)),
        svg(
          "text",
          { x: middle, y: HEIGHT - FOOT + 29, class: "quiet" },
          format.short(slab.items),
        ),
      );
    }
    return [svg("g", {}, ...parts)];
  });
  const label = `Memory by slab class: ${
    classes.map(({ size, memory }) => `up to ${format.bytes(size)} ${format.bytes(memory)}`).join(
      ", ",
    )
  }`;
  return svg(
    "svg",
    { viewBox: `0 0 ${wide} ${HEIGHT}`, role: "img", "aria-label": label },
    ...columns,
  );
}

function asTable(classes: readonly SlabClass[]): HTMLTableElement {
  return table(
    "Memory by slab class",
    ["#Items up to", "#Items", "#Memory", "#Data", "#Evicted", "#Oldest"],
    classes.map(({ size, items, memory, asked, evicted, age }) => [
      format.bytes(size),
      format.count(items),
      format.bytes(memory),
      format.bytes(asked),
      format.count(evicted),
      format.duration(age),
    ]),
  );
}
