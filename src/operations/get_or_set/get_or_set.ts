/** `getOrSet()`: a value from memcached or from a loader, with one load for all who ask at the same time. */

import { checkKeys } from "../../checks/arguments.ts";
import { aFunction } from "../../checks/check.ts";
import { knowsPlaceholders } from "../../codec/placeholder.ts";
import { Call } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { missing, verb } from "../../engine/verb.ts";
import { failureOf } from "../../engine/view.ts";
import { ClosedError } from "../../errors.ts";
import { BoundedMap } from "./bounded_map.ts";
import { ChosenClaims } from "./chosen.ts";
import { noClaims } from "./claims.ts";
import { Flight, type FlightContext } from "./flight.ts";
import { LoadGate } from "./load_gate.ts";
import { LoadRounds } from "./load_round.ts";
import { type Flights, ManyValues } from "./many_values.ts";
import {
  GET_OR_SET_OPTIONS,
  type GetOrSetOptions,
  type Load,
  type LoadMany,
  type Plan,
  planOf,
} from "./options.ts";
import type { StandardSchema } from "./schema.ts";

type Joinable = Map<string, Flight<unknown>>;
type Options<T> = GetOrSetOptions<T> & { schema?: StandardSchema };

/** The flights that can be joined, by wire key. */
class JoinableFlights {
  readonly #reading: Joinable = new Map();
  /** Who wants a fresh value does not join those who read. */
  readonly #forced: Joinable = new Map();
  /** Who has a schema joins only those whose value passes the same one. */
  readonly #ofSchemas = new WeakMap<StandardSchema, JoinableFlights>();

  /** Gives those of calls with the same wishes. */
  with({ schema, forceFresh }: Pick<Plan<never>, "schema" | "forceFresh">): Joinable {
    if (schema === undefined) return forceFresh ? this.#forced : this.#reading;
    let flights = this.#ofSchemas.get(schema);
    if (flights === undefined) this.#ofSchemas.set(schema, flights = new JoinableFlights());
    return flights.with({ schema: undefined, forceFresh });
  }
}

/** The values on their way to the callers of one client. */
export class Loads {
  readonly #engine: Engine;
  readonly #context: FlightContext;
  /** Those that can be joined. */
  readonly #joinable = new JoinableFlights();
  /** Those that are not over. */
  readonly #open = new Set<Flight<unknown>>();

  constructor(engine: Engine) {
    this.#engine = engine;
    const { clock, maxLoads } = engine.settings;
    this.#context = {
      engine,
      claims: new ChosenClaims(engine),
      gate: new LoadGate(maxLoads, clock),
      errors: new BoundedMap(MOST_ERRORS),
      refreshing: new Set(),
      failed: (error, isSeen) => engine.failed(error, VERB.name, isSeen),
    };
  }

  /** @param engine A view of the client's engine, for its keys. */
  getOrSet<T>(
    engine: Engine,
    key: string,
    load: Load<T>,
    options: Options<T>,
  ): Promise<T> {
    return engine.call<T>(VERB, options, (call) => {
      const wireKey = engine.keys.one(key);
      aFunction("load", load);
      const plan = planOf(options);
      engine.began(call, key);
      const flights = this.#flights(plan);
      const waiting = { call, signal: options.signal };
      const joined = flights.joinable(wireKey) as Flight<T> | undefined;
      if (joined !== undefined) return joined.join(waiting);
      const flight = flights.add((onClosed) =>
        new Flight<T>(this.#contextOf(engine), { key, wireKey, load, plan }, onClosed)
      );
      flight.join(waiting);
      this.#hold(() => flight.start().then(() => flights.over(flight as Flight<unknown>)));
    });
  }

  /** @param engine As of `getOrSet()`. */
  getOrSetMulti<T>(
    engine: Engine,
    keys: Iterable<string>,
    loadMany: LoadMany<T>,
    options: Options<T>,
  ): Promise<Map<string, T>> {
    return engine.call<Map<string, T>>(MULTI_VERB, options, (call) => {
      const asked = Array.from(new Set(checkKeys(keys)));
      aFunction("loadMany", loadMany);
      const plan = planOf(options);
      const rounds = new LoadRounds<T>(loadMany);
      const { signal } = options;
      const flights = this.#flights(plan);
      const many = new ManyValues<T>(call, this.#contextOf(engine), flights, {
        rounds,
        plan,
        signal,
      });
      engine.keys.manyInTurns(asked, call, (wireKeys) => {
        engine.began(call, asked);
        this.#hold(() => many.run(asked, wireKeys));
      });
    });
  }

  #flights(plan: Plan<never>): Flights {
    const joinable = this.#joinable.with(plan);
    return {
      joinable: (wireKey) => joinable.get(wireKey),
      add: (make) => {
        const flight = make(() => {
          if (joinable.get(flight.wireKey) === flight) joinable.delete(flight.wireKey);
        });
        const any = flight as Flight<unknown>;
        joinable.set(flight.wireKey, any);
        this.#open.add(any);
        return flight;
      },
      over: (flight) => this.#open.delete(flight),
    };
  }

  #contextOf(engine: Engine): FlightContext {
    const failure = failureOf(engine);
    return failure === undefined ? this.#context : { ...this.#context, claims: noClaims(failure) };
  }

  /** True if this client sees that an item is marked. */
  get readsMarks(): boolean {
    const { codec, inflateBudget } = this.#engine.settings;
    return knowsPlaceholders(codec, inflateBudget);
  }

  /** Says that what is on its way for a key is outdated: later calls do not join it. */
  outdate(wireKey: string): void {
    for (const flight of this.#open) if (flight.wireKey === wireKey) flight.outdate();
  }

  /** Has all that is on its way end soon: loads may take as long as a call, and are given up then. */
  close(): void {
    const { clock, timeout } = this.#engine.settings;
    for (const flight of this.#open) flight.hurry();
    if (timeout === 0 || this.#open.size === 0) return;
    const cancel = clock.after(timeout, () => {
      for (const flight of this.#open) {
        flight.end(new ClosedError("Cannot wait for a load as the client is closed"));
      }
    });
    Promise.all(Array.from(this.#open, (flight) => flight.done)).then(cancel);
  }

  /** Closing waits for what is on its way to its very end, however early its callers have gone. */
  #hold(run: () => Promise<void>): void {
    const { strict } = this.#engine;
    const owner = { strict, deadline: () => this.#engine.deadline(), failed: () => {} };
    void this.#engine.start(new Call<unknown>(owner, FLIGHT, undefined), (held) => {
      run().then(() => held.resolve(undefined));
    });
  }
}

const MOST_ERRORS = 1000;
const VERB = verb("getOrSet", (): never => {
  throw new Error("A call that fails loads the value itself");
}, GET_OR_SET_OPTIONS);
const MULTI_VERB = verb("getOrSetMulti", () => new Map<never, never>(), GET_OR_SET_OPTIONS);
const FLIGHT = verb<unknown>("getOrSet", missing);
