/** Makes elements. Text goes in as text only: a key that looks like HTML stays what it is. */

type Child = Node | string;

/** Attributes; `true` sets one without a value, `false` and `undefined` leave it out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an HTML element. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

/** Makes an element of a picture. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** Sets a text, and leaves the page alone where it is there already. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Makes a section with a heading. */
export function section(
  id: string,
  title: string,
  ...children: Child[]
): HTMLElement {
  return element(
    "section",
    { id, class: "card", "aria-labelledby": `${id}-title`, tabindex: -1 },
    element("h2", { id: `${id}-title` }, title),
    ...children,
  );
}

/** Makes a table. Columns whose name begins with `#` hold numbers. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLTableElement {
  const kind = (i: number) => columns[i].startsWith("#") ? { class: "number" } : {};
  const head = columns.map((column, i) =>
    element("th", { scope: "col", ...kind(i) }, column.replace(/^#/, ""))
  );
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      ...row.map((text, i) =>
        i === 0 ? element("th", { scope: "row", ...kind(i) }, text) : element("td", kind(i), text)
      ),
    )
  );
  return element(
    "table",
    {},
    element("caption", { class: "hidden" }, caption),
    element("thead", {}, element("tr", {}, ...head)),
    element("tbody", {}, ...body),
  );
}

function filled<E extends Element>(
  made: E,
  attributes: Attributes,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}
