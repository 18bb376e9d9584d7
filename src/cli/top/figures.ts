/** What two samples of a server say. */

import { grown, secondsBetween } from "../growth.ts";
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
  const seconds = last && before && secondsBetween(before, last);
  const growth = (names: readonly string[]) => {
    return last && before && seconds !== undefined ? grown(before, last, names) : undefined;
  };
  const perSecond = (names: readonly string[]) => {
    const growths = growth(names);
    return growths === undefined || seconds === undefined ? undefined : growths / seconds;
  };
  const of = (name: string) => {
    const value = last?.stats[name];
    return value === undefined ? undefined : Number(value);
  };
  const gets = growth(["cmd_get"]);
  const hits = growth(["get_hits"]);
  return {
    server,
    operations: perSecond(OPERATIONS),
    hits: gets && hits !== undefined ? Math.min(1, hits / gets) : undefined,
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
