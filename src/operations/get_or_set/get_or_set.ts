/** `getOrSet()`: a value from memcached or from a loader, with one load for all who ask at the same time. */

import { checkKeys } from "../../checks/arguments.ts";
import { aFunction } from "../../checks/check.ts";
import { knowsPlaceholders } from "../../codec/placeholder.ts";
import type { Ends } from "../../engine/ending.ts";
import type { Engine } from "../../engine/engine.ts";
import { EVERY_KEY } from "../../engine/own_changes.ts";
import { OpenCalls } from "../../engine/open_calls.ts";
import { verb } from "../../engine/verb.ts";
import { failureOf, withRoute } from "../../engine/view.ts";
import type { MemcachedError } from "../../errors.ts";
import type { Begun } from "../../observe/observers.ts";
import { BoundedMap } from "../../bounded_map.ts";
import { ChosenClaims } from "./chosen.ts";
import { type Asker, Asking } from "./asking.ts";
import { type Asked, noClaims } from "./claims.ts";
import { ClosingLoads } from "./closing_loads.ts";
import { Flight, type FlightContext } from "./flight.ts";
import { LoadGate } from "./load_gate.ts";
import { LoadRounds } from "./load_round.ts";
import { type Flights, ManyValues } from "./many_values.ts";
import {
  GET_OR_SET_OPTIONS,
  type GetOrSetOptions,
  type Load,
  type LoadContext,
  type LoadMany,
  plainPlanOf,
  type Plan,
  planOf,
} from "./options.ts";
import { OpenFlights } from "./open_flights.ts";
import { Questions } from "./questions.ts";
import type { StandardSchema } from "../../checks/schema.ts";
import type { Joinable } from "./wanted.ts";

type Joinables = Map<string, Joinable<unknown>>;
type Options<T> = GetOrSetOptions<T> & { schema?: StandardSchema };

/** The flights that can be joined, by wire key. */
class JoinableFlights {
  readonly reading: Joinables = new Map();
  /** Who wants a fresh value does not join those who read. */
  readonly #forced: Joinables = new Map();
  /** Who has a schema joins only those whose value passes the same one. */
  readonly #ofSchemas = new WeakMap<StandardSchema, JoinableFlights>();

  /** Gives those of calls with the same wishes. */
  with({ schema, forceFresh }: Pick<Plan<never>, "schema" | "forceFresh">): Joinables {
    if (schema === undefined) return forceFresh ? this.#forced : this.reading;
    let flights = this.#ofSchemas.get(schema);
    if (flights === undefined) this.#ofSchemas.set(schema, flights = new JoinableFlights());
    return flights.with({ schema: undefined, forceFresh });
  }
}

/** The values on their way to the callers of one client. */
export class Loads {
  readonly #engine: Engine;
  readonly #context: FlightContext;
  /** What differs where calls name a key that decides the server: the same key is another item there. */
  readonly #routes = new BoundedMap<string, FlightContext>(MOST_ROUTES);
  /** Those that can be joined. */
  readonly #joinable = new JoinableFlights();
  /** Those that are not over. */
  readonly #open = new OpenFlights();
  readonly #asker: Asker = {
    questions: new Questions(),
    joinable: this.#joinable.reading,
    goOn: (asking, first) => this.#goOn(asking, first),
  };
  /** What is on its way, with all that is done behind the backs of callers. */
  readonly #underWay = new OpenCalls();
  readonly #closing: ClosingLoads;
  readonly #forgetChanges: () => void;

  /**
   * @param stored As of {@linkcode FlightContext}, if values are in several places.
   * @param ending If another client than that of the engine uses them as well.
   */
  constructor(engine: Engine, stored?: FlightContext["stored"], ending: Ends = engine.ending) {
    this.#engine = engine;
    this.#closing = new ClosingLoads(this.#open, ending);
    const { clock, maxLoads } = engine.settings;
    this.#context = {
      engine,
      claims: new ChosenClaims(engine),
      gate: new LoadGate(maxLoads, clock),
      errors: new BoundedMap(MOST_ERRORS),
      refreshing: new Set(),
      ...(stored !== undefined && { stored }),
      failed: (error, isSeen) => engine.failed(error, VERB.name, isSeen),
    };
    this.#forgetChanges = engine.changes.add((keys) => this.#leave(keys));
  }

  /**
   * @param engine A view of the client's engine, for its keys.
   * @param schema That of the client, for options without one.
   */
  getOrSet<T>(
    engine: Engine,
    key: string,
    load: Load<T>,
    options: Options<T>,
    schema: StandardSchema | undefined,
  ): Promise<T> {
    const plain = schema === undefined ? plainPlanOf(options) : undefined;
    if (plain !== undefined && engine.route === undefined && failureOf(engine) === undefined) {
      const asking = new Asking<T>(engine, VERB, this.#asker, key, load, plain);
      return engine.start(asking, this.#ask);
    }
    return engine.call<T>(VERB, options, (call) => {
      const wireKey = engine.keys.one(key);
      aFunction("load", load);
      const plan = planOf(options, schema);
      const begun = engine.began(call, key, wireKey);
      const ownLoad = begun === undefined
        ? load
        : (context: LoadContext<T>) => begun.within(() => load(context));
      if (plan.forceFresh) engine.near?.drop(wireKey);
      const flights = this.#flights(plan, engine.route);
      const waiting = { call, signal: options.signal };
      const joined = flights.joinable(wireKey) as Joinable<T> | undefined;
      if (joined !== undefined) return joined.join(waiting);
      const flight = flights.add((onClosed) =>
        new Flight<T>(this.#contextOf(engine), { key, wireKey, load: ownLoad, plan }, onClosed)
      );
      flight.join(waiting);
      this.#hold(() => flight.start().then(() => flights.over(flight as Flight<unknown>)));
    });
  }

  /** Asks for a value by one command, if that is enough where it is fresh. */
  readonly #ask = <T>(asking: Asking<T>): void => {
    const { engine, key, load } = asking;
    asking.wireKey = engine.keys.one(key);
    aFunction("load", load);
    const begun = engine.began(asking, key, asking.wireKey);
    if (begun !== undefined) asking.load = (context) => begun.within(() => load(context));
    asking.ask(this.#context.claims);
  };

  /** Begins a flight for a call that has asked, and for those that wait with it. */
  #goOn(asking: Asking<unknown>, first: Asked | MemcachedError | undefined): void {
    const flights = this.#flights(asking.plan, undefined);
    const waiting = [{ call: asking, signal: undefined }, ...asking.waiting ?? []];
    // Another question for the same key may have been answered before. But what was won must be used, or given back.
    const hasWon = first !== undefined && "answered" in first && first.answered?.isWon === true;
    const joined = hasWon || asking.hasLeft ? undefined : flights.joinable(asking.wireKey);
    if (joined !== undefined) return waiting.forEach((each) => joined.join(each));
    const flight = flights.add((onClosed) => new Flight(this.#context, asking, onClosed));
    for (const each of waiting) flight.join(each);
    if (asking.hasLeft) flight.leave();
    if (asking.isOutdated) flight.outdate();
    this.#hold(() => flight.start(first).then(() => flights.over(flight)));
  }

  /**
   * @param engine As of `getOrSet()`.
   * @param schema As of `getOrSet()`.
   */
  getOrSetMulti<T>(
    engine: Engine,
    keys: Iterable<string>,
    loadMany: LoadMany<T>,
    options: Options<T>,
    schema: StandardSchema | undefined,
  ): Promise<Map<string, T>> {
    return engine.call<Map<string, T>>(MULTI_VERB, options, (call) => {
      const asked = Array.from(new Set(checkKeys(keys)));
      aFunction("loadMany", loadMany);
      const plan = planOf(options, schema);
      let begun: Begun | undefined;
      const rounds = new LoadRounds<T>((wanted, context) =>
        begun === undefined
          ? loadMany(wanted, context)
          : begun.within(() => loadMany(wanted, context))
      );
      const { signal } = options;
      const flights = this.#flights(plan, engine.route);
      const many = new ManyValues<T>(call, this.#contextOf(engine), flights, {
        rounds,
        plan,
        signal,
      });
      engine.keys.manyInTurns(asked, call, (wireKeys) => {
        begun = engine.began(call, asked, wireKeys);
        if (plan.forceFresh) engine.near?.drop(wireKeys);
        this.#hold(() => many.run(asked, wireKeys));
      });
    });
  }

  #flights(plan: Plan<never>, route: string | undefined): Flights {
    const joinable = this.#joinable.with(plan);
    // Keys have no spaces.
    const named = (wireKey: string) => route === undefined ? wireKey : `${wireKey} ${route}`;
    return {
      joinable: (wireKey) =>
        (route === undefined && joinable === this.#asker.joinable
          ? this.#asker.questions.find(wireKey)
          : undefined) ?? joinable.get(named(wireKey)),
      add: (make) => {
        const flight = make(() => {
          const name = named(flight.wireKey);
          if (joinable.get(name) === flight as Joinable<unknown>) joinable.delete(name);
        });
        const any = flight as Flight<unknown>;
        joinable.set(named(flight.wireKey), any);
        this.#open.add(any);
        this.#closing.added(any);
        return flight;
      },
      over: (flight) => {
        this.#open.delete(flight);
        if (this.#open.isEmpty) this.#closing.allOver();
      },
    };
  }

  #contextOf(engine: Engine): FlightContext {
    const failure = failureOf(engine);
    if (failure !== undefined) return { ...this.#context, claims: noClaims(failure) };
    return engine.route === undefined ? this.#context : this.#contextOfRoute(engine.route);
  }

  #contextOfRoute(route: string): FlightContext {
    let context = this.#routes.get(route);
    if (context === undefined) {
      const engine = withRoute(this.#engine, route);
      context = {
        ...this.#context,
        engine,
        claims: new ChosenClaims(engine),
        errors: new BoundedMap(MOST_ERRORS),
        refreshing: new Set(),
      };
      this.#routes.set(route, context);
    }
    return context;
  }

  /** True if this client sees that an item is marked. */
  get readsMarks(): boolean {
    const { codec, inflateBudget } = this.#engine.settings;
    return knowsPlaceholders(codec, inflateBudget);
  }

  /** Says that what is on its way for a key is outdated: later calls do not join it. */
  outdate(wireKey: string): void {
    for (const question of this.#asker.questions.of(wireKey)) question.outdate();
    for (const flight of this.#open.of(wireKey)) flight.outdate();
  }

  /** Nobody who asks after a change of this client joins those who asked before it. */
  #leave(keys: string | readonly string[]): void {
    const { questions } = this.#asker;
    if (keys === EVERY_KEY) {
      for (const question of questions) question.leave();
      for (const flight of this.#open) flight.leave();
      return;
    }
    if (questions.isEmpty && this.#open.isEmpty) return;
    for (const key of typeof keys === "string" ? [keys] : keys) {
      for (const question of questions.of(key)) question.leave();
      for (const flight of this.#open.of(key)) flight.leave();
    }
  }

  /** Waits for all that is on its way. Once the client is told to close, that ends soon. */
  async none(): Promise<void> {
    if (this.#engine.callsEnd) await this.#underWay.none();
  }

  /** Nobody will use it any more, and the engine lives on. */
  leave(): void {
    this.#closing.leave();
    this.#forgetChanges();
  }

  /** Closing waits for what is on its way to its very end, however early its callers have gone. */
  #hold(run: () => Promise<void>): void {
    const done = run();
    this.#engine.holdOpen(done);
    this.#underWay.hold(done);
  }
}

const MOST_ERRORS = 1000;
const MOST_ROUTES = 1000;
const VERB = verb("getOrSet", (): never => {
  throw new Error("A call that fails loads the value itself");
}, GET_OR_SET_OPTIONS);
const MULTI_VERB = verb("getOrSetMulti", () => new Map<never, never>(), GET_OR_SET_OPTIONS);
