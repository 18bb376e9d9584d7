/** Results as text for a terminal: one table a work. */
import { type CoresName, coresText } from "./cores.ts";
import type { Result } from "./report.ts";
import { keysPerCall, nameOf, type Work } from "./work.ts";

const HEADINGS = [
  "calls/s",
  "keys/s",
  "p50 µs",
  "p99 µs",
  "p99.9 µs",
  "CPU µs/key",
  "of raw",
  "of best peer",
  "of libmc-python",
];

/** Formats one work: a part for each way to run, whose first heading says how many cores there were. */
export function formatTable(work: Work, results: readonly Result[]): string {
  const rows: string[][] = [];
  let cores: CoresName | undefined;
  for (const result of results) {
    if (result.cores !== cores) rows.push([`on ${coresText(result.cores)}`, ...HEADINGS]);
    cores = result.cores;
    rows.push(rowOf(result));
  }
  // Without libmc on Python there is no column for it.
  const columns = results.some(({ ofLibmcPython }) => ofLibmcPython !== undefined)
    ? rows[0]
    : rows[0]?.slice(0, -1);
  const widths = columns?.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => {
    return "  " + widths.map((width, column) => {
      return column === 0 ? row[column].padEnd(width) : row[column].padStart(width);
    }).join("  ");
  });
  return [title(work), ...lines, ""].join("\n");
}

function rowOf(result: Result): string[] {
  return [
    result.participant,
    count(result.callsPerSecond),
    count(result.keysPerSecond),
    count(result.latency.p50),
    count(result.latency.p99),
    count(result.latency.p999),
    result.cpuMicrosPerKey.toFixed(2),
    ratio(result.ofRaw),
    ratio(result.ofBestPeer),
    ratio(result.ofLibmcPython),
  ];
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
