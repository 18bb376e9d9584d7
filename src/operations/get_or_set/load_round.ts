/**
 * One load for the keys of a call that are to be loaded at the same time. Each of them is loaded by a flight of its own,
 * which knows nothing of the others; a round gathers them, and gives each its part of what came.
 */

import { isA } from "../../thrown.ts";
import { checkPair, entriesOf } from "../items.ts";
import { callLoader } from "./loading.ts";
import type { LoadContext, LoadMany } from "./options.ts";

/** A key whose flight waits for its value. */
interface Asked<T> {
  readonly context: LoadContext<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** Calls a loader of many with the keys that were asked for at the same time. */
export class LoadRounds<T> {
  readonly #loadMany: LoadMany<T>;
  #asked: Asked<T>[] = [];

  constructor(loadMany: LoadMany<T>) {
    this.#loadMany = loadMany;
  }

  /** Loads one key, with all others that are asked for now. */
  readonly load = (context: LoadContext<T>): Promise<T> => {
    return new Promise((resolve, reject) => {
      this.#asked.push({ context, resolve, reject });
      if (this.#asked.length === 1) void this.#run();
    });
  };

  async #run(): Promise<void> {
    // Some flights have to look at a value first, or for a place among the loads.
    for (let i = 0; i < STEPS; i++) await undefined;
    const asked = this.#asked.filter(({ context }) => !context.signal.aborted);
    this.#asked = [];
    if (asked.length === 0) return;
    try {
      const keys = asked.map(({ context }) => context.key);
      const signals = asked.map(({ context }) => context.signal);
      const loaded = valuesOf<T>(
        await callLoader(signals, () => this.#loadMany(keys, contextOf(asked))),
      );
      for (const { context, resolve, reject } of asked) {
        const value = loaded.get(context.key);
        if (isA(value, Error)) reject(value);
        else resolve(value as T);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

/** Makes what the loader is told of all keys. Its signal is aborted when nobody waits for any of them. */
function contextOf<T>(asked: readonly Asked<T>[]) {
  const controller = new AbortController();
  const stale = new Map<string, T>();
  let left = asked.length;
  for (const { context } of asked) {
    const { key, signal } = context;
    if (context.stale !== undefined) stale.set(key, context.stale);
    signal.addEventListener("abort", () => {
      if (--left === 0) controller.abort(signal.reason);
    });
  }
  const background = asked.every(({ context }) => context.background);
  return { signal: controller.signal, stale, background };
}

/** @throws {TypeError} If what was loaded are no pairs of key and value. */
function valuesOf<T>(loaded: Awaited<ReturnType<LoadMany<T>>>): Map<string, T | Error> {
  if (isA(loaded, Map)) return loaded as Map<string, T | Error>;
  const pairs = Array.from(entriesOf(loaded));
  pairs.forEach(checkPair);
  return new Map(pairs) as Map<string, T | Error>;
}

/** Turns of microtasks. */
const STEPS = 10;
