/** All observers of one client. */

import type { CallEnd, Happening, Observer } from "./observer.ts";

/** Tells the built-in observers, and the custom one if there is one. */
export class Observers {
  readonly #builtIn: readonly Observer[];
  readonly #given: Observer | undefined;

  constructor(builtIn: readonly Observer[], given: Observer | undefined) {
    this.#builtIn = builtIn;
    this.#given = given;
  }

  /** True if somebody watches calls. */
  get watchesCalls(): boolean {
    return this.#given?.begin !== undefined || this.#given?.end !== undefined;
  }

  /** True if somebody watches commands. */
  get watchesAttempts(): boolean {
    return this.#given?.attempt !== undefined;
  }

  happened(happening: Happening): void {
    for (const observer of this.#builtIn) observer.happened?.(happening);
    guarded(() => this.#given?.happened?.(happening));
  }

  begin(verb: string, keys: readonly string[]): unknown {
    return guarded(() => this.#given?.begin?.(verb, keys));
  }

  end(token: unknown, end: CallEnd): void {
    guarded(() => this.#given?.end?.(token, end));
  }

  readonly attempt: Required<Observer>["attempt"] = (server, command, milliseconds, error) => {
    guarded(() => this.#given?.attempt?.(server, command, milliseconds, error));
  };
}

/** Calls an observer. If it throws, the error is thrown again outside the call. */
function guarded<T>(tell: () => T): T | undefined {
  try {
    return tell();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return undefined;
  }
}
