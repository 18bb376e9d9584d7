/**
 * Carries out the calls of a client whose keys have copies, on several servers or in several zones. One copy of a key
 * leads: the first one, in an order that all clients have, whose server is not dead. Its item is the one that counts, and
 * the others are caches of it. So no two clients ever leave different values for good, whatever they do at one moment:
 *
 * - A change goes to the leading copy. When that is confirmed, all others delete what they have, and a copy that cannot be
 *   reached does so before it serves again (`replayInvalidations`).
 * - A read goes to any copy, or to that of the own zone. What is missing there is read from the leading copy, and then
 *   copied from it as `migration/carrier.ts` says: a change that comes in between takes the place away that was made for
 *   the copy, so that nothing outdated is ever copied. Nothing is copied to the leading copy.
 * - A verb that needs the very item, as its cas does, asks the leading copy alone.
 *
 * Calls of this client for a key that change it are carried out one behind the other, and those that read it wait for
 * them. `update()` lets others pass, as its caller may ask for the key while it changes the value.
 */

import type { Deadline } from "../../clock.ts";
import type { CopiesPlan } from "../../engine/copies.ts";
import type { Engine } from "../../engine/engine.ts";
import { atCopy, failing, owning, refusedBy, routed, withRoute } from "../../engine/view.ts";
import { ClosedError, MemcachedError, MultiError } from "../../errors.ts";
import { isSound } from "../../thrown.ts";
import { JobTurns } from "../job_turns.ts";
import { type Job, joined, missesOf, type Part } from "../job.ts";
import type { MetaKey } from "../meta/options.ts";
import { clearPlace } from "../migration/carrier.ts";
import { signalOf, unlessAborted } from "../unless_aborted.ts";
import { Filling } from "./filling.ts";
import { forgetKeys } from "./forgetting.ts";
import { CopyRoutes, type Owner, type Route, type Routed } from "./routes.ts";

/** Where a part of a call is carried out: the number of a copy. */
export interface CopyJob extends Job<number> {
  /** Looks for values that need nothing more at a copy, for some of the keys; where the verb would load the others. */
  peek?(engine: Engine, copy: number, positions?: readonly number[]): Promise<unknown>;
}

/** A call that has begun. It ends by its deadline, however many copies it needs. */
interface BegunJob extends CopyJob {
  readonly deadline: Deadline;
}

/** What came of one attempt to read. */
interface Attempt {
  /** `undefined` if there is nothing at all. */
  readonly part: Part | undefined;
  readonly error: MemcachedError | undefined;
}

/** What came of the keys of one route. */
interface Outcome {
  readonly parts: readonly Part[];
  /** Why some keys failed, of which the parts say nothing, and which ones. */
  readonly error?: MemcachedError | undefined;
  readonly failed?: readonly number[];
}

/** Errors by the positions of keys. */
type Failures = ReadonlyMap<number, MemcachedError>;

/** The calls of one client whose keys have copies. */
export class CopiedCalls {
  readonly #engine: Engine;
  readonly #views: readonly Engine[];
  readonly #turns: JobTurns;
  readonly #filling: Filling;
  readonly #routes: CopyRoutes;

  constructor(engine: Engine, random: () => number = Math.random) {
    const plan = engine.copies as CopiesPlan;
    this.#engine = engine;
    this.#turns = new JobTurns(engine);
    this.#views = plan.leading.map((_, copy) => copyOf(engine, copy));
    this.#filling = new Filling(engine, this.#turns);
    this.#routes = new CopyRoutes(engine, plan, random);
  }

  /** True if each zone has all keys, and not several servers of one list. */
  get hasZones(): boolean {
    return this.#engine.copies?.hasZones === true;
  }

  /** Gives the engine of a copy. */
  view(copy: number): Engine {
    return this.#views[copy];
  }

  /** Has closing wait for a call that goes to all servers. */
  hold<T>(run: () => Promise<T>): Promise<T> {
    return this.#turns.hold(run);
  }

  /** Waits for the calls under way. Later ones are refused. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  /** Carries out a call. An abort rejects at once, whatever is still to be done. */
  async perform(job: CopyJob): Promise<unknown> {
    return await unlessAborted(this.#turns.hold(() => this.#perform(job)), signalOf(job));
  }

  /**
   * Deletes what the other copies have of a key whose value was stored at one. It does not fail.
   *
   * @param route The wire key that decides the servers, if not the key itself.
   */
  async clearOthers(key: string, copy: number, route: string | undefined): Promise<void> {
    if (!this.#routes.isCopied(key)) return;
    await this.#forgetAt(copy, [key], this.#engine.deadline(), (other) => {
      const view = owning(this.#views[other], QUIET);
      return route === undefined ? view : withRoute(view, route);
    });
  }

  async #perform(job: CopyJob): Promise<unknown> {
    const { cluster } = this.#engine;
    if (cluster.isAwaiting) {
      await new Promise<void>((resolve) => cluster.known(this.#engine.deadline(), () => resolve()));
    }
    let wireKeys: readonly string[];
    try {
      wireKeys = job.keys.map((key) => this.#engine.keys.any(key));
    } catch {
      // It cannot be used, and the call says so.
      return await job.run(this.#view(job, 0), 0);
    }
    if (cluster.isAwaiting || cluster.copyCount === 1 || !job.keys.some(this.#routes.isCopied)) {
      return await job.run(this.#view(job, 0), 0);
    }
    return await this.#inTurn({ ...job, deadline: this.#engine.deadline() }, wireKeys);
  }

  /** Begins a call behind those for its keys that have not ended. One that only reads lets others pass. */
  #inTurn(job: BegunJob, wireKeys: readonly string[]): Promise<unknown> {
    return this.#turns.begin({
      wireKeys,
      deadline: job.deadline,
      isRead: !CHANGES.has(job.effect) || job.letsOthersPass === true,
      carryOut: () => this.#carryOut(job, wireKeys),
      giveUp: (error) => this.#fail(job, undefined, error),
    });
  }

  async #carryOut(job: BegunJob, wireKeys: readonly string[]): Promise<unknown> {
    const isRead = job.effect === "read" || job.effect === "readRaw";
    const isSpread = isRead || job.effect === "load" && (this.hasZones || job.peek !== undefined);
    const { route: placedBy } = this.#view(job, 0);
    const routed: Routed = { ...job, wireKeys, isSpread, route: placedBy };
    // A read that fails goes on with another copy.
    const mustReach = !isRead && this.#routes.unreached(routed).length > 0;
    const unreachable = mustReach ? await this.#routes.reach(routed, job.deadline) : NO_SERVERS;
    const routes = this.#routes.of({ ...routed, failed: unreachable, isReached: !isRead });
    if (!isRead && routes.length > 1) {
      const { keys } = this.#engine;
      const refused = refusedBy(this.#engine, keys, (engine) => job.run(engine, 0));
      if (refused !== undefined) return await refused;
    }
    const outcomes = await Promise.all(
      routes.map((route) =>
        isRead
          ? this.#read(job, route)
          : CHANGES.has(job.effect)
          ? this.#change(job, route, (at) => placedBy ?? wireKeys[at])
          : job.effect === "load" && !this.hasZones
          ? this.#load(job, route)
          : this.#run(job, route)
      ),
    );
    const parts = outcomes.flatMap((outcome) => outcome.parts);
    const failed = outcomes.flatMap((outcome) => outcome.failed ?? []);
    const error = outcomes.find((outcome) => outcome.error !== undefined)?.error;
    if (error === undefined) return joined(job, parts);
    return await this.#failPart(job, parts, failed, error);
  }

  /** Carries a call out at one copy, for some of its keys. */
  #runOn(
    view: Engine,
    job: BegunJob,
    copy: number,
    positions: readonly number[],
  ): Promise<unknown> {
    const { deadlines } = this.#engine;
    return deadlines.within(job.deadline, () => job.run(view, copy, some(job, positions)));
  }

  /** Asks the leading copy alone. */
  async #run(job: BegunJob, { copies: [copy], positions }: Route): Promise<Outcome> {
    const result = await this.#runOn(this.#view(job, copy), job, copy, positions);
    return { parts: [{ positions, result }] };
  }

  /**
   * Has values loaded by the leading copy alone, so that there is one load for all. What another copy has, and is fresh,
   * needs no load: it is what `get()` would give.
   */
  async #load(job: BegunJob, { copies, positions }: Route): Promise<Outcome> {
    const leading = this.#routes.leadingOf(copies);
    const [first] = copies;
    const { peek } = job;
    if (first === leading || peek === undefined) {
      return await this.#run(job, { copies: [leading], positions });
    }
    const look = { ...job, run: peek };
    const { part, error } = await this.#attempt(look, first, positions);
    const left = part === undefined ? positions : missesOf(job, part);
    if (part !== undefined && left.length === 0) return { parts: [part] };
    const { parts } = await this.#run(job, { copies: [leading], positions: [...left] });
    const missing = missesOf(job, parts[0]);
    if (error === undefined) {
      for (const at of left) if (!missing.includes(at)) this.#fill(job, at, leading, first);
    }
    return { parts: part === undefined ? parts : [part, ...parts] };
  }

  /** Reads from a copy, and what that has not, or cannot give, from the leading one, and from the others if that fails. */
  async #read(job: BegunJob, { copies, positions }: Route): Promise<Outcome> {
    const leading = this.#routes.leadingOf(copies);
    const order = Array.from(new Set([copies[0], leading, ...copies]));
    const parts: Part[] = [];
    let left: readonly number[] = positions;
    let failure: MemcachedError | undefined;
    const missedAt = new Map<number, number>();
    for (const copy of order) {
      const { part, error } = await this.#attempt(job, copy, left);
      if (part !== undefined) parts.push(part);
      const missing = part === undefined ? left : missesOf(job, part);
      if (copy === leading && error === undefined) {
        const found = left.filter((at) => !missing.includes(at) && missedAt.has(at));
        for (const at of found) this.#fill(job, at, leading, missedAt.get(at) as number);
      } else if (error === undefined) {
        for (const at of missing) missedAt.set(at, copy);
      }
      failure = error;
      left = missing;
      // What the leading copy has not is not there.
      if (left.length === 0 || copy === leading && error === undefined) break;
    }
    return left.length > 0 && failure !== undefined
      ? { parts, error: failure, failed: left }
      : { parts };
  }

  /** Reads from one copy. A failure is not told: another copy may do. */
  async #attempt(job: BegunJob, copy: number, positions: readonly number[]): Promise<Attempt> {
    let error: MemcachedError | undefined;
    const view = this.#view(job, copy, { strict: false, failed: (failure) => error ??= failure });
    try {
      const result = await this.#runOn(view, job, copy, positions);
      return { part: { positions, result }, error };
    } catch (cause) {
      const isClosed = isSound(cause, ClosedError);
      if (isClosed || !isSound(cause, MemcachedError)) throw cause;
      const result = isSound(cause, MultiError) ? cause.partial : undefined;
      const isPart = !job.isMany || result !== undefined;
      return { part: isPart ? { positions, result } : undefined, error: error ?? cause };
    }
  }

  /**
   * Changes the leading copy, and has the others delete what they have.
   *
   * @param placed Gives the wire key that decides the servers of a key.
   */
  async #change(
    job: BegunJob,
    { copies: [leading], positions }: Route,
    placed: (at: number) => string,
  ): Promise<Outcome> {
    const { changes } = this.#engine.cluster;
    const copied = positions.filter((at) => this.#routes.isCopied(job.keys[at]));
    const owners = copied.map((at) => this.#routes.owners(placed(at)));
    const forget = () => this.#forgetMoved(job, leading, copied, { owners, changes, placed });
    const view = this.#view(job, leading);
    if (NEEDS_ITEM.has(job.effect) && leading !== this.#routes.leading[0]) {
      const { deadlines } = this.#engine;
      await Promise.all(
        copied.map((at) => deadlines.within(job.deadline, () => clearPlace(view, job.keys[at]))),
      );
    }
    let result: unknown;
    let isUnknown = job.options?.signal?.aborted !== true;
    try {
      result = await this.#runOn(view, job, leading, positions);
      isUnknown = false;
    } catch (error) {
      // Wrong use, of which nothing was sent.
      isUnknown &&= isSound(error, MemcachedError) || job.options?.signal?.aborted === true;
      throw error;
    } finally {
      if (isUnknown) await forget();
    }
    const failures = await forget();
    const parts = [{ positions, result }];
    if (job.effect !== "delete" || failures.size === 0) return { parts };
    const [error] = failures.values();
    TOLD.add(error);
    return { parts, error, failed: Array.from(failures.keys()) };
  }

  /**
   * Has all copies but one delete some keys. If the servers have changed since the call began, that one may be another
   * copy by now, and what was stored there outdated tomorrow: then all servers delete the keys that had them or have them.
   *
   * @returns The errors of those that have not confirmed it, by the positions of the keys.
   */
  async #forgetMoved(
    job: BegunJob,
    leading: number,
    positions: readonly number[],
    { owners, changes, placed }: {
      /** Those of each key when the call began. */
      readonly owners: readonly (readonly Owner[])[];
      /** How often the servers had changed by then. */
      readonly changes: number;
      readonly placed: (at: number) => string;
    },
  ): Promise<Failures> {
    const { cluster, keys } = this.#engine;
    const failures = await this.#forget(job, leading, positions);
    // Who was let pass may have read a copy of before, and kept it.
    if (job.letsOthersPass) this.#engine.near?.drop(positions.map((at) => keys.any(job.keys[at])));
    if (cluster.changes === changes || positions.length === 0) return failures;
    positions.forEach((at, i) => {
      const all = new Set([...owners[i], ...this.#routes.owners(placed(at))]);
      for (const server of all) cluster.debts.missed(server, keys.any(job.keys[at]));
    });
    return await this.#forget(job, undefined, positions);
  }

  /** Has all copies but one delete some keys. */
  async #forget(
    job: BegunJob,
    leading: number | undefined,
    positions: readonly number[],
  ): Promise<Failures> {
    if (positions.length === 0) return new Map();
    const keys = positions.map((at) => job.keys[at]);
    const view = (copy: number) => this.#view(job, copy, QUIET);
    const failures = await this.#forgetAt(leading, keys, job.deadline, view);
    return new Map(Array.from(failures, ([i, error]) => [positions[i], error]));
  }

  async #forgetAt(
    leading: number | undefined,
    keys: readonly MetaKey[],
    deadline: Deadline,
    view: (copy: number) => Engine,
  ): Promise<Failures> {
    const failures = new Map<number, MemcachedError>();
    const others = this.#routes.leading.filter((copy) => copy !== leading);
    await Promise.all(others.map(async (copy) => {
      const forgotten = this.#engine.deadlines.within(
        deadline,
        () => forgetKeys(view(copy), keys),
      );
      for (const [i, error] of await forgotten) failures.set(i, error);
    }));
    return failures;
  }

  #fill(job: CopyJob, at: number, from: number, to: number): void {
    this.#filling.fill(job.keys[at], this.#view(job, from), this.#view(job, to));
  }

  /** Joins what a call gives with what it gives for keys that failed. */
  async #failPart(
    job: CopyJob,
    parts: readonly Part[],
    positions: readonly number[],
    error: MemcachedError,
  ): Promise<unknown> {
    if (!job.isMany) return await this.#fail(job, undefined, error);
    try {
      const result = await this.#fail(job, positions, error);
      return joined(job, [...parts, { positions, result }]);
    } catch (cause) {
      if (!isSound(cause, MultiError) || parts.length === 0) throw cause;
      const { message, errors, server, command, sent } = cause;
      const partial = joined(job, [...parts, { positions, result: cause.partial }]);
      throw new MultiError(message, { partial, errors, server, command, sent, cause: cause.cause });
    }
  }

  #fail(
    job: CopyJob,
    positions: readonly number[] | undefined,
    error: MemcachedError,
  ): Promise<unknown> {
    const { keys } = this.#engine;
    const fails = failing(this.#engine, keys, error);
    const view = TOLD.has(error) ? owning(fails, { failed: () => {} }) : fails;
    return job.run(view, 0, positions && some(job, positions));
  }

  #view({ options }: CopyJob, copy: number, changes?: Parameters<typeof owning>[1]): Engine {
    const view = this.#views[copy];
    return routed(changes === undefined ? view : owning(view, changes), options);
  }
}

/** Gives the engine of one copy. */
function copyOf(engine: Engine, copy: number): Engine {
  return copy === 0 ? engine : atCopy(engine, copy);
}

/** Gives positions only if they are not all: what was given is then passed on as it is. */
function some(job: CopyJob, positions: readonly number[]): readonly number[] | undefined {
  return positions.length === job.keys.length ? undefined : positions;
}

/** Failures that were told when they happened. */
const TOLD = new WeakSet<MemcachedError>();
const NO_SERVERS: ReadonlySet<Owner> = new Set();
/** What looks at the item that is there. */
const NEEDS_ITEM: ReadonlySet<string> = new Set(["change", "create"]);
/** How copies delete what they have: what fails is told by those commands alone. */
const QUIET = { strict: true, began: () => undefined };
/** What changes an item by itself, so that the other copies must not keep theirs. */
const CHANGES: ReadonlySet<string> = new Set(["store", "delete", "change", "create"]);
