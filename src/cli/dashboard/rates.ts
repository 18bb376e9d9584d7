/** From what servers have counted to what happens by second. */

import { grown, secondsBetween } from "../growth.ts";
import { type Field, FIELDS, type Point } from "./wire.ts";

/** What a server has answered, and when. */
export interface Answer {
  /** What `stats` gave. */
  readonly stats: Readonly<Record<string, string | number>>;
  /** Milliseconds that it took to answer a small question. */
  readonly latency: number;
}

/** An answer, and when it came, in milliseconds of the clock. */
export interface TimedAnswer extends Answer {
  readonly at: number;
}

/** The figures of a server, and what is needed to join them with those of others. */
export interface Rates {
  readonly figures: Readonly<Partial<Record<Field, number>>>;
  /** Keys that were found, by second. */
  readonly hits: number | undefined;
}

/**
 * Compares two answers of one server.
 *
 * @param before The one before; without it, or if the server was started anew in between, nothing is known by second.
 */
export function ratesOf(before: TimedAnswer | undefined, now: TimedAnswer): Rates {
  const count = (name: string) => Number(now.stats[name] ?? 0);
  const figures: Partial<Record<Field, number>> = {
    bytes: count("bytes"),
    limit: count("limit_maxbytes"),
    items: count("curr_items"),
    connections: count("curr_connections"),
    latency: now.latency,
    slowest: now.latency,
  };
  const seconds = before && secondsBetween(before, now);
  if (before === undefined || seconds === undefined) return { figures, hits: undefined };
  const rate = (...names: string[]) => grown(before, now, names) / seconds;
  const gets = rate("cmd_get");
  const hits = rate("get_hits");
  figures.gets = gets;
  figures.sets = rate("cmd_set");
  figures.others = rate(...OTHERS);
  figures.evictions = rate("evictions");
  figures.received = rate("bytes_read");
  figures.sent = rate("bytes_written");
  if (gets > 0) figures.hitRate = Math.min(1, hits / gets);
  return { figures, hits };
}

/** Joins the figures of servers. */
export function together(all: readonly Rates[]): Point {
  const totals: Partial<Record<Field, number>> = {};
  for (const { figures } of all) {
    for (const field of SUMMED) {
      const figure = figures[field];
      if (figure !== undefined) totals[field] = (totals[field] ?? 0) + figure;
    }
  }
  const hits = all.reduce((sum, { hits = 0 }) => sum + hits, 0);
  if (totals.gets !== undefined && totals.gets > 0) {
    totals.hitRate = Math.min(1, hits / totals.gets);
  }
  const latencies = all.flatMap(({ figures }) => figures.latency ?? []).sort((a, b) => a - b);
  if (latencies.length > 0) {
    totals.latency = latencies[Math.floor((latencies.length - 1) / 2)];
    totals.slowest = latencies[latencies.length - 1];
  }
  return pointOf(totals);
}

/** The figures of one server as a point. */
export function pointOf(figures: Readonly<Partial<Record<Field, number>>>): Point {
  return FIELDS.map((field) => figures[field] ?? null);
}

/** A point without any figure. */
export const NOTHING: Point = pointOf({});

/** What a server counts of commands that neither read nor store. */
const OTHERS = [
  ...["delete_hits", "delete_misses", "incr_hits", "incr_misses", "decr_hits", "decr_misses"],
  ...["cmd_touch", "cmd_flush"],
];

const SUMMED: readonly Field[] = [
  ...["gets", "sets", "others", "evictions", "received", "sent"] as const,
  ...["bytes", "limit", "items", "connections"] as const,
];
