/** One of the callers: calls one method after the other, or as it is told, and looks at every answer. */

import {
  type CallOptions,
  type Client,
  MemcachedError,
  TimeoutError,
  UnsupportedError,
} from "@libmc/libmc";
import { doneOf, hitsOf } from "../../support/answers.ts";
import type { Random } from "../../support/random.ts";
import {
  type Arguments,
  VERB,
  type Verb,
  type VerbName,
  type VerbOptions,
} from "../../support/verbs.ts";
import { bigValue, checkedValue, isCheckedValue } from "./checked_value.ts";
import { OwnCounter } from "./own_counter.ts";
import type { Tally } from "./tally.ts";

/** How many keys all callers share. */
const KEYS = 3000;

/** Calls until it is told to stop. */
export class Caller {
  readonly #client: Client;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #name: string;
  /** The `timeout` of the client, in milliseconds. */
  readonly #timeout: number;
  readonly #tail: string;
  #counter = OwnCounter.next();
  #bigs = 0;

  /** @param tail Stands behind every key that all callers share. */
  constructor(
    client: Client,
    random: Random,
    tally: Tally,
    name: string,
    timeout: number,
    tail = "",
  ) {
    this.#client = client;
    this.#random = random;
    this.#tally = tally;
    this.#name = name;
    this.#timeout = timeout;
    this.#tail = tail;
  }

  /** Calls one after the other. Resolves once the signal is aborted and the last call has settled. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.call();
  }

  /** Makes a call, which may be one of several at a time, and looks at its answer. */
  async call(): Promise<void> {
    const tally = this.#tally;
    const random = this.#random;
    const strict = random.below(4) === 0;
    const given = random.below(40) === 0 ? AbortSignal.timeout(random.below(30)) : undefined;
    const options: CallOptions = given === undefined ? { strict } : { strict, signal: given };
    const began = performance.now();
    const start = tally.now();
    tally.unsettled++;
    const method = random.pick(METHODS);
    try {
      await this.#call(method, options);
    } catch (error) {
      if (isOfWholeCall(error) && performance.now() - began < 0.9 * this.#timeout) {
        tally.addWrong(
          "callers",
          `${method} had ${Math.round(performance.now() - began)} ms: ${error}`,
        );
      } else if (given?.aborted && error === given.reason) tally.aborted++;
      else if (strict && error instanceof MemcachedError) tally.rejected++;
      // A server whose connections end time and again behind the question for it looks like a proxy without meta commands.
      else if (error instanceof UnsupportedError && isInSteps(method)) tally.rejected++;
      else tally.addWrong("callers", `${method} rejected with ${Deno.inspect(error)}`);
    }
    tally.tookSince(start);
    tally.unsettled--;
    tally.operations++;
  }

  async #call(method: Method, options: CallOptions): Promise<void> {
    if (method === "big") return await this.#storeBig(options);
    if (method === "incr") return await this.#count(options);
    if (isInSteps(method)) return await this.#inSteps(method, options);
    const verb = VERB[method];
    const keys = verb.isMulti ? this.#keys() : [this.#key()];
    const given = { key: keys[0], keys, exptime: 3600, ...this.#stored(verb, keys) };
    if (method !== "cas") return await this.#judge(verb, options, given);
    const cas = await this.#seen(keys[0], options);
    if (cas !== undefined) await this.#judge(verb, options, { ...given, cas });
  }

  /** The cas of an item that is there. */
  async #seen(key: string, options: CallOptions): Promise<bigint | undefined> {
    const found = await this.#client.gets(key, options);
    this.#look(key, found?.value);
    return found?.cas;
  }

  /** What is stored by a verb that stores. */
  #stored({ kind }: Verb, keys: readonly string[]): Partial<Arguments> {
    if (kind !== "storage") return {};
    const items = keys.map((key): [string, string] => [key, checkedValue(this.#random, key)]);
    return { value: items[0][1], items };
  }

  /** Calls a verb and looks at its answer. */
  async #judge(verb: Verb, options: VerbOptions, given: Given): Promise<void> {
    const keys = verb.isMulti ? given.keys : [given.key];
    const answer = await verb.call(this.#client, options, given);
    const wrong = () =>
      this.#tally.addWrong("callers", `${verb.name} gave ${Deno.inspect(answer)}`);
    if (verb.kind === "retrieval") {
      const hits = hitsOf(verb, answer, keys);
      if (hits === undefined) return wrong();
      for (const [key, value] of hits) this.#look(key, value);
      this.#tally.misses += keys.length - hits.size;
    } else if (verb.name === "version") {
      const versions = Array.from((answer as Map<string, string>).values());
      if (!versions.every((version) => /^\d+\.\d+\.\d+/.test(version))) wrong();
    } else if (doneOf(verb, answer, keys) === undefined) {
      wrong();
    }
  }

  /** Raises its counter, which nobody else does. */
  async #count(options: CallOptions): Promise<void> {
    const counter = this.#counter;
    counter.raise();
    const value = await this.#client.incr(counter.key, 1, options);
    if (value !== undefined) {
      if (!counter.canBe(value)) this.#tally.addWrong("callers", `${counter} is ${value}`);
    } else if (this.#counter === counter) {
      // Lost with its server, or not there so far, or not to be reached: a new one is begun.
      const next = this.#counter = OwnCounter.next();
      await this.#client.add(next.key, next.base, { exptime: 600 });
    }
  }

  /** Stores a value that is split under a new key, and reads it back. */
  async #storeBig(options: CallOptions): Promise<void> {
    const key = `big:${this.#name}:${this.#bigs++}`;
    const value = bigValue(this.#random, key);
    const given = { key, keys: [key], value };
    await this.#judge(VERB.set, { ...options, exptime: 60 }, given);
    this.#look(key, await this.#client.get(key, options));
    await this.#client.delete(key);
  }

  /** Calls what loads or changes a value, or gives it in another form. */
  async #inSteps(method: keyof typeof IN_STEPS, options: CallOptions): Promise<void> {
    const key = this.#key();
    const value = checkedValue(this.#random, key);
    this.#look(key, await IN_STEPS[method](this.#client, key, value, options));
  }

  #look(key: string, value: unknown): void {
    if (value === undefined) this.#tally.misses++;
    else if (isCheckedValue(key, value)) this.#tally.hits++;
    else this.#tally.addWrong("callers", `${key} gave ${Deno.inspect(value).slice(0, 200)}`);
  }

  #key(): string {
    return `key:${this.#random.below(KEYS)}${this.#tail}`;
  }

  #keys(): string[] {
    return Array.from(
      new Set(Array.from({ length: 1 + this.#random.below(40) }, () => this.#key())),
    );
  }
}

/** True for what a call fails with whose `timeout` is over, not the patience with a server. */
function isOfWholeCall(error: unknown): boolean {
  return error instanceof TimeoutError && error.message.includes("whole call");
}

type StepCall = (
  client: Client,
  key: string,
  value: string,
  options: CallOptions,
) => Promise<unknown>;

/** Calls that give a value of a key: this one, or one that was there. */
const IN_STEPS = {
  getOrSet: (client, key, value, options) =>
    client.getOrSet(key, () => value, { ttl: 3600, lease: 2, waitTimeout: 200, ...options }),
  update: (client, key, value, options) =>
    client.update(key, () => value, { exptime: 3600, ...options }),
  "meta.get": async ({ meta }, key, _, options) => (await meta.get(key, options))?.value,
  "meta.set": async ({ meta }, key, value, options) => {
    await meta.set(key, value, { exptime: 3600, ...options });
  },
} satisfies Readonly<Record<string, StepCall>>;

function isInSteps(method: Method): method is keyof typeof IN_STEPS {
  return Object.hasOwn(IN_STEPS, method);
}

/** The arguments of a call. */
type Given = Partial<Arguments> & Pick<Arguments, "key" | "keys">;
type Method = keyof typeof SHARES;
type MethodName = VerbName | "big" | keyof typeof IN_STEPS;

/** How often each is called; `big` is a set of a value that is split, and a get. */
const SHARES = {
  big: 1,
  get: 90,
  gets: 3,
  gat: 2,
  getMulti: 30,
  getList: 3,
  set: 50,
  add: 3,
  replace: 2,
  cas: 4,
  setMulti: 3,
  delete: 3,
  touch: 2,
  incr: 40,
  version: 1,
  getOrSet: 15,
  update: 4,
  "meta.get": 8,
  "meta.set": 4,
} satisfies Partial<Record<MethodName, number>>;
const METHODS = Object.entries(SHARES).flatMap(([name, share]) =>
  new Array<Method>(share).fill(name as Method)
);
