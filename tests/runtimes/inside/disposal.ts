/** The stack of things to dispose of, for a runtime that has none: Node 22. Only what tests use of it. */

type Step = () => void | PromiseLike<void>;

/** As the standard has it, but for the error that joins several. */
class AsyncStack implements AsyncDisposable {
  readonly #steps: Step[] = [];

  use<T extends AsyncDisposable | Disposable | null | undefined>(thing: T): T {
    if (thing === null || thing === undefined) return thing;
    this.#steps.push(() =>
      Symbol.asyncDispose in thing ? thing[Symbol.asyncDispose]() : thing[Symbol.dispose]()
    );
    return thing;
  }

  adopt<T>(thing: T, step: (thing: T) => void | PromiseLike<void>): T {
    this.#steps.push(() => step(thing));
    return thing;
  }

  defer(step: Step): void {
    this.#steps.push(step);
  }

  move(): AsyncStack {
    const moved = new AsyncStack();
    moved.#steps.push(...this.#steps.splice(0));
    return moved;
  }

  async disposeAsync(): Promise<void> {
    const errors: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }
}

/** The same where nobody waits. */
class SyncStack implements Disposable {
  readonly #steps: (() => void)[] = [];

  use<T extends Disposable | null | undefined>(thing: T): T {
    if (thing !== null && thing !== undefined) this.#steps.push(() => thing[Symbol.dispose]());
    return thing;
  }

  adopt<T>(thing: T, step: (thing: T) => void): T {
    this.#steps.push(() => step(thing));
    return thing;
  }

  defer(step: () => void): void {
    this.#steps.push(step);
  }

  [Symbol.dispose](): void {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) step();
  }
}

/** Puts the stacks in place where the runtime lacks them. */
export function provideStacks(globals: object): void {
  const target = globals as Record<string, unknown>;
  target.AsyncDisposableStack ??= AsyncStack;
  target.DisposableStack ??= SyncStack;
}
