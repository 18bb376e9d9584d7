/**
 * The keys of a namespace carry its generation, a number that memcached has. To clear the namespace is to count that
 * number up: nobody asks for the keys of an older generation any more, and they go as they are not read.
 *
 * The number begins with the time, so that one that was evicted never comes back: a thousand clears in each millisecond
 * would not outrun the clock. It is kept for a second. After that a call asks for it in the same trip in which it does
 * what it is to do by the number that it knows, and does so again only if the number has changed.
 */

import { GetCommand, type Retrieval } from "../commands/get.ts";
import type { ItemDecoder } from "../commands/item_decoder.ts";
import type { CallOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { Keys } from "../engine/keys.ts";
import { isSetUpMistake } from "../engine/set_up.ts";
import { missing, notDone, verb } from "../engine/verb.ts";
import { withKeys } from "../engine/view.ts";
import { inPart } from "../error_copy.ts";
import { ClosedError, CodecError, MemcachedError } from "../errors.ts";
import { isSound } from "../thrown.ts";
import { countFrom } from "./counters.ts";
import { Told } from "./told.ts";

/** One generation: its number, and the engine that puts it before all keys. */
interface Generation {
  readonly number: bigint;
  readonly engine: Engine;
}

/** The generations of one namespace. */
export class Generations {
  readonly #engine: Engine;
  readonly #name: string;
  /** Under which its number is. */
  readonly #key: string;
  readonly #wireKey: string;
  #known: Generation | undefined;
  /** Until when the number counts without a question. */
  #keptUntil = -Infinity;
  #asking: Promise<Generation> | undefined;
  /** How often it was cleared from here: what was asked before tells nothing then. */
  #clears = 0;

  /**
   * @throws {TypeError} If the name cannot be part of a key.
   * @throws {RangeError} If it is too long.
   */
  constructor(engine: Engine, name: string) {
    if (typeof name !== "string" || name === "") {
      throw new TypeError(
        `Cannot use ${
          JSON.stringify(name)
        } as the name of a namespace: it must be a text that is not empty`,
      );
    }
    this.#engine = engine;
    this.#name = name;
    this.#key = `libmc:namespace:${name}`;
    this.#wireKey = engine.keys.one(this.#key);
  }

  /**
   * Carries out a call in the present generation.
   *
   * @param fallback The result if the generation cannot be learned and the call is not strict.
   * @param run Carries it out, and may be called a second time.
   */
  async run<T>(
    options: CallOptions | undefined,
    fallback: () => T,
    run: (engine: Engine) => Promise<T>,
  ): Promise<T> {
    const known = this.#known;
    if (known !== undefined && this.#engine.settings.clock.now() < this.#keptUntil) {
      return await run(known.engine);
    }
    if (known === undefined) {
      const refused = this.#refused(run);
      if (refused !== undefined) await refused;
    }
    const asked = this.#ask();
    // Both go together.
    const early = known && run(known.engine);
    early?.catch(() => {});
    let present: Generation;
    try {
      present = await unlessAborted(asked, options?.signal);
    } catch (error) {
      // What went with the question may have been carried out.
      const failure = early !== undefined && isFailure(error) ? inPart(error) : error;
      if (this.#mustReject(failure, options)) throw failure;
      // Wrong use rejects in any case.
      await early?.catch((error) => {
        if (!isFailure(error)) throw error;
      });
      return fallback();
    }
    return await (early !== undefined && present.number === known?.number
      ? early
      : run(present.engine));
  }

  /**
   * Looks at the arguments of a call before anything is sent: runs it up to where they are valid.
   *
   * @returns `undefined` if they are. Else a promise, which rejects if they are not.
   */
  #refused(run: (engine: Engine) => Promise<unknown>): Promise<unknown> | undefined {
    let areValid = false;
    const keys = this.#keysOf(beginning().initial);
    const checked = run(withKeys(this.#engine, keys, () => {
      areValid = true;
      throw VALID;
    })).catch((error) => {
      if (error !== VALID) throw error;
    });
    return areValid ? undefined : checked;
  }

  /** Begins a new generation. */
  async clear(options: CallOptions | undefined): Promise<boolean> {
    const clears = ++this.#clears;
    // What is called from now on comes after it.
    this.#known = this.#asking = undefined;
    const engine = this.#engine;
    return await engine.call<boolean>(VERBS.clear, options, (call) => {
      engine.began(call, this.#key);
      countFrom(
        engine,
        call,
        this.#counting(1n),
        beginning(),
        call.map((number) => {
          if (number === undefined) return false;
          if (clears === this.#clears) this.#keep(number, engine.settings.clock.now());
          return true;
        }),
      );
    });
  }

  /** Asks for the number, and makes it if there is none. All who ask at the same time share the question. */
  #ask(): Promise<Generation> {
    if (this.#asking !== undefined) return this.#asking;
    const engine = this.#engine;
    const clears = this.#clears;
    const began = engine.settings.clock.now();
    const number = engine.call<bigint | undefined>(VERBS.ask, { strict: true }, (call) => {
      engine.began(call, this.#key);
      const key = this.#wireKey;
      const told = new Told<bigint | undefined>(call, (number) => {
        if (number !== undefined) return call.resolve(number);
        countFrom(engine, call, this.#counting(0n), beginning(), call);
      });
      // A get leaves at once, and in one line with others.
      const { mergeGets } = engine.settings;
      engine.send(call, key, new GetCommand(key, NUMBER, told, GET, mergeGets));
    });
    const asking = number.then((number) => {
      if (clears === this.#clears) return this.#keep(number as bigint, began);
      return this.#generation(number as bigint);
    }).finally(() => {
      if (this.#asking === asking) this.#asking = undefined;
    });
    return this.#asking = asking;
  }

  #counting(delta: bigint): { name: "incr"; key: string; delta: bigint } {
    return { name: "incr", key: this.#wireKey, delta };
  }

  #keep(number: bigint, from: number): Generation {
    this.#keptUntil = from + KEPT;
    if (this.#known?.number !== number) this.#known = this.#generation(number);
    return this.#known as Generation;
  }

  #generation(number: bigint): Generation {
    return { number, engine: withKeys(this.#engine, this.#keysOf(number)) };
  }

  #keysOf(number: bigint): Keys {
    const { prefix, clock } = this.#engine.settings;
    return new Keys(`${prefix}${this.#name}:${number.toString(36)}:`, clock);
  }

  #mustReject(error: unknown, options: CallOptions | undefined): boolean {
    if (!isFailure(error)) return true;
    return (options?.strict ?? this.#engine.strict) || isSetUpMistake(error);
  }
}

/** True for a failure, which is no error of the caller. */
function isFailure(error: unknown): error is MemcachedError {
  return isSound(error, MemcachedError) && !(error instanceof ClosedError);
}

/** A number that none before has reached. The random part tells apart what began in the same millisecond. */
function beginning(): { initial: bigint; exptime: number } {
  const random = Math.floor(Math.random() * A_MILLISECOND);
  return { initial: BigInt(Date.now()) * BigInt(A_MILLISECOND) + BigInt(random), exptime: 0 };
}

/** Waits no longer than until the signal is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!(signal instanceof AbortSignal)) return promise;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}

/** Ends a call whose arguments are looked at. */
const VALID = new Error("The arguments are valid");
const NUMBER: ItemDecoder<bigint> = {
  decode(item) {
    const text = new TextDecoder().decode(item.copyData());
    if (/^[0-9]{1,20}$/.test(text)) return BigInt(text);
    throw new CodecError(
      "Cannot use the namespace as something else is where its number should be",
    );
  },
};
const GET: Retrieval = { name: "get" };

/** In milliseconds. */
const KEPT = 1000;
/** How many numbers a millisecond has. */
const A_MILLISECOND = 1_000_000;

const VERBS = {
  ask: verb("namespace", missing),
  clear: verb("namespace.clear", notDone),
};
