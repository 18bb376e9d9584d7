/** What two samples of a server say. */

import type { ServerState } from "./server_poll.ts";

/** The figures of a server; what is not known is `undefined`. */
export interface ServerFigures {
  readonly server: string;
  readonly operations: number | undefined;
  /** Share of the gets between the samples that were hits. */
  readonly hits: number | undefined;
  readonly bytes: number | undefined;
  readonly limit: number | undefined;
  readonly items: number | undefined;
  /** A second. */
  readonly evictions: number | undefined;
  readonly connections: number | undefined;
  /** Milliseconds of the question itself. */
  readonly latency: number | undefined;
  readonly trouble: string | undefined;
}

/** Reads the figures of a server. */
export function figuresOf({ server, last, before, trouble }: ServerState): ServerFigures {
  const seconds = last && before ? (last.at - before.at) / 1000 : 0;
  function of(name: string): number | undefined {
    const value = last?.stats[name];
    return value === undefined ? undefined : Number(value);
  }
  function grown(names: readonly string[]): number | undefined {
    if (!last || !before) return undefined;
    const sumOf = (stats: typeof last.stats) => {
      return names.reduce((sum, name) => sum + Number(stats[name] ?? 0), 0);
    };
    return sumOf(last.stats) - sumOf(before.stats);
  }
  function perSecond(names: readonly string[]): number | undefined {
    const growth = grown(names);
    return growth === undefined || seconds <= 0 ? undefined : growth / seconds;
  }
  const gets = grown(["cmd_get"]);
  const hits = grown(["get_hits"]);
  return {
    server,
    operations: perSecond(OPERATIONS),
    hits: gets && hits !== undefined ? hits / gets : undefined,
    bytes: of("bytes"),
    limit: of("limit_maxbytes"),
    items: of("curr_items"),
    evictions: perSecond(["evictions"]),
    connections: of("curr_connections"),
    latency: last?.latency,
    trouble,
  };
}

/** Meta commands are counted among these as well. */
const OPERATIONS = [
  ...["cmd_get", "cmd_set", "cmd_touch"],
  ...["delete_hits", "delete_misses", "incr_hits", "incr_misses", "decr_hits", "decr_misses"],
];
