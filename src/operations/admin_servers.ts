/** The methods of `client.admin` that ask and change servers: stats, slabs, lru, cacheMemlimit, raw. */

import { integerFrom, numberFrom, oneOf, readOptions } from "../checks/check.ts";
import { checkRawLine, isFollowed } from "../commands/admin/raw_line.ts";
import type { StatsFamilies } from "../commands/admin/stats_families.ts";
import { readStat, type Stat, STATS_FAMILIES } from "../commands/admin/stats_lines.ts";
import { CALL_OPTIONS, type CallOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { EVERY_KEY } from "../engine/own_changes.ts";
import { type Verb, verb } from "../engine/verb.ts";
import { UnsupportedError } from "../errors.ts";
import {
  ADMIN_OPTIONS,
  type AdminOptions,
  askEach,
  type Asking,
  askOne,
  unexpectedLine,
} from "./admin_call.ts";

type Options = AdminOptions | undefined;

/**
 * How memcached divides its memory among items of different age: the arguments of `client.admin.lru.tune()`.
 *
 * @example memcached's own defaults
 * ```ts
 * import type { LruTuning } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const tuning: LruTuning = { hotPercent: 20, warmPercent: 40, hotFactor: 0.2, warmFactor: 2 };
 * assertEquals(tuning.hotPercent + tuning.warmPercent, 60);
 * ```
 */
export interface LruTuning {
  /** Most of the memory for new items, in percent: an integer from 0 to 80. */
  hotPercent: number;
  /** Most of the memory for items that are read again: an integer from 0 to 80, together with the other at most 80. */
  warmPercent: number;
  /** How old a hot item may be, in parts of the age of the oldest cold one: a number from 0.001 to 1000. */
  hotFactor: number;
  /** The same for a warm item. */
  warmFactor: number;
}

export function stats<F extends keyof StatsFamilies>(
  engine: Engine,
  family: F,
  options: Options,
): Promise<Map<string, StatsFamilies[F]>> {
  return askEach(engine, VERBS.stats as StatsVerb<F>, options, () => {
    oneOf(...Object.keys(STATS_FAMILIES))("family", family);
    const { argument, read } = STATS_FAMILIES[family];
    return {
      command: "stats",
      line: `stats ${argument}`.trimEnd(),
      async read(first, next, origin) {
        const found: Stat[] = [];
        for (let line = first; line !== "END"; line = await next()) {
          const stat = readStat(line);
          if (stat === undefined) throw unexpectedLine(line, origin);
          found.push(stat);
        }
        const stats = read(found);
        if (stats !== undefined) return stats;
        const { server, command } = origin;
        throw new UnsupportedError(
          `Cannot tell the ${family} of ${server} as it does not count them: ${TRACK_SIZES}`,
          { server, command },
        );
      },
    };
  }, (stats) => stats);
}

export function reassign(
  engine: Engine,
  from: number,
  to: number,
  options: Options,
): Promise<string[]> {
  return order(engine, VERBS.reassign, options, () => {
    integerFrom(-1, MOST_CLASS)("from", from);
    integerFrom(0, MOST_CLASS)("to", to);
    return ["slabs", `reassign ${from} ${to}`];
  });
}

export function automove(engine: Engine, level: number, options: Options): Promise<string[]> {
  return order(engine, VERBS.automove, options, () => {
    integerFrom(0, 2)("level", level);
    return ["slabs", `automove ${level}`];
  });
}

export function tune(engine: Engine, tuning: LruTuning, options: Options): Promise<string[]> {
  return order(engine, VERBS.tune, options, () => {
    const { hotPercent, warmPercent, hotFactor, warmFactor } = readOptions(
      "lru.tune()",
      tuning,
      TUNING,
      Object.keys(TUNING),
    );
    integerFrom(0, MOST_PERCENT)("hotPercent and warmPercent together", hotPercent + warmPercent);
    return ["lru", `tune ${hotPercent} ${warmPercent} ${hotFactor} ${warmFactor}`];
  });
}

export function mode(engine: Engine, mode: string, options: Options): Promise<string[]> {
  return order(engine, VERBS.mode, options, () => {
    oneOf("flat", "segmented")("mode", mode);
    return ["lru", `mode ${mode}`];
  });
}

export function tempTtl(engine: Engine, seconds: number, options: Options): Promise<string[]> {
  return order(engine, VERBS.tempTtl, options, () => {
    integerFrom(-1, 2 ** 31 - 1)("seconds", seconds);
    return ["lru", `temp_ttl ${seconds}`];
  });
}

export function cacheMemlimit(
  engine: Engine,
  megabytes: number,
  options: Options,
): Promise<string[]> {
  return order(engine, VERBS.cacheMemlimit, options, () => {
    integerFrom(8, 1_000_000_000)("megabytes", megabytes);
    return ["cache_memlimit", String(megabytes)];
  });
}

export function raw(
  engine: Engine,
  server: string,
  line: string,
  options: CallOptions | undefined,
): Promise<string[]> {
  return askOne<string[]>(engine, VERBS.raw, server, options, () => ({
    command: checkRawLine(line),
    line,
    changed: EVERY_KEY,
    async read(first, next) {
      const lines = [first];
      while (isFollowed(first) && lines.at(-1) !== "END") lines.push(await next());
      return lines;
    },
  }));
}

/** Sends an order that is answered by OK. Gives the names of the servers that carried it out. */
function order(
  engine: Engine,
  verb: Verb<string[]>,
  options: Options,
  prepare: () => [command: string, argument: string],
): Promise<string[]> {
  return askEach<true, string[]>(engine, verb, options, (): Asking<true> => {
    const [command, argument] = prepare();
    return {
      command,
      line: `${command} ${argument}`,
      read(first, _next, origin) {
        if (first !== "OK") throw unexpectedLine(first, origin);
        return true;
      },
    };
  }, (answers) => [...answers.keys()]);
}

type StatsVerb<F extends keyof StatsFamilies> = Verb<Map<string, StatsFamilies[F]>>;

const VERBS = {
  stats: verb("admin.stats", () => new Map<string, never>(), ADMIN_OPTIONS),
  reassign: verb("admin.slabs.reassign", (): string[] => [], ADMIN_OPTIONS),
  automove: verb("admin.slabs.automove", (): string[] => [], ADMIN_OPTIONS),
  tune: verb("admin.lru.tune", (): string[] => [], ADMIN_OPTIONS),
  mode: verb("admin.lru.mode", (): string[] => [], ADMIN_OPTIONS),
  tempTtl: verb("admin.lru.tempTtl", (): string[] => [], ADMIN_OPTIONS),
  cacheMemlimit: verb("admin.cacheMemlimit", (): string[] => [], ADMIN_OPTIONS),
  raw: verb("admin.raw", (): string[] => [], CALL_OPTIONS),
};

const TUNING = {
  hotPercent: integerFrom(0, 80),
  warmPercent: integerFrom(0, 80),
  hotFactor: numberFrom(0.001, 1000),
  warmFactor: numberFrom(0.001, 1000),
};
const MOST_PERCENT = 80;
/** Slab classes are numbered by a byte. */
const MOST_CLASS = 255;
const TRACK_SIZES = "start memcached with -o track_sizes";
