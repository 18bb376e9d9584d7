/** `Deno.test`: keeps the tests of a file, and runs them one after the other. */

/** What a test, or a step of one, came to. */
export interface CaseResult {
  /** The test's name; of a step, with those of all it is in before it. */
  readonly name: string;
  /** Why it failed; `undefined` if it passed. */
  readonly error?: string;
}

/** Who is told what the tests come to. */
export interface Listener {
  began(name: string): void;
  ended(result: CaseResult): void;
}

type Body = (context: Context) => void | Promise<void>;

interface Definition {
  readonly name: string;
  readonly fn: Body;
}

/** What the function of a test is given. */
interface Context {
  readonly name: string;
  step(...definition: unknown[]): Promise<boolean>;
}

/** The tests of one file. */
export class TestRegistry {
  readonly #tests: Definition[] = [];
  readonly #listener: Listener;
  #strays: unknown[] = [];

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** `Deno.test`. */
  readonly add = (...definition: unknown[]): void => {
    this.#tests.push(definitionOf(definition));
  };

  /** Fails the test under way with an error that nobody caught. */
  stray(error: unknown): void {
    this.#strays.push(error);
  }

  /** Runs all tests in the order in which they were added. */
  async run(): Promise<void> {
    for (const test of this.#tests) await this.#runCase(test, test.name);
  }

  async #runCase({ name, fn }: Definition, path: string): Promise<boolean> {
    this.#listener.began(path);
    let isWhole = true;
    const context: Context = {
      name,
      step: async (...definition) => {
        const step = definitionOf(definition);
        const passed = await this.#runCase(step, `${path} > ${step.name}`);
        isWhole &&= passed;
        return passed;
      },
    };
    const error = await this.#failureOf(fn, context);
    this.#listener.ended(error === undefined ? { name: path } : { name: path, error });
    return isWhole && error === undefined;
  }

  async #failureOf(fn: Body, context: Context): Promise<string | undefined> {
    try {
      await fn(context);
      // A rejection is called unhandled when the microtasks have run out.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#strays.length === 0) return undefined;
      return `Nobody caught: ${this.#strays.splice(0).map(textOf).join("; ")}`;
    } catch (error) {
      this.#strays = [];
      return textOf(error);
    }
  }
}

/** A test is given as name and function, with options between or not, or as options with all in them. */
function definitionOf(parts: unknown[]): Definition {
  const definition: { name?: string; fn?: Body } = {};
  for (const part of parts) {
    if (typeof part === "string") definition.name = part;
    else if (typeof part === "function") definition.fn = part as Body;
    else Object.assign(definition, part);
  }
  const { name = definition.fn?.name, fn } = definition;
  if (name === undefined || fn === undefined) {
    throw new TypeError("Cannot use a test without function");
  }
  return { name, fn };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
