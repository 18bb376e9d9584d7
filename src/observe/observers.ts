/** All observers of one client: the built-in ones and the custom one. Each is told of that which it has a method for. */

import type { CallEnd, Happening, Observer } from "./observer.ts";
import { guarded } from "./outbox.ts";

/** Tells the built-in observers, then the custom one if there is one. */
export class Observers {
  readonly #builtIn: readonly Observer[];
  readonly #given: Observer | undefined;
  readonly #ofCalls: readonly Observer[];
  readonly #ofAttempts: readonly Observer[];

  constructor(builtIn: readonly Observer[], given: Observer | undefined) {
    this.#builtIn = builtIn;
    this.#given = given;
    const all = given === undefined ? builtIn : [...builtIn, given];
    this.#ofCalls = all.filter(({ begin, end }) => begin !== undefined || end !== undefined);
    this.#ofAttempts = all.filter(({ attempt }) => attempt !== undefined);
  }

  /** True if somebody watches calls. */
  get watchesCalls(): boolean {
    return this.#ofCalls.length > 0;
  }

  /** True if somebody watches commands. */
  get watchesAttempts(): boolean {
    return this.#ofAttempts.length > 0;
  }

  happened(happening: Happening): void {
    for (const observer of this.#builtIn) observer.happened?.(happening);
    guarded(() => this.#given?.happened?.(happening));
  }

  /** Returns the tokens of the observers that watch calls, for {@linkcode Observers.end}. */
  begin(verb: string, keys: readonly string[]): readonly unknown[] {
    return this.#ofCalls.map((observer) => guarded(() => observer.begin?.(verb, keys)));
  }

  end(tokens: readonly unknown[], end: CallEnd): void {
    for (const [i, observer] of this.#ofCalls.entries()) {
      guarded(() => observer.end?.(tokens[i], end));
    }
  }

  readonly attempt: Required<Observer>["attempt"] = (server, command, milliseconds, error) => {
    for (const observer of this.#ofAttempts) {
      guarded(() => observer.attempt?.(server, command, milliseconds, error));
    }
  };
}
