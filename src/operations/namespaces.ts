/**
 * The keys of a namespace carry its generation, a number that memcached has. To clear the namespace is to count that
 * number up: nobody asks for the keys of an older generation any more, and they go as they are not read.
 *
 * The number begins with the time, so that one that was evicted never comes back: a thousand clears in each millisecond
 * would not outrun the clock. It is kept for a second. After that a call asks for it in the same trip in which it does
 * what it is to do by the number that it knows, and does so again only if the number has changed. A call that must not be
 * made twice waits for the answer, and those behind it wait as well, so that none overtakes it.
 */

import { GetCommand, type Retrieval } from "../commands/get.ts";
import type { ItemDecoder } from "../commands/item_decoder.ts";
import { Call } from "../engine/call.ts";
import { CALL_OPTIONS, type CallOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { keysFor } from "../engine/hashed_keys.ts";
import type { Keys } from "../engine/keys.ts";
import { ownerOfSteps } from "../engine/step.ts";
import { missing, notDone, verb } from "../engine/verb.ts";
import { failing, refusedBy, withKeys } from "../engine/view.ts";
import { inPart, unsent } from "../error_copy.ts";
import { CodecError, ConnectionError, MemcachedError } from "../errors.ts";
import { isSound, textOf } from "../thrown.ts";
import { countFrom } from "./counters.ts";
import { Told } from "./told.ts";

/** One generation: its number, and the engine that puts it before all keys. */
interface Generation {
  readonly number: bigint;
  readonly engine: Engine;
}

type Asked = bigint | undefined;

/** The number that was asked for, or why nobody has it. */
type Answer = Generation | MemcachedError;

/** A question for the number, and what waits for its answer, in order. */
interface Question {
  readonly waiting: ((answer: Answer) => void)[];
  /** True if a call has not been sent because of it. */
  holdsCalls: boolean;
}

/** Carries out a call on an engine. */
export type Perform<T> = (engine: Engine) => Promise<T>;

/** How a call is carried out. */
export interface How {
  /** That of the call, for its wait. */
  readonly signal: AbortSignal | undefined;
  /** True if it must not be carried out a second time. */
  readonly isOnce: boolean;
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
  #question: Question | undefined;
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
    // A name that leaves no room for keys is refused here.
    this.#keysOf(beginning().initial);
  }

  /**
   * Carries out a call in the present generation. If the number cannot be learned, the call fails in its own way.
   *
   * @param perform May be called a second time, unless the call is to be carried out once.
   */
  run<T>(perform: Perform<T>, how: How): Promise<T> {
    // It rejects, as all calls do then.
    if (this.#engine.isClosing) return perform(this.#engine);
    const known = this.#known;
    const isKept = known !== undefined && this.#engine.settings.clock.now() < this.#keptUntil;
    if (isKept) return perform(known.engine);
    perform = this.#engine.keepContext(perform);
    if (known !== undefined && !how.isOnce && this.#question?.holdsCalls !== true) {
      return this.#runWithQuestion(perform, known);
    }
    // Wrong use is refused before anything is sent.
    const refused = refusedBy(this.#engine, this.#keysOf(beginning().initial), perform);
    if (refused === undefined) return this.#runAfterAnswer(perform, how.signal);
    return refused.then(() => this.#runAfterAnswer(perform, how.signal));
  }

  /** Carries out a call by the number that is known, and asks for that in the same trip. */
  #runWithQuestion<T>(perform: Perform<T>, known: Generation): Promise<T> {
    const question = this.#ask();
    const early = perform(known.engine);
    return new Promise((resolve, reject) => {
      // Wrong use and an abort need no answer.
      early.catch((error) => isSound(error, MemcachedError) || reject(error));
      question.waiting.push((answer) => {
        const isSame = !isError(answer) && answer.number === known.number;
        // What went with the question may have been carried out.
        const last = isSame ? early : perform(this.#engineOf(answer, inPart));
        last.then(resolve, reject);
      });
    });
  }

  /** Carries out a call when the number is known. */
  #runAfterAnswer<T>(perform: Perform<T>, signal: AbortSignal | undefined): Promise<T> {
    const question = this.#ask();
    const { maxPending } = this.#engine.settings;
    if (question.waiting.length >= maxPending) {
      return perform(this.#engineOf(this.#fullError(maxPending), unsent));
    }
    question.holdsCalls = true;
    return new Promise((resolve, reject) => {
      let isAborted = false;
      const giveUp = () => {
        isAborted = true;
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      question.waiting.push((answer) => {
        signal?.removeEventListener("abort", giveUp);
        if (!isAborted) perform(this.#engineOf(answer, unsent)).then(resolve, reject);
      });
    });
  }

  /** Begins a new generation. */
  async clear(options: CallOptions | undefined): Promise<boolean> {
    const clears = ++this.#clears;
    // What is called from now on comes after it.
    this.#known = this.#question = undefined;
    const engine = this.#engine;
    return await engine.call<boolean>(VERBS.clear, options, (call) => {
      engine.began(call, this.#key, this.#wireKey, this.#wireKey);
      this.#dropNear();
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
  #ask(): Question {
    if (this.#question !== undefined) return this.#question;
    const question: Question = this.#question = { waiting: [], holdsCalls: false };
    const { clock } = this.#engine.settings;
    const clears = this.#clears;
    const began = clock.now();
    const end = (answer: Answer) => {
      if (this.#question === question) this.#question = undefined;
      this.#engine.resume(() => question.waiting.forEach((goOn) => goOn(answer)));
    };
    // Closing waits for the calls that wait for the number.
    this.#engine.holdOpen(
      this.#number().then((number) => {
        end(clears === this.#clears ? this.#keep(number, began) : this.#generation(number));
      }, (reason) => end(isSound(reason, MemcachedError) ? reason : unasked(reason))),
    );
    return question;
  }

  /** Each call that waits for it tells of its failure, so that this one does not. */
  async #number(): Promise<bigint> {
    const engine = this.#engine;
    const clears = this.#clears;
    const owner = ownerOfSteps(engine, undefined);
    const asking = new Call<Asked>(owner, VERBS.ask, undefined);
    const number = await engine.start<Asked, Call<Asked>>(asking, (call) => {
      engine.began(call, this.#key, this.#wireKey);
      const key = this.#wireKey;
      const told = new Told<Asked>(call, (number) => {
        if (number === SOMETHING_ELSE) return call.reject(this.#somethingElse());
        if (number !== undefined) return call.resolve(number);
        // What was called before a clear must not come after it: it has a generation for itself.
        if (clears !== this.#clears) return call.resolve(beginning().initial);
        countFrom(engine, call, this.#counting(0n), beginning(), call);
      });
      // A get leaves at once, and in one line with others.
      const { mergeGets } = engine.settings;
      engine.send(call, key, new GetCommand(key, NUMBER, told, GET, mergeGets));
    });
    return number as bigint;
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
    return this.#keysUnder(`${number.toString(36)}:`);
  }

  #keysUnder(start: string): Keys {
    const { settings } = this.#engine;
    return keysFor(settings, `${settings.prefix}${this.#name}:${start}`);
  }

  /** Nobody asks for the values of older generations any more. */
  #dropNear(): void {
    const keys = this.#keysUnder("");
    this.#engine.near?.dropAll((key) => keys.ownOf(key) !== undefined);
  }

  /** @param change Says in an error what the call that did not get the number has sent. */
  #engineOf(answer: Answer, change: (error: MemcachedError) => MemcachedError): Engine {
    if (!isError(answer)) return answer.engine;
    return failing(this.#engine, this.#keysOf(NO_NUMBER), change(answer));
  }

  #somethingElse(): CodecError {
    return new CodecError(
      "Cannot use the namespace as something else is where its number should be",
      { command: "get", server: this.#engine.serverOf(this.#wireKey), sent: "maybe" },
    );
  }

  #fullError(most: number): ConnectionError {
    return new ConnectionError(
      `Cannot wait for the number of the namespace as the calls that do must be <= ${most}`,
      { server: this.#engine.serverOf(this.#wireKey), reason: "busy" },
    );
  }
}

/** The namespaces of one client that are in use. Views of one name share what they know: each sees the others' clears. */
export class NamespacesInUse {
  readonly #byName = new Map<string, WeakRef<Generations>>();
  /** Forgets a name when nobody has a view of it any more. */
  readonly #left = new FinalizationRegistry<string>((name) => {
    if (this.#byName.get(name)?.deref() === undefined) this.#byName.delete(name);
  });

  /**
   * @throws {TypeError} If the name cannot be part of a key.
   * @throws {RangeError} If it is too long.
   */
  generationsOf(engine: Engine, name: string): Generations {
    const known = this.#byName.get(name)?.deref();
    if (known !== undefined) return known;
    const generations = new Generations(engine, name);
    this.#byName.set(name, new WeakRef(generations));
    this.#left.register(generations, name);
    return generations;
  }
}

/** A distribution of the user's throws what it likes. */
function unasked(cause: unknown): MemcachedError {
  const message = `Cannot ask for the number of the namespace: ${textOf(cause)}`;
  return new MemcachedError(message, { cause });
}

function isError(answer: Answer): answer is MemcachedError {
  return !("number" in answer);
}

/** A number that none before has reached. The random part tells apart what began in the same millisecond. */
function beginning(): { initial: bigint; exptime: number } {
  const random = Math.floor(Math.random() * A_MILLISECOND);
  return { initial: BigInt(Date.now()) * BigInt(A_MILLISECOND) + BigInt(random), exptime: 0 };
}

/** Gives the number, or {@linkcode SOMETHING_ELSE}. */
const NUMBER: ItemDecoder<bigint> = {
  decode(item) {
    const text = new TextDecoder().decode(item.copyData());
    return /^[0-9]{1,20}$/.test(text) ? BigInt(text) : SOMETHING_ELSE;
  },
};
const SOMETHING_ELSE = -1n;
const GET: Retrieval = { name: "get" };

/** Of no generation: the first one begins with the time. */
const NO_NUMBER = 0n;
/** In milliseconds. */
const KEPT = 1000;
/** How many numbers a millisecond has. */
const A_MILLISECOND = 1_000_000;

const VERBS = {
  ask: verb("namespace", missing),
  clear: verb("namespace.clear", notDone, CALL_OPTIONS),
};
