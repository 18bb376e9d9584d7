/** One of the callers: calls one method after the other, and looks at every answer. */

import { type CallOptions, type Client, MemcachedError } from "@libmc/libmc";
import type { Random } from "../../support/random.ts";
import { bigValue, checkedValue, isCheckedValue } from "./checked_value.ts";
import type { Tally } from "./tally.ts";

/** How many keys all callers share. */
const KEYS = 3000;

/** Calls until it is told to stop. */
export class Caller {
  readonly #client: Client;
  readonly #random: Random;
  readonly #tally: Tally;
  /** A counter of its own, and how many calls may have raised it. */
  readonly #name: string;
  #counter = 0;
  #raised = 0;
  #bigs = 0;

  constructor(client: Client, random: Random, tally: Tally, name: string) {
    this.#client = client;
    this.#random = random;
    this.#tally = tally;
    this.#name = name;
  }

  /** Resolves once the signal is aborted and the last call has settled. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.#once();
  }

  async #once(): Promise<void> {
    const tally = this.#tally;
    const random = this.#random;
    const strict = random.below(4) === 0;
    const given = random.below(40) === 0 ? AbortSignal.timeout(random.below(30)) : undefined;
    const options: CallOptions = given === undefined ? { strict } : { strict, signal: given };
    const began = performance.now();
    tally.unsettled++;
    const method = random.pick(METHODS);
    try {
      await this.#call(method, options);
    } catch (error) {
      if (given?.aborted && error === given.reason) tally.aborted++;
      else if (strict && error instanceof MemcachedError) tally.rejected++;
      else tally.addWrong(`${method} rejected with ${Deno.inspect(error)}`);
    }
    tally.slowest = Math.max(tally.slowest, performance.now() - began);
    tally.unsettled--;
    tally.operations++;
  }

  async #call(method: Method, options: CallOptions): Promise<void> {
    const client = this.#client;
    const key = this.#key();
    switch (method) {
      case "get":
        return this.#look(key, await client.get(key, options));
      case "gat":
        return this.#look(key, await client.gat(key, 3600, options));
      case "gets":
      case "cas": {
        const found = await client.gets(key, options);
        this.#look(key, found?.value);
        if (method === "gets" || found === undefined) return;
        const value = checkedValue(this.#random, key);
        return this.#verdict(method, await client.cas(key, value, found.cas, options));
      }
      case "set":
      case "add":
      case "replace": {
        const value = checkedValue(this.#random, key);
        return this.#verdict(method, await client[method](key, value, options));
      }
      case "delete":
        return this.#verdict(method, await client.delete(key, options));
      case "touch":
        return this.#verdict(method, await client.touch(key, 3600, options));
      case "incr":
        return await this.#count(options);
      case "getMulti": {
        const keys = this.#keys();
        const found = await client.getMulti(keys, options);
        for (const [key, value] of found) {
          if (!keys.includes(key)) {
            this.#tally.addWrong(`getMulti gave ${key}, which was not asked`);
          }
          this.#look(key, value);
        }
        this.#tally.misses += keys.length - found.size;
        return;
      }
      case "getList": {
        const keys = this.#keys();
        const values = await client.getList(keys, options);
        for (const [i, value] of values.entries()) this.#look(keys[i], value);
        return;
      }
      case "setMulti": {
        const keys = this.#keys();
        const items = keys.map((key): [string, string] => [key, checkedValue(this.#random, key)]);
        const { ok, failed } = await client.setMulti(items, options);
        if (ok !== (failed.length === 0) || !failed.every((key) => keys.includes(key))) {
          this.#tally.addWrong(`setMulti gave ${ok} and ${failed}`);
        }
        return;
      }
      case "big":
        return await this.#storeBig(options);
      case "version":
        for (const version of (await client.version(options)).values()) {
          if (!/^\d+\.\d+\.\d+/.test(version)) this.#tally.addWrong(`version gave ${version}`);
        }
    }
  }

  /** Raises its counter, which nobody else does: it can never be higher than the calls that may have raised it. */
  async #count(options: CallOptions): Promise<void> {
    const key = `counter:${this.#name}:${this.#counter}`;
    this.#raised++;
    const value = await this.#client.incr(key, 1, options);
    if (value === undefined) {
      // Lost with its server, or not there so far, or not to be reached: a new one is begun.
      this.#counter++;
      this.#raised = 0;
      await this.#client.add(`counter:${this.#name}:${this.#counter}`, 0, { exptime: 600 });
    } else if (!Number.isInteger(value) || value < 1 || value > this.#raised) {
      this.#tally.addWrong(`${key} is ${value} after ${this.#raised} calls`);
    }
  }

  /**
   * Stores a value that is split, and reads it back. Its key is new: chunks of two values for one key can mix when they
   * are stored at the same time, or one only in part, as nothing in a chunk says which value it belongs to.
   */
  async #storeBig(options: CallOptions): Promise<void> {
    const key = `big:${this.#name}:${this.#bigs++}`;
    const value = bigValue(this.#random, key);
    this.#verdict("big", await this.#client.set(key, value, { ...options, exptime: 60 }));
    this.#look(key, await this.#client.get(key, options));
    await this.#client.delete(key);
  }

  #look(key: string, value: unknown): void {
    if (value === undefined) this.#tally.misses++;
    else if (isCheckedValue(key, value)) this.#tally.hits++;
    else this.#tally.addWrong(`${key} gave ${Deno.inspect(value).slice(0, 200)}`);
  }

  #verdict(method: Method, answer: unknown): void {
    if (typeof answer !== "boolean") this.#tally.addWrong(`${method} gave ${Deno.inspect(answer)}`);
  }

  #key(): string {
    return `key:${this.#random.below(KEYS)}`;
  }

  #keys(): string[] {
    return Array.from(
      new Set(Array.from({ length: 1 + this.#random.below(40) }, () => this.#key())),
    );
  }
}

type Method = keyof typeof SHARES;

/** How often each method is called. */
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
};
const METHODS = Object.entries(SHARES).flatMap(([name, share]) =>
  new Array<Method>(share).fill(name as Method)
);
