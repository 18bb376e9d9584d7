/** Results as text for a terminal: one table a work. */
import type { Result } from "./report.ts";
import { keysPerCall, nameOf, type Work } from "./work.ts";

const HEADINGS = [
  "participant",
  "calls/s",
  "keys/s",
  "p50 µs",
  "p99 µs",
  "p99.9 µs",
  "CPU µs/key",
  "of raw",
  "of best peer",
];

/** Formats one work's table. */
export function formatTable(work: Work, results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.participant,
    count(result.callsPerSecond),
    count(result.keysPerSecond),
    count(result.latency.p50),
    count(result.latency.p99),
    count(result.latency.p999),
    result.cpuMicrosPerKey.toFixed(2),
    ratio(result.ofRaw),
    ratio(result.ofBestPeer),
  ]);
  const widths = HEADINGS.map((heading, column) => {
    return Math.max(heading.length, ...rows.map((row) => row[column].length));
  });
  const line = (cells: readonly string[]) => {
    return "  " + cells.map((cell, column) => {
      return column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]);
    }).join("  ");
  };
  return [title(work), line(HEADINGS), ...rows.map(line), ""].join("\n");
}

function title(work: Work): string {
  const callers = work.callers === 1 ? "one caller" : `${work.callers} callers`;
  const servers = work.servers === 1 ? "one server" : `${work.servers} servers`;
  const keys = keysPerCall(work.operation) === 1 ? "" : " keys";
  return `${nameOf(work)}: ${work.operation}${keys}, ${work.bytes} bytes, ${callers}, ${servers}`;
}

/** 1234567 as `1,234,567`; small figures keep one decimal. */
function count(value: number): string {
  if (!Number.isFinite(value)) return "-";
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}

function ratio(value: number | undefined): string {
  return value === undefined ? "-" : `${value.toFixed(2)}×`;
}
