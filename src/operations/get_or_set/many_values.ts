/**
 * One call of `getOrSetMulti()`. Each key is a flight, as in `getOrSet()`, that other calls of the process may join. What
 * the flights of one call do together: their items are read in one pipeline a server, and what this process won is loaded
 * at once.
 */

import type { Call } from "../../engine/call.ts";
import { LoadError, type MemcachedError, MultiError } from "../../errors.ts";
import { isA, textOf } from "../../thrown.ts";
import type { Found } from "./claims.ts";
import { Flight, type FlightContext } from "./flight.ts";
import type { LoadRounds } from "./load_round.ts";
import type { Plan } from "./options.ts";
import { SharedPlace } from "./shared_place.ts";
import type { Caller, Joinable } from "./wanted.ts";

type CallEnd = Parameters<NonNullable<Caller<unknown>["onSettled"]>>[0];

/** The flights of a client. */
export interface Flights {
  /** Gives the one that can be joined. */
  joinable(wireKey: string): Joinable<unknown> | undefined;
  /** Makes one that can be joined. */
  add<T>(flight: (onClosed: () => void) => Flight<T>): Flight<T>;
  over(flight: Flight<unknown>): void;
}

/** The values of many keys, on their way to one call. */
export class ManyValues<T> {
  readonly #call: Call<Map<string, T>>;
  readonly #context: FlightContext;
  readonly #flights: Flights;
  readonly #rounds: LoadRounds<T>;
  readonly #plan: Plan<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #callers: KeyCaller<T>[] = [];
  readonly #over = Promise.withResolvers<void>();
  readonly #told = new Set<string>();
  readonly #failures: MemcachedError[] = [];
  #left = 0;

  constructor(
    call: Call<Map<string, T>>,
    context: FlightContext,
    flights: Flights,
    { rounds, plan, signal }: {
      rounds: LoadRounds<T>;
      plan: Plan<T>;
      signal: AbortSignal | undefined;
    },
  ) {
    this.#call = call;
    this.#flights = flights;
    this.#rounds = rounds;
    this.#signal = signal;
    this.#context = {
      ...context,
      gate: new SharedPlace(context.gate),
      failed: (error, isSeen) => {
        if (this.#isNew(error)) context.engine.failed(error, call.verb.name, isSeen);
      },
    };
    const { waitUntil } = plan;
    let isOffered = false;
    const offer = () => {
      if (isOffered) return;
      isOffered = true;
      waitUntil?.(this.#over.promise);
    };
    this.#plan = { ...plan, waitUntil: waitUntil && offer };
  }

  /** Resolves when nothing is left to be done. It never rejects. */
  async run(keys: readonly string[], wireKeys: readonly string[]): Promise<void> {
    this.#left = keys.length;
    if (keys.length === 0) this.#call.resolve(new Map());
    const { onSettled } = this.#call;
    this.#call.onSettled = (end) => {
      onSettled?.(end);
      for (const caller of this.#callers) caller.abandon(end);
    };
    const rest: Promise<void>[] = [];
    for (let start = 0; start < keys.length && !this.#call.settled; start += SLICE_KEYS) {
      const end = Math.min(start + SLICE_KEYS, keys.length);
      const own: Flight<T>[] = [];
      for (let i = start; i < end; i++) {
        const flight = this.#join(keys[i], wireKeys[i]);
        if (flight !== undefined) own.push(flight);
      }
      const found = own.length === 0 ? [] : await this.#find(own);
      for (let i = 0; i < own.length; i++) {
        const flight = own[i];
        const first = found[i];
        const isFound = first !== undefined && !isA(first, Error);
        if (isFound && flight.answerAtOnce(first)) this.#flights.over(flight as Flight<unknown>);
        else {
          const ended = () => this.#flights.over(flight as Flight<unknown>);
          rest.push(flight.start(first).then(ended));
        }
      }
    }
    await Promise.all(rest);
    this.#over.resolve();
  }

  /** Waits for the value of one key. Gives the flight if this call has to begin it. */
  #join(key: string, wireKey: string): Flight<T> | undefined {
    const caller = new KeyCaller<T>(this, key, this.#call.strict);
    this.#callers.push(caller);
    const waiting = { call: caller, signal: this.#signal };
    const joinable = this.#flights.joinable(wireKey) as Joinable<T> | undefined;
    if (joinable !== undefined) {
      joinable.join(waiting);
      return undefined;
    }
    const wanted = { key, wireKey, load: this.#rounds.load, plan: this.#plan };
    const flight = this.#flights.add((onClosed) => new Flight<T>(this.#context, wanted, onClosed));
    // Until it starts, it ends with the whole.
    flight.done = this.#over.promise;
    flight.join(waiting);
    return flight;
  }

  /** Reads the items of flights, as far as that can be done for many at once. */
  async #find(
    flights: readonly Flight<T>[],
  ): Promise<readonly (Found<T> | MemcachedError | undefined)[]> {
    const { claims } = this.#context;
    if (this.#plan.forceFresh || claims.findMany === undefined) return [];
    try {
      return await claims.findMany(flights.map(({ wireKey }) => wireKey), this.#plan);
    } catch {
      // Each key finds out for itself.
      return [];
    }
  }

  /** Called when a key is over. */
  ended(failure?: MemcachedError): void {
    if (failure !== undefined && this.#isNew(failure)) this.#failures.push(failure);
    if (--this.#left === 0) this.#finish();
  }

  #finish(): void {
    const call = this.#call;
    const values = new Map<string, T>();
    const errors: MemcachedError[] = [];
    for (const { key, value, error } of this.#callers) {
      if (value !== undefined) values.set(key, value);
      if (error !== undefined) errors.push(error);
    }
    const failures = this.#failures;
    if (errors.length === 0) {
      if (failures.length === 0) return call.resolve(values);
      return call.settleInPart(values, failures, () => whole(failures, values));
    }
    for (const failure of failures) this.#context.engine.failed(failure, call.verb.name, true);
    call.rejectMisuse(whole([...errors, ...failures], values));
  }

  /** True for a failure that was not told before, or noted. One server may fail many keys. */
  #isNew({ name, server, message }: MemcachedError): boolean {
    const text = `${name} ${server} ${message}`;
    if (this.#told.has(text)) return false;
    this.#told.add(text);
    return true;
  }
}

/** One key of the call. */
class KeyCaller<T> implements Caller<T> {
  readonly key: string;
  readonly strict: boolean;
  settled = false;
  onSettled: ((end: CallEnd) => void) | undefined;
  value: T | undefined;
  error: LoadError | undefined;
  readonly #values: ManyValues<T>;

  constructor(values: ManyValues<T>, key: string, strict: boolean) {
    this.#values = values;
    this.key = key;
    this.strict = strict;
  }

  resolve(value: T): void {
    if (this.settled) return;
    this.value = value;
    this.abandon({ value, error: undefined });
    this.#values.ended();
  }

  reject(error: MemcachedError): void {
    if (this.settled) return;
    this.abandon({ value: undefined, error });
    this.#values.ended(error);
  }

  rejectMisuse(cause: unknown): void {
    if (this.settled) return;
    const message = `Cannot load ${JSON.stringify(this.key)}: ${textOf(cause)}`;
    this.error = new LoadError(message, { command: "getOrSetMulti", key: this.key, cause });
    this.abandon({ value: undefined, error: cause });
    this.#values.ended();
  }

  /** Waits no longer. */
  abandon(end: CallEnd): void {
    if (this.settled) return;
    this.settled = true;
    this.onSettled?.(end);
  }
}

function whole<T>(errors: readonly MemcachedError[], partial: Map<string, T>): MultiError {
  const [{ message, server }] = errors;
  return new MultiError(
    `Cannot getOrSet all as ${errors.length} of them failed: ${message}`,
    { partial, errors, command: "getOrSetMulti", server, cause: causeOf(errors[0]) },
  );
}

/** The loader's own error says most. */
function causeOf(error: MemcachedError): unknown {
  return error instanceof LoadError ? error.cause : error;
}

/** As for other retrievals: see `item_fan_out.ts`. */
const SLICE_KEYS = 16_384;
