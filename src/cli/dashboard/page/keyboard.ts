/** Keys of the keyboard, and the list of them. */

import { element } from "./dom.ts";

/** What a key does. */
export interface Shortcut {
  readonly key: string;
  readonly what: string;
  readonly run: () => void;
}

/** Heeds the shortcuts, but not where somebody writes. Gives the button and the dialog that list them. */
export function keyboard(
  shortcuts: readonly Shortcut[],
): { button: HTMLElement; dialog: HTMLElement } {
  const close = element("button", { type: "button" }, "Close");
  const dialog = element(
    "dialog",
    { "aria-labelledby": "keys-title" },
    element("h2", { id: "keys-title" }, "Keyboard"),
    element(
      "dl",
      { class: "keys" },
      ...[...shortcuts, { key: "?", what: "This list" }, { key: "Esc", what: "Close it" }].map(
        ({ key, what }) =>
          element("div", {}, element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)),
      ),
    ),
    close,
  );
  close.addEventListener("click", () => dialog.close());
  const button = element("button", {
    type: "button",
    class: "quiet-button",
    "aria-label": "Keyboard shortcuts",
    title: "Keyboard shortcuts",
  }, "?");
  button.addEventListener("click", () => dialog.showModal());
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(target) || dialog.open) return;
    const shortcut = key === "?"
      ? { run: () => dialog.showModal() }
      : shortcuts.find((one) => one.key === key);
    if (shortcut === undefined) return;
    event.preventDefault();
    shortcut.run();
  });
  return { button, dialog };
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
