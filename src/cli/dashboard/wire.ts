/** What the dashboard tells its page, as JSON. The page knows these types and nothing else of this package. */

/** The figures of one moment, in the order in which a point has them. */
export const FIELDS = [
  "gets",
  "sets",
  "others",
  "hitRate",
  "bytes",
  "limit",
  "evictions",
  "latency",
  "slowest",
  "received",
  "sent",
  "items",
  "connections",
] as const;

/** Name of a figure. Those that count something are by second; times are in milliseconds. */
export type Field = typeof FIELDS[number];

/** The figures of one moment, `null` where there is none. */
export type Point = readonly (number | null)[];

/** Points by column, oldest first. */
export interface Columns {
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  /** A list for each of {@linkcode FIELDS}. */
  readonly columns: readonly (readonly (number | null)[])[];
}

/** The first message: what does not change. */
export interface Hello {
  /** When the dashboard was started, in milliseconds since 1970. */
  readonly started: number;
  /** Whether keys may be deleted. */
  readonly mayWrite: boolean;
  /** Milliseconds between two points of both series, and how many of each are kept. */
  readonly fine: { readonly step: number; readonly count: number };
  readonly coarse: { readonly step: number; readonly count: number };
}

/** Points that the page does not have yet: of all servers together, or of the one it shows. */
export interface Points {
  /** True if they take the place of all that the page has. */
  readonly isAll: boolean;
  readonly fine: Columns;
  readonly coarse: Columns;
}

/** The state of a server: it answers, does not, or was not asked for long enough to know. */
export type ServerState = "up" | "down" | "asked";

/** What the page shows of `stats`. */
export const SHOWN_STATS = [
  ...["version", "uptime", "curr_items", "bytes", "limit_maxbytes", "curr_connections"] as const,
  ...["cmd_get", "get_hits", "get_misses", "cmd_set", "evictions"] as const,
];

/** Figures of a server by memcached's names. */
export type ShownStats = Readonly<Partial<Record<typeof SHOWN_STATS[number], string | number>>>;

/** What is known of a server now. */
export interface ServerRow {
  /** Display name. */
  readonly name: string;
  readonly state: ServerState;
  /** Since when it is in that state, in milliseconds since 1970. */
  readonly since: number;
  /** Why it does not answer, and what to do about it. */
  readonly trouble?: Trouble;
  /** What `stats` gave last, as it came: those of {@linkcode SHOWN_STATS}. */
  readonly stats?: ShownStats;
  /** The last point, in the order of {@linkcode FIELDS}. */
  readonly point?: Point;
}

/** What is wrong with a server, and what to check. */
export interface Trouble {
  readonly message: string;
  readonly advice: string;
}

/** How keys are placed. */
export interface RingPicture {
  /** Whether there is a ring: some distributions have none. */
  readonly isRing: boolean;
  /** How many made-up keys were placed to find that out. */
  readonly keys: number;
  readonly servers: readonly { readonly name: string; readonly share: number }[];
  /** The points that were found, ascending, from 0 to 2^32, and the indexes of their servers. */
  readonly points: readonly number[];
  readonly owners: readonly number[];
}

/** The slab classes with the same size of chunk, of all servers together or of the one that is shown. */
export interface SlabClass {
  /** Bytes of a chunk: the largest item that fits. */
  readonly size: number;
  /** Bytes of its pages. */
  readonly memory: number;
  /** Bytes of the chunks that have an item. */
  readonly used: number;
  /** Bytes that these items ask for. */
  readonly asked: number;
  readonly items: number;
  readonly evicted: number;
  /** Seconds since its oldest item was used. */
  readonly age: number;
}

/** All slab classes, by size. */
export interface SlabPicture {
  readonly classes: readonly SlabClass[];
  /** Servers that did not answer. */
  readonly missing: readonly string[];
}

/** What is known of a key. */
export interface KeyReport {
  readonly key: string;
  /** The key as it is sent, made readable. */
  readonly wireKey: string;
  readonly server: string;
  readonly isAlive: boolean;
  readonly goesTo?: string;
  readonly standIns: readonly string[];
  readonly hash?: number;
  readonly point?: number;
  readonly isFound: boolean;
  readonly flags?: number;
  /** Bytes of the data, as it is stored. */
  readonly size?: number;
  /** Seconds until it expires; `null`: never. */
  readonly ttl?: number | null;
  /** Seconds since it was used last. */
  readonly lastAccess?: number;
  readonly wasRead?: boolean;
  /** The value as the codec reads it. */
  readonly value?: ShownValue;
  /** The first bytes as they are stored. */
  readonly bytes?: string;
  /** What could not be found out, and why. */
  readonly troubles: readonly string[];
}

/** A value as text. */
export interface ShownValue {
  /** What it is, as in `text` or `object`. */
  readonly type: string;
  readonly text: string;
  /** True if the text is only the beginning. */
  readonly isCut: boolean;
}

/** What was read while the servers were watched. */
export interface KeyGroups {
  /** How long they were watched, in milliseconds. */
  readonly lasted: number;
  /** Reads that were seen. */
  readonly reads: number;
  /** Reads that the servers did not tell, as they came too fast. */
  readonly skipped: number;
  /** True if it ended early, as enough had been seen. */
  readonly isFull: boolean;
  readonly groups: readonly KeyGroup[];
  readonly keys: readonly KeyGroup[];
  readonly troubles: readonly string[];
}

/** Keys with the same beginning, or one key. */
export interface KeyGroup {
  readonly name: string;
  readonly reads: number;
  readonly hits: number;
}
