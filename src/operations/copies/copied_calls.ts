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
 * them.
 */

import type { Deadline } from "../../clock.ts";
import type { Engine } from "../../engine/engine.ts";
import { atCopy, failing, owning, refusedBy, routed } from "../../engine/view.ts";
import { ClosedError, MemcachedError, MultiError } from "../../errors.ts";
import { isSound } from "../../thrown.ts";
import { JobTurns } from "../job_turns.ts";
import { type Job, joined, missesOf, type Part } from "../job.ts";
import type { MetaKey } from "../meta/options.ts";
import { Filling } from "./filling.ts";
import { forgetKeys } from "./forgetting.ts";

/** Where a part of a call is carried out: the number of a copy. */
export type CopyJob = Job<number>;

/** A call that has begun. It ends by its deadline, however many copies it needs. */
interface BegunJob extends CopyJob {
  readonly deadline: Deadline;
}

/** Keys of a call, by their positions, and the copies that are asked for them, the first one first. */
interface Route {
  readonly copies: readonly number[];
  readonly positions: number[];
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

/** The calls of one client whose keys have copies. */
export class CopiedCalls {
  readonly #engine: Engine;
  readonly #views: readonly Engine[];
  readonly #turns: JobTurns;
  readonly #filling: Filling;
  /** Gives a number from 0 to 1, exclusive, by chance. */
  readonly #random: () => number;

  constructor(engine: Engine, random: () => number = Math.random) {
    this.#engine = engine;
    this.#turns = new JobTurns(engine);
    this.#views = this.#plan.leading.map((_, copy) => copyOf(engine, copy));
    this.#filling = new Filling(engine);
    this.#random = random;
  }

  get #plan(): NonNullable<Engine["copies"]> {
    return this.#engine.copies as NonNullable<Engine["copies"]>;
  }

  /** Gives the engine of a copy. */
  view(copy: number): Engine {
    return this.#views[copy];
  }

  /** Waits for the calls under way. Later ones are refused. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  /** Carries out a call. */
  async perform(job: CopyJob): Promise<unknown> {
    return await this.#turns.hold(() => this.#perform(job));
  }

  /** Deletes what the other copies have, as the values change in this moment. It does not fail. */
  async clearOthers(job: CopyJob, copy: number): Promise<void> {
    const positions = Array.from(job.keys.keys()).filter((at) => this.#isCopied(job.keys[at]));
    await this.#forget({ ...job, deadline: this.#engine.deadline() }, copy, positions);
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
    if (cluster.isAwaiting || cluster.copyCount === 1 || !job.keys.some(this.#isCopied)) {
      return await job.run(this.#view(job, 0), 0);
    }
    return await this.#inTurn({ ...job, deadline: this.#engine.deadline() }, wireKeys);
  }

  /** Begins a call behind those for its keys that have not ended. One that only reads lets others pass. */
  #inTurn(job: BegunJob, wireKeys: readonly string[]): Promise<unknown> {
    return this.#turns.begin({
      wireKeys,
      deadline: job.deadline,
      isRead: !CHANGES.has(job.effect),
      carryOut: () => this.#carryOut(job, wireKeys),
      giveUp: (error) => this.#fail(job, undefined, error),
    });
  }

  async #carryOut(job: BegunJob, wireKeys: readonly string[]): Promise<unknown> {
    const routes = this.#routesOf(job, wireKeys);
    const isRead = job.effect === "read" || job.effect === "readRaw";
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
          ? this.#change(job, route)
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

  /** Groups the keys of a call by the copies that are asked for them. */
  #routesOf(job: CopyJob, wireKeys: readonly string[]): readonly Route[] {
    const routes = new Map<string, Route>();
    const { route } = this.#view(job, 0);
    // All keys of a call go the same way, so that what shares a server travels together.
    const first = this.#plan.hasZones ? 0 : Math.floor(this.#random() * this.#count);
    wireKeys.forEach((wireKey, at) => {
      const copies = this.#isCopied(job.keys[at])
        ? this.#copiesFor(job, route ?? wireKey, first)
        : UNCOPIED;
      const known = routes.get(copies.join());
      if (known === undefined) routes.set(copies.join(), { copies, positions: [at] });
      else known.positions.push(at);
    });
    return Array.from(routes.values());
  }

  /** Gives the copies to ask: the first one, the leading one, and the others, of which those are the last that are dead. */
  #copiesFor({ effect }: CopyJob, placed: string, first: number): readonly number[] {
    const { cluster } = this.#engine;
    const leading = this.#plan.leading.filter((copy) => copy < this.#count);
    const alive = leading.filter((copy) => !cluster.ownerOf(placed, copy).dead);
    const usable = alive.length === 0 ? leading : alive;
    const isSpread = effect === "read" || effect === "readRaw" ||
      effect === "load" && this.#plan.hasZones;
    const begin = isSpread && usable.includes(first) ? [first] : [];
    return Array.from(new Set([...begin, ...usable]));
  }

  get #count(): number {
    return this.#engine.cluster.copyCount;
  }

  /** Reads from a copy, and what that has not, or cannot give, from the leading one, and from the others if that fails. */
  async #read(job: BegunJob, { copies, positions }: Route): Promise<Outcome> {
    // All copies that are asked are alive, and so the first of them in order is the one that leads.
    const leading = this.#plan.leading.find((copy) => copies.includes(copy)) as number;
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

  /** Changes the leading copy, and has the others delete what they have. */
  async #change(job: BegunJob, { copies: [leading], positions }: Route): Promise<Outcome> {
    let result: unknown;
    let isUnknown = true;
    try {
      result = await this.#runOn(this.#view(job, leading), job, leading, positions);
      isUnknown = false;
    } catch (error) {
      // Wrong use, of which nothing was sent.
      isUnknown = isSound(error, MemcachedError) || job.options?.signal?.aborted === true;
      throw error;
    } finally {
      if (isUnknown) await this.#forget(job, leading, positions);
    }
    const copied = positions.filter((at) => this.#isCopied(job.keys[at]));
    const failures = await this.#forget(job, leading, copied);
    const parts = [{ positions, result }];
    if (job.effect !== "delete" || failures.size === 0) return { parts };
    const [error] = failures.values();
    TOLD.add(error);
    return { parts, error, failed: Array.from(failures.keys()) };
  }

  /** Has all copies but one delete some keys. Gives the errors of those that have not confirmed it, by their positions. */
  async #forget(
    job: BegunJob,
    leading: number,
    positions: readonly number[],
  ): Promise<ReadonlyMap<number, MemcachedError>> {
    const failures = new Map<number, MemcachedError>();
    if (positions.length === 0) return failures;
    const others = this.#plan.leading.filter((copy) => copy !== leading && copy < this.#count);
    await Promise.all(others.map(async (copy) => {
      const view = this.#view(job, copy, { strict: true, began: () => undefined });
      const keys = positions.map((at) => job.keys[at]);
      const forgotten = this.#engine.deadlines.within(job.deadline, () => forgetKeys(view, keys));
      for (const [i, error] of await forgotten) failures.set(positions[i], error);
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

  readonly #isCopied = (key: MetaKey): boolean =>
    this.#plan.isCopied(typeof key === "string" ? key : new TextDecoder().decode(key));
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
const UNCOPIED: readonly number[] = [0];
/** What changes an item by itself, so that the other copies must not keep theirs. */
const CHANGES: ReadonlySet<string> = new Set(["store", "delete", "change", "create"]);
