/** The events of the process that tests listen to on `globalThis`. */

import process from "node:process";

type Listener = (event: object) => void;

const listeners = new Map<string, Set<Listener>>();

/** Puts `addEventListener` and `removeEventListener` in place. */
export function provideProcessEvents(globals: object): void {
  Object.assign(globals, {
    addEventListener(type: string, listener: Listener): void {
      listeners.set(type, (listeners.get(type) ?? new Set()).add(listener));
    },
    removeEventListener(type: string, listener: Listener): void {
      listeners.get(type)?.delete(listener);
    },
  });
  process.on("exit", () => dispatch("unload", {}));
}

/** Tells of an error that nobody caught, or of a rejection; true if a listener has taken it on itself. */
export function isTaken(type: "error" | "unhandledrejection", reason: unknown): boolean {
  let taken = false;
  dispatch(type, { reason, error: reason, preventDefault: () => void (taken = true) });
  return taken;
}

function dispatch(type: string, event: object): void {
  for (const listener of listeners.get(type) ?? []) listener(event);
}
