/**
 * The verbs of a client that moves from other servers: each is carried out on the side of its keys, and the other side is
 * told, as `operations/migration/moves.ts` says.
 */

import type { CallOptions, FlushOptions } from "../engine/call_options.ts";
import { eitherEnds } from "../engine/ending.ts";
import type { Engine } from "../engine/engine.ts";
import type { MigrationOptions } from "../engine/migration_options.ts";
import { routed } from "../engine/view.ts";
import { Loads } from "../operations/get_or_set/get_or_set.ts";
import { invalidate, type InvalidateOptions } from "../operations/get_or_set/invalidate.ts";
import type { GetOrSetOptions, Load, LoadMany } from "../operations/get_or_set/options.ts";
import type { OldServers } from "../operations/health.ts";
import { lock, lockBoth, lockOnFirst, type LockOptions } from "../operations/lock.ts";
import type { MetaGetOptions, MetaKey } from "../operations/meta/options.ts";
import { noop } from "../operations/meta/servers.ts";
import type { Job, Side } from "../operations/job.ts";
import { Moves } from "../operations/migration/moves.ts";
import { flushAll } from "../operations/servers.ts";
import { asking, jobOf, teach } from "./jobs.ts";
import { PlacedLoads } from "./placed_loads.ts";
import { listOf, META_WAYS, WAYS } from "./ways.ts";

/** A move, as the client sees it. */
export class Move {
  readonly moves: Moves;
  readonly engines: Readonly<Record<Side, Engine>>;
  readonly loads: PlacedLoads<Side>;

  constructor(moves: Moves, engines: Move["engines"]) {
    this.moves = moves;
    this.engines = engines;
    const { old, new: to } = engines;
    // Not those of the old client, which lives on when this one is closed.
    this.loads = new PlacedLoads((side) =>
      side === "new"
        ? new Loads(to)
        : new Loads(moves.onOld, undefined, eitherEnds(old.ending, to.ending))
    );
  }

  get isDone(): boolean {
    return this.moves.migration.stage === "done";
  }

  /** The old servers, for reports of health. */
  get old(): OldServers {
    return { engine: this.engines.old, stage: this.moves.migration.stage };
  }

  async close(): Promise<void> {
    this.engines.new.beginClosing();
    await this.moves.close();
    await this.loads.close();
  }

  /** Flushes the old servers first, as what they have would be carried over. */
  async flushAll(options: FlushOptions | undefined): Promise<string[]> {
    return await this.moves.hold(async () => {
      if (this.isDone) return await flushAll(this.engines.new, options);
      const names = await flushAll(this.moves.onOld, options);
      return [...names, ...await flushAll(this.engines.new, options)];
    });
  }

  /** @throws {TypeError} As long as the client moves: the number of a namespace would be another one on each side. */
  refuseNamespace(): void {
    if (this.isDone) return;
    throw new TypeError(
      "Cannot give a namespace of a client that moves: use that of the old client until the move is done",
    );
  }
}

/**
 * Makes a move.
 *
 * @throws {TypeError} If the clients have options that do not go with it.
 */
export function moveBetween(
  engines: Move["engines"],
  options: MigrationOptions,
): Move {
  if (engines.old.copies !== undefined) {
    throw new TypeError(
      'Cannot use option "migrateFrom" with a client that has "replicas" or "zones": make one without',
    );
  }
  // Each side hears only of its own changes.
  if (Object.values(engines).some(({ settings }) => settings.nearCache !== undefined)) {
    throw new TypeError(
      'Cannot use option "nearCache" while a client moves: neither with "migrateFrom" nor in the old client',
    );
  }
  return new Move(new Moves(engines.old, engines.new, options), engines);
}

/** Makes the object with the verbs of a client that moves. */
export function movingVerbs<V extends object>(move: Move): V {
  return new Verbs(move) as object as V;
}

class Mover {
  readonly move: Move;

  constructor(move: Move) {
    this.move = move;
  }
}

/** The verbs of the client. */
class Verbs extends Mover {
  readonly meta: MetaVerbs = new MetaVerbs(this.move);

  getOrSet(key: string, load: Load<unknown>, options: GetOrSetOptions): Promise<unknown> {
    const job: Job = {
      effect: "load",
      keys: [key],
      isMany: false,
      options,
      run: (engine, side) => {
        const loading: Load<unknown> = async (context) => {
          await this.move.moves.clearOther(job, side);
          return await load(context);
        };
        const given = typeof load === "function" ? loading : load;
        const { schema } = this.move.engines.new.settings;
        return this.move.loads.at(side).getOrSet(engine, key, given, options, schema);
      },
    };
    return this.move.moves.perform(job);
  }

  getOrSetMulti(
    keys: Iterable<string>,
    loadMany: LoadMany<unknown>,
    options: GetOrSetOptions,
  ): Promise<unknown> {
    const list = listOf(keys);
    const job: Job = {
      effect: "load",
      keys: Array.isArray(list) ? Array.from(new Set(list)) : [],
      isMany: true,
      options,
      run: (engine, side, positions) => {
        const loading: LoadMany<unknown> = async (wanted, context) => {
          await this.move.moves.clearOther({ ...job, keys: wanted }, side);
          return await loadMany(wanted, context);
        };
        const given = typeof loadMany === "function" ? loading : loadMany;
        const some = positions?.map((at) => job.keys[at]) ?? list;
        const { schema } = this.move.engines.new.settings;
        return this.move.loads.at(side).getOrSetMulti(
          engine,
          some as string[],
          given,
          options,
          schema,
        );
      },
    };
    return this.move.moves.perform(job);
  }

  /** What is stale stays, and so it needs the item. */
  invalidate(key: string, options: InvalidateOptions): Promise<unknown> {
    return this.move.moves.perform({
      effect: "change",
      keys: [key],
      isMany: false,
      options,
      run: (engine, side) => invalidate(engine, this.move.loads.at(side), key, options),
    });
  }

  /** On the new side it is taken on both, the old one first, so that nobody else has it on either. */
  lock(key: string, options: LockOptions): Promise<unknown> {
    return this.move.moves.perform({
      effect: "lock",
      keys: [key],
      isMany: false,
      options,
      check: (engine) => lock(engine, key, options),
      run: (engine, side) => {
        const { engines, isDone, moves } = this.move;
        if (isDone) return lock(engine, key, options);
        const both = [routed(moves.onOld, options), routed(engines.new, options)] as const;
        return side === "old" ? lockOnFirst(both, key, options) : lockBoth(both, key, options);
      },
    });
  }
}

/** The meta commands of the client. */
class MetaVerbs extends Mover {
  async noop(options?: CallOptions): Promise<boolean> {
    const { moves, engines } = this.move;
    return await moves.hold(() => noop(engines.new, options));
  }

  get(key: MetaKey, options?: MetaGetOptions): Promise<unknown> {
    return this.move.moves.perform(jobOf(asking(META_WAYS.get, options), [key, options]));
  }

  getMulti(keys: Iterable<MetaKey>, options?: MetaGetOptions): Promise<unknown> {
    return this.move.moves.perform(jobOf(asking(META_WAYS.getMulti, options), [keys, options]));
  }
}

teach(Verbs.prototype, WAYS, perform);
teach(MetaVerbs.prototype, META_WAYS, perform);

function perform({ move }: Mover, job: Job<unknown>): Promise<unknown> {
  return move.moves.perform(job);
}
