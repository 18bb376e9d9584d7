/** Reads the STAT lines of a family of statistics. */

import type {
  ConnectionStats,
  Figures,
  GeneralStats,
  ItemClassStats,
  SettingsStats,
  SlabClassStats,
  StatsFamilies,
  StatValue,
} from "./stats_families.ts";

/** A name and its value, as they came. */
export type Stat = readonly [name: string, value: string];

/** How a family is asked for and read. `undefined` if the server does not keep it. */
interface Family<T> {
  /** Its name on the wire. */
  readonly argument: string;
  readonly read: (stats: readonly Stat[]) => T | undefined;
}

/** All families. */
export const STATS_FAMILIES: { readonly [F in keyof StatsFamilies]: Family<StatsFamilies[F]> } = {
  general: { argument: "", read: (stats) => figuresOf(stats, valueOf) as GeneralStats },
  settings: {
    argument: "settings",
    read: (stats) => figuresOf(stats, settingOf) as SettingsStats,
  },
  items: {
    argument: "items",
    read: (stats) => numberedFigures<ItemClassStats>(stats, /^items:(\d+):(.+)$/),
  },
  slabs: {
    argument: "slabs",
    read: (stats) => ({
      classes: numberedFigures<SlabClassStats>(stats, OF_NUMBER),
      totals: figuresOf(stats.filter(([name]) => !OF_NUMBER.test(name)), valueOf),
    }),
  },
  sizes: {
    argument: "sizes",
    read: (stats) =>
      stats.some(([name, value]) => name === "sizes_status" && value !== "enabled")
        ? undefined
        : new Map(
          stats.flatMap(([name, value]) =>
            DIGITS.test(name) ? [[Number(name), Number(value)] as const] : []
          ),
        ),
  },
  conns: {
    argument: "conns",
    read: (stats) => numberedFigures<ConnectionStats>(stats, OF_NUMBER),
  },
};

/** Reads one STAT line; `undefined` if it is none. */
export function readStat(line: string): Stat | undefined {
  if (!line.startsWith(STAT)) return undefined;
  const space = line.indexOf(" ", STAT.length);
  if (space < 0) return [line.slice(STAT.length), ""];
  return [line.slice(STAT.length, space), line.slice(space + 1)];
}

/** Gathers those figures whose name begins with a number, by that number. */
function numberedFigures<T extends Figures>(
  stats: readonly Stat[],
  form: RegExp,
): ReadonlyMap<number, T> {
  const byNumber = new Map<number, Stat[]>();
  for (const [name, value] of stats) {
    const found = form.exec(name);
    if (found === null) continue;
    const number = Number(found[1]);
    const own = byNumber.get(number);
    if (own === undefined) byNumber.set(number, [[found[2], value]]);
    else own.push([found[2], value]);
  }
  const read = new Map<number, T>();
  for (const [number, own] of byNumber) read.set(number, figuresOf(own, valueOf) as T);
  return read;
}

function figuresOf(
  stats: readonly Stat[],
  read: (name: string, text: string) => StatValue | undefined,
): Figures {
  const figures = {};
  for (const [name, text] of stats) {
    const value = read(name, text);
    if (value === undefined) continue;
    // The server has chosen the name, which may be that of something inherited.
    Object.defineProperty(figures, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return figures;
}

function valueOf(name: string, text: string): StatValue {
  if (TEXTS.has(name)) return text;
  if (/^-?\d+$/.test(text)) {
    const value = Number(text);
    return TRAFFIC.has(name) || !Number.isSafeInteger(value) ? BigInt(text) : value;
  }
  return /^-?\d+\.\d+$/.test(text) ? Number(text) : text;
}

function settingOf(name: string, text: string): StatValue | undefined {
  if (UNSET.has(text)) return undefined;
  return TEXTS.has(name) ? text : SWITCHES.get(text) ?? valueOf(name, text);
}

const STAT = "STAT ";
const DIGITS = /^\d+$/;
const OF_NUMBER = /^(\d+):(.+)$/;
/** Texts, also if they look like a number. */
const TEXTS: ReadonlySet<string> = new Set([
  ...["version", "libevent", "inter", "domain_socket", "umask", "stat_key_prefix"],
  ...["hash_algorithm", "addr", "listen_addr", "state"],
]);
/** Bytes that went over the network: after some weeks at 10 Gbit/s a number cannot hold them. */
const TRAFFIC: ReadonlySet<string> = new Set(["bytes_read", "bytes_written"]);
const UNSET: ReadonlySet<string> = new Set(["NULL", "(null)", ""]);
const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ["yes", true],
  ["on", true],
  ["no", false],
  ["off", false],
]);
