/** All observers of one client: the built-in ones and those that were given. Each is told of that which it has a method for. */

import type { CallEnd, Happening, ObservedCall, Observer } from "./observer.ts";
import { guarded } from "./outbox.ts";

/** The part of a call that observers use. */
export interface ObservedVerb {
  readonly verb: { readonly name: string };
  /** The keys as the caller gave them. */
  keys?: string | readonly string[] | undefined;
  onSettled: ((end: CallEnd) => void) | undefined;
}

/** Tells the built-in observers, then those that were given. */
export class Observers {
  readonly #builtIn: readonly Observer[];
  #given: readonly Observer[];
  #ofCalls = NONE;
  #ofAttempts = NONE;

  constructor(builtIn: readonly Observer[], given: Observer | undefined) {
    this.#builtIn = builtIn;
    this.#given = given === undefined ? NONE : [given];
    this.#sort();
  }

  /** True if somebody wants to hear of calls, now. */
  get watchesCalls(): boolean {
    if (this.#ofCalls.length === 0) return false;
    for (const observer of this.#ofCalls) if (observer.isIdle?.() !== true) return true;
    return false;
  }

  /** Tells those that watch commands; `undefined` if there are none. */
  get onAttempt(): Required<Observer>["attempt"] | undefined {
    if (this.#ofAttempts.length === 0) return undefined;
    return (server, command, milliseconds, error) => {
      for (const observer of this.#ofAttempts) {
        guarded(() => observer.attempt?.(server, command, milliseconds, error));
      }
    };
  }

  /** Tells one more from now on, until the function that is returned is called. */
  add(observer: Observer): () => void {
    this.#given = [...this.#given, observer];
    this.#sort();
    return () => {
      this.#given = this.#given.filter((given) => given !== observer);
      this.#sort();
    };
  }

  happened(happening: Happening): void {
    for (const observer of this.#builtIn) observer.happened?.(happening);
    for (const observer of this.#given) guarded(() => observer.happened?.(happening));
  }

  /** Tells that a call has begun, and of its end when it settles. */
  begin(call: ObservedVerb, keys: readonly string[], called: ObservedCall): Begun {
    const awake = this.#ofCalls.filter((observer) => observer.isIdle?.() !== true);
    const { name } = call.verb;
    const tokens = awake.map((observer) => guarded(() => observer.begin?.(name, keys, called)));
    const begun = new Begun(awake, tokens);
    const { onSettled } = call;
    call.onSettled = (end) => {
      onSettled?.(end);
      begun.end(end);
    };
    return begun;
  }

  /** Gives a function that does the same later, in the context that is active now. */
  keepContext<A, R>(run: (argument: A) => R): (argument: A) => R {
    let kept = run;
    for (const observer of this.#ofCalls) {
      const inner = kept;
      if (observer.isIdle?.() === true) continue;
      kept = guarded(() => observer.keepContext?.(inner)) ?? inner;
    }
    return kept;
  }

  #sort(): void {
    const all = [...this.#builtIn, ...this.#given];
    const ofCalls = all.filter(({ begin, end }) => begin !== undefined || end !== undefined);
    const ofAttempts = all.filter(({ attempt }) => attempt !== undefined);
    this.#ofCalls = ofCalls.length === 0 ? NONE : ofCalls;
    this.#ofAttempts = ofAttempts.length === 0 ? NONE : ofAttempts;
  }
}

/** Shared, as most clients have only the built-in observers. */
const NONE: readonly Observer[] = [];

/** A call that observers have heard of. */
export class Begun {
  readonly #observers: readonly Observer[];
  readonly #tokens: readonly unknown[];

  constructor(observers: readonly Observer[], tokens: readonly unknown[]) {
    this.#observers = observers;
    this.#tokens = tokens;
  }

  end(end: CallEnd): void {
    for (const [i, observer] of this.#observers.entries()) {
      guarded(() => observer.end?.(this.#tokens[i], end));
    }
  }

  /** Runs something of the caller's that belongs to the call. */
  within<R>(run: () => R): R {
    let inner = run;
    for (const [i, observer] of this.#observers.entries()) {
      if (observer.within === undefined) continue;
      const inmost = inner;
      inner = () => surely((run) => observer.within?.(this.#tokens[i], run), inmost);
    }
    return inner();
  }
}

/** Has an observer run something. Whatever the observer does, it is run, and its outcome is that of this function. */
function surely<R>(through: (run: () => void) => void, run: () => R): R {
  let outcome: { readonly value: R } | { readonly error: unknown } | undefined;
  const once = () => {
    if (outcome !== undefined) return;
    try {
      outcome = { value: run() };
    } catch (error) {
      outcome = { error };
    }
  };
  guarded(() => through(once));
  once();
  const { value, error } = outcome as unknown as { value: R; error: unknown };
  if (outcome !== undefined && "error" in outcome) throw error;
  return value;
}
