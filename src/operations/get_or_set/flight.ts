/**
 * One value on its way to the callers of a process who asked for it at the same time: read, waited for or loaded, stored,
 * and what it holds given back. A flight always settles its callers, and never stores over what was changed meanwhile.
 */

import type { Engine } from "../../engine/engine.ts";
import { isSetUpMistake } from "../../engine/set_up.ts";
import { CodecError, MemcachedError } from "../../errors.ts";
import { isA, isSound } from "../../thrown.ts";
import { itemOf } from "../meta/set.ts";
import type { BoundedMap } from "../../bounded_map.ts";
import { type Asked, type Claims, type Found, type Hold, NOTHING } from "./claims.ts";
import type { LoadGate } from "./load_gate.ts";
import { callLoader, Loading } from "./loading.ts";
import { type Load, TTL } from "./options.ts";
import { passed, type SchemaResult, type StandardSchema, verdictOf } from "../../checks/schema.ts";
import type { Caller, Joinable, Waiting, Wanted } from "./wanted.ts";

/** What the flights of a client share. */
export interface FlightContext {
  readonly engine: Engine;
  readonly claims: Claims;
  readonly gate: Pick<LoadGate, "enter" | "leave">;
  /** The errors of loads that are thrown again for a while. */
  readonly errors: BoundedMap<string, { readonly error: unknown; readonly until: number }>;
  /** The keys that are loaded in the background without a lease. */
  readonly refreshing: Set<string>;
  /** Called when a value was stored, or may have been; callers wait for it. It does not reject. */
  stored?(key: string, route: string | undefined): Promise<void>;
  /** Is told of failures of memcached. */
  failed(error: MemcachedError, isSeen: boolean): void;
}

/** What was found, and what callers are given in place of its value. */
interface Fitting<T> extends Found<T> {
  readonly shown?: { readonly value: T };
}

/** What is known when a flight begins. */
type First<T> = Found<T> | Asked | MemcachedError;

/** One value on its way. */
export class Flight<T> implements Joinable<T> {
  readonly #context: FlightContext;
  readonly #wanted: Wanted<T>;
  /** Called once, when nobody can join any more. */
  readonly #onClosed: () => void;
  #waiting: Caller<T>[] = [];
  #gone = 0;
  /** True once the callers have been answered, or all have gone. */
  #isClosed = false;
  #hasGivenUp = false;
  /** Why memcached could not be read. */
  #failure: MemcachedError | undefined;
  #loading: Pick<Loading<unknown>, "giveUp" | "isBeingCalled"> | undefined;
  #place: AbortController | undefined;
  #wake: (() => void) | undefined;
  #isInHurry = false;
  #isOutdated = false;
  /** True once a value did not pass, and once one was marked for that. */
  #isMisfit = false;
  #isMarked = false;
  /** Is settled when nothing is left to be done. It never rejects. */
  done: Promise<void> = Promise.resolve();

  constructor(context: FlightContext, wanted: Wanted<T>, onClosed: () => void) {
    this.#context = context;
    this.#wanted = wanted;
    this.#onClosed = onClosed;
  }

  /** Adds a call that waits for the value. */
  join({ call, signal }: Waiting<T>): void {
    if (this.#loading?.isBeingCalled) return call.rejectMisuse(askedByItself(this.#wanted.key));
    if (this.#failure !== undefined && call.strict) return call.reject(this.#failure);
    this.#waiting.push(call);
    if (signal === undefined) return;
    const { onSettled } = call;
    call.onSettled = (end) => {
      onSettled?.(end);
      this.#gone++;
      if (this.#gone === this.#waiting.length) this.#giveUp(signal.reason);
    };
  }

  /**
   * Begins.
   *
   * @param first What was found or answered, or why nothing could be, if the item was asked for already.
   */
  start(first?: First<T>): Promise<void> {
    return this.done = this.#run(first).catch((error) => this.#fail(error));
  }

  /** Gives a value that was found and needs nothing more. Returns false if it does. */
  answerAtOnce({ turn, value }: Found<T>): boolean {
    if (turn !== "fresh" || this.#wanted.plan.schema !== undefined) return false;
    this.#answer(value as T);
    return true;
  }

  /** Goes on without waiting for better times: the client closes. */
  hurry(): void {
    this.#isInHurry = true;
    this.#wake?.();
  }

  get wireKey(): string {
    return this.#wanted.wireKey;
  }

  /** Says that nobody joins the flight any more. Whether its value may still be stored, the cas decides. */
  leave(): void {
    this.#onClosed();
  }

  /**
   * Says that the item was marked or deleted, which memcached cannot tell from a cas where nothing was found. Nobody joins
   * the flight any more.
   */
  outdate(): void {
    this.#isOutdated = true;
    this.leave();
  }

  /** Ends all waiting and loading for a reason. */
  end(reason: unknown): void {
    if (!this.#isClosed) this.#fail(reason);
    this.#giveUp(reason, true);
  }

  async #run(first: First<T> | undefined): Promise<void> {
    const { plan } = this.#wanted;
    const { clock } = this.#context.engine.settings;
    let until: number | undefined;
    let delay = FIRST_DELAY;
    while (true) {
      let found: Fitting<T>;
      try {
        const given = first;
        first = undefined;
        found = await this.#find(given);
        if (plan.schema !== undefined && found.value !== undefined && !this.#isClosed) {
          const fitting = await this.#fitting(found, plan.schema);
          if (fitting === undefined) continue;
          found = fitting;
        }
      } catch (error) {
        return await this.#withoutItem(error);
      }
      const { hold, turn, isServed } = found;
      if (this.#isClosed) return await this.#giveBack(hold);
      if (turn === "fresh") return this.#answer(shownOf(found));
      if (turn === "mine") {
        return isServed ? await this.#renew(found) : await this.#load(found);
      }
      if (isServed) return this.#answer(shownOf(found));
      until ??= clock.now() + plan.waitTimeout;
      const left = until - clock.now();
      if (left <= 0) return await this.#load(found);
      await this.#pause(Math.min(left, delay * (0.5 + Math.random())));
      if (this.#isClosed) return;
      delay = Math.min(delay * 2, LONGEST_DELAY);
    }
  }

  async #find(first: First<T> | undefined): Promise<Found<T>> {
    const { plan, wireKey } = this.#wanted;
    if (isA(first, MemcachedError)) throw first;
    if (first !== undefined && "claims" in first) {
      return await first.claims.find(wireKey, plan, first.answered);
    }
    if (first !== undefined) return first;
    const { claims } = this.#context;
    if (!plan.forceFresh) return await claims.find(wireKey, plan);
    return { ...NOTHING, hold: await claims.look(wireKey, plan) };
  }

  /**
   * Has the schema look at a value. One that does not pass is as good as none; if its time is not over, one caller of the
   * fleet is made to win it.
   *
   * @returns `undefined` if the item is to be read again.
   */
  async #fitting(found: Found<T>, schema: StandardSchema): Promise<Fitting<T> | undefined> {
    const { plan, wireKey } = this.#wanted;
    const { claims, engine } = this.#context;
    const { hold, turn } = found;
    let result: SchemaResult<unknown>;
    try {
      result = await this.#looked(schema, found.value);
    } catch (error) {
      await this.#giveBack(hold);
      throw error;
    }
    if (result.issues === undefined) return { ...found, shown: { value: result.value as T } };
    if (!this.#isMisfit) engine.count("misfit", wireKey);
    this.#isMisfit = true;
    if (turn !== "fresh") return { ...NOTHING, turn, hold };
    // Another process may store what does not pass again and again.
    const mark = this.#isMarked ? undefined : hold.mark;
    if (mark === undefined) return { ...NOTHING, hold: await claims.look(wireKey, plan) };
    this.#isMarked = true;
    await mark();
    return undefined;
  }

  /** Waits for what a schema says, but no longer than for a load. */
  async #looked(schema: StandardSchema, value: unknown): Promise<SchemaResult<unknown>> {
    const result = verdictOf(schema, value);
    if (!("then" in result)) return result;
    const { key, plan } = this.#wanted;
    const { clock } = this.#context.engine.settings;
    const looking = new Loading(() => result, { key, background: false }, clock, plan.loadTimeout);
    this.#loading = looking;
    try {
      return await looking.promise;
    } finally {
      this.#loading = undefined;
    }
  }

  /** Gives the stale value, and loads a new one in the background. */
  async #renew(found: Fitting<T>): Promise<void> {
    const { plan, wireKey } = this.#wanted;
    const { refreshing } = this.#context;
    const { hold } = found;
    if (!hold.isWon && refreshing.has(wireKey)) return this.#answer(shownOf(found));
    try {
      plan.waitUntil?.(this.done);
    } catch (error) {
      this.#fail(error);
      return await this.#giveBack(hold);
    }
    this.#answer(shownOf(found));
    refreshing.add(wireKey);
    try {
      await this.#load(found, true);
    } finally {
      refreshing.delete(wireKey);
    }
  }

  /** Loads the value and stores it, if nobody has changed the item meanwhile. */
  async #load(found: Fitting<T>, background = false): Promise<void> {
    const { hold, isSpare } = found;
    let value: T;
    let shown: T;
    try {
      ({ value, shown } = await this.#loaded(found.value, background));
    } catch (error) {
      if (isSpare && !background) this.#answer(shownOf(found));
      else this.#fail(error);
      // A source that is down is asked now and then, not for each caller.
      if (background) await this.#backOff();
      return await this.#giveBack(hold);
    }
    if (value === undefined) {
      this.#answer(shown);
      return await this.#giveBack(hold);
    }
    try {
      await this.#store(hold, value);
    } catch (error) {
      this.#fail(error);
      return await this.#giveBack(hold);
    }
    this.#answer(shown);
  }

  /** Gives the loaded value, and what its schema makes of it. */
  async #loaded(stale: T | undefined, background: boolean): Promise<{ value: T; shown: T }> {
    const { key, wireKey, load, plan } = this.#wanted;
    const { errors, engine: { settings: { clock } } } = this.#context;
    if (plan.cacheErrors > 0) {
      const failed = errors.get(wireKey);
      if (failed !== undefined && clock.now() < failed.until) throw failed.error;
    }
    const context = stale === undefined ? { key, background } : { key, stale, background };
    const { schema } = plan;
    let shown: unknown;
    const checked: Load<T> = async (context) => {
      const value = await callLoader([context.signal], () => load(context));
      shown = schema === undefined ? value : await passed(schema, value, key, "getOrSet");
      return value;
    };
    const loading = new Loading<T>(checked, context, clock, plan.loadTimeout);
    this.#loading = loading;
    try {
      const value = await loading.promise;
      return { value, shown: shown as T };
    } catch (error) {
      if (plan.cacheErrors > 0 && !this.#hasGivenUp) {
        errors.set(wireKey, { error, until: clock.now() + plan.cacheErrors * 1000 });
      }
      throw error;
    } finally {
      this.#loading = undefined;
    }
  }

  /**
   * Stores the value. If the item was changed or deleted meanwhile, it is not stored.
   *
   * @throws {TypeError} If the value cannot be stored.
   * @throws {RangeError} If it is too big, or its ttl out of range.
   */
  async #store(hold: Hold, value: T): Promise<void> {
    const { plan, wireKey } = this.#wanted;
    const ttl = typeof plan.ttl === "function" ? plan.ttl(value) : plan.ttl;
    TTL('the result of option "ttl"', ttl);
    const { engine } = this.#context;
    const { near } = engine;
    const item = itemOf(engine, wireKey, value, undefined);
    if (this.#isOutdated) return await this.#giveBack(hold);
    near?.drop(wireKey);
    try {
      await this.#told(hold.store(item, ttl));
      await this.#context.stored?.(this.#wanted.key, engine.route);
    } finally {
      near?.drop(wireKey);
    }
  }

  /** Gives back what was won, so that the next caller may load. */
  async #giveBack(hold: Hold): Promise<void> {
    await this.#told(hold.giveBack());
  }

  /** Goes on if nothing could be read: the callers get a value all the same, unless they are strict. */
  async #withoutItem(error: unknown): Promise<void> {
    if (!isSound(error, MemcachedError)) throw error;
    if (this.#isClosed) return;
    this.#tell(error);
    if (this.#isClosed) return;
    const { plan, wireKey } = this.#wanted;
    const { claims, engine, gate } = this.#context;
    if (error instanceof CodecError) {
      // A value that cannot be read is of no use, but its cas is.
      const hold = await claims.look(wireKey, plan).catch(() => undefined);
      if (hold !== undefined) return await this.#load({ ...NOTHING, hold });
    }
    this.#place = new AbortController();
    try {
      await gate.enter(engine.settings.timeout, this.#place.signal);
    } catch (late) {
      if (isSound(late, MemcachedError) && !this.#isClosed) this.#context.failed(late, true);
      return this.#fail(late);
    }
    try {
      if (!this.#isClosed) this.#answer((await this.#loaded(undefined, false)).shown);
    } finally {
      gate.leave();
    }
  }

  /** Tells of a failure: once, and all callers who want to hear of it. */
  #tell(error: MemcachedError): void {
    this.#failure = error;
    const isMistake = isSetUpMistake(error);
    for (const call of this.#waiting) if (call.strict || isMistake) call.reject(error);
    this.#waiting = this.#waiting.filter(({ settled }) => !settled);
    this.#gone = 0;
    if (this.#waiting.length === 0) this.#close();
    else this.#context.failed(error, false);
  }

  /** Waits for a change in memcached. If it fails, that is told, and no more: the callers have their value. */
  async #told(change: Promise<void>): Promise<void> {
    try {
      await change;
    } catch (error) {
      if (!isSound(error, MemcachedError)) throw error;
      this.#context.failed(error, false);
    }
  }

  #answer(value: T): void {
    if (this.#isClosed) return;
    this.#close();
    for (const call of this.#waiting) call.resolve(value);
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.#close();
    for (const call of this.#waiting) call.rejectMisuse(error);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClosed();
  }

  /** Stops what is done for callers who have all gone. A load in the background goes on, unless `always`. */
  #giveUp(reason: unknown, always = false): void {
    if (this.#isClosed && !always) return;
    this.#close();
    this.#hasGivenUp = true;
    this.#loading?.giveUp(reason);
    this.#place?.abort(reason);
    this.#wake?.();
  }

  async #backOff(): Promise<void> {
    if (!this.#isInHurry && !this.#hasGivenUp) await this.#pause(BACK_OFF);
  }

  #pause(milliseconds: number): Promise<void> {
    const { clock } = this.#context.engine.settings;
    return new Promise((resolve) => {
      const end = () => {
        this.#wake = undefined;
        cancel();
        resolve();
      };
      const cancel = clock.after(milliseconds, end);
      this.#wake = end;
    });
  }
}

/** Makes the error for a loader that would wait for itself. */
function askedByItself(key: string): TypeError {
  return new TypeError(
    `Cannot getOrSet ${JSON.stringify(key)} in its own load as that would wait for itself: ` +
      "have the load ask the source, or another key",
  );
}

function shownOf<T>({ shown, value }: Fitting<T>): T {
  return shown === undefined ? value as T : shown.value;
}

/** Milliseconds between two looks at an item that is taken: they double, each by chance up to a half more or less. */
const FIRST_DELAY = 25;
const LONGEST_DELAY = 250;
/** Milliseconds after a load in the background that has failed. */
const BACK_OFF = 1000;
