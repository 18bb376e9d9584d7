/**
 * The verbs of a client whose keys have copies: each is carried out on the copies that it needs, as
 * `operations/copies/copied_calls.ts` says.
 */

import type { CallOptions, FlushOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { CopiedCalls, CopyJob } from "../operations/copies/copied_calls.ts";
import { Loads } from "../operations/get_or_set/get_or_set.ts";
import { invalidate, type InvalidateOptions } from "../operations/get_or_set/invalidate.ts";
import type { GetOrSetOptions, Load, LoadMany } from "../operations/get_or_set/options.ts";
import { mayPeek, peek, peekMany } from "../operations/get_or_set/peek.ts";
import type { MetaGetOptions, MetaKey } from "../operations/meta/options.ts";
import { noop } from "../operations/meta/servers.ts";
import { flushAll } from "../operations/servers.ts";
import { asking, jobOf, teach } from "./jobs.ts";
import { PlacedLoads } from "./placed_loads.ts";
import { listOf, META_WAYS, WAYS } from "./ways.ts";

/** The copies of the keys of one client, as the client sees them. */
export class Copying {
  readonly engine: Engine;
  readonly calls: CopiedCalls;
  /** By copy. Each zone has what it loads for itself. Else what was loaded counts for all copies. */
  readonly loads: PlacedLoads<number> = new PlacedLoads((copy) =>
    new Loads(
      this.calls.view(copy),
      this.hasZones ? undefined : (key, route) => this.calls.clearOthers(key, copy, route),
    )
  );

  constructor(engine: Engine, calls: CopiedCalls) {
    this.engine = engine;
    this.calls = calls;
  }

  /** True if each zone loads its values for itself, and not the leading copy for all. */
  get hasZones(): boolean {
    return this.calls.hasZones;
  }

  /** Flushes all servers, and those that have copied something from another one meanwhile once more. */
  async flushAll(options: FlushOptions | undefined): Promise<string[]> {
    return await this.calls.hold(async () => {
      const names = await flushAll(this.engine, options);
      return options?.delay === undefined ? await flushAll(this.engine, options) : names;
    });
  }

  /** @throws {TypeError} With zones: each would have a number of its own for a namespace. */
  refuseNamespace(): void {
    if (!this.hasZones) return;
    throw new TypeError(
      "Cannot give a namespace of a client with zones: make a client without zones for it",
    );
  }

  realtimeHost(key: string): Promise<string | undefined> {
    const job = jobOf(WAYS.getRealtimeHostByKey, [key]);
    return this.calls.perform(job) as Promise<string | undefined>;
  }

  /** Waits also for what is loaded behind the backs of callers: the other copies have to forget what they have. */
  async close(): Promise<void> {
    this.engine.beginClosing();
    await this.calls.close();
    await this.loads.close();
  }
}

/** Makes the object with the verbs of a client whose keys have copies. */
export function copyingVerbs<V extends object>(copying: Copying): V {
  return new Verbs(copying) as object as V;
}

class Copier {
  readonly copying: Copying;

  constructor(copying: Copying) {
    this.copying = copying;
  }
}

/** The verbs of the client. */
class Verbs extends Copier {
  readonly meta: MetaVerbs = new MetaVerbs(this.copying);

  getOrSet(key: string, load: Load<unknown>, options: GetOrSetOptions): Promise<unknown> {
    return this.copying.calls.perform({
      effect: "load",
      keys: [key],
      isMany: false,
      options,
      run: (engine, copy) =>
        this.copying.loads.at(copy).getOrSet(engine, key, load, options, engine.settings.schema),
      ...(this.#mayPeek(load, options) && { peek: (engine) => peek(engine, key, options) }),
    });
  }

  getOrSetMulti(
    keys: Iterable<string>,
    loadMany: LoadMany<unknown>,
    options: GetOrSetOptions,
  ): Promise<unknown> {
    const list = listOf(keys);
    const all = Array.isArray(list) ? Array.from(new Set<string>(list)) : [];
    const some = (positions: readonly number[] | undefined) =>
      positions?.map((at) => all[at]) ?? list as string[];
    return this.copying.calls.perform({
      effect: "load",
      keys: all,
      isMany: true,
      options,
      run: (engine, copy, positions) =>
        this.copying.loads.at(copy).getOrSetMulti(
          engine,
          some(positions),
          loadMany,
          options,
          engine.settings.schema,
        ),
      ...(this.#mayPeek(loadMany, options) && {
        peek: (engine, _copy, positions) => peekMany(engine, some(positions), options),
      }),
    });
  }

  /** In a zone the own copy is asked anyway. */
  #mayPeek(load: unknown, options: GetOrSetOptions): boolean {
    const { engine, hasZones } = this.copying;
    return typeof load === "function" && !hasZones && mayPeek(engine, options);
  }

  /** What is stale stays at the leading copy alone. */
  invalidate(key: string, options: InvalidateOptions): Promise<unknown> {
    return this.copying.calls.perform({
      effect: "change",
      keys: [key],
      isMany: false,
      options,
      run: (engine, copy) => invalidate(engine, this.copying.loads.at(copy), key, options),
    });
  }
}

/** The meta commands of the client. */
class MetaVerbs extends Copier {
  async noop(options?: CallOptions): Promise<boolean> {
    const { calls, engine } = this.copying;
    return await calls.hold(() => noop(engine, options));
  }

  get(key: MetaKey, options?: MetaGetOptions): Promise<unknown> {
    return this.copying.calls.perform(jobOf(asking(META_WAYS.get, options), [key, options]));
  }

  getMulti(keys: Iterable<MetaKey>, options?: MetaGetOptions): Promise<unknown> {
    return this.copying.calls.perform(jobOf(asking(META_WAYS.getMulti, options), [keys, options]));
  }
}

teach(Verbs.prototype, WAYS, perform);
teach(MetaVerbs.prototype, META_WAYS, perform);

function perform({ copying }: Copier, job: CopyJob): Promise<unknown> {
  return copying.calls.perform(job);
}
