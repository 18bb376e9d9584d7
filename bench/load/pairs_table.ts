/** A comparison as text for a terminal: one line a work, printed as they come. */
import type { Pairs, Ratio } from "./pairs.ts";
import { nameOf } from "./work.ts";

const COLUMNS = [
  ["work", -24],
  ["calls/s before", 14],
  ["after", 10],
  ["after/before", 20],
  ["CPU µs/key before", 17],
  ["after", 8],
  ["after/before", 20],
] as const;

/** The headings; calls per second are better above 1, CPU time below. */
export function formatPairsHead(): string {
  return line(COLUMNS.map(([heading]) => heading));
}

/** One work. */
export function formatPairs({ work, before, after, rate, cpu }: Pairs): string {
  return line([
    nameOf(work),
    count(before.callsPerSecond),
    count(after.callsPerSecond),
    ratio(rate),
    before.cpuMicrosPerKey.toFixed(3),
    after.cpuMicrosPerKey.toFixed(3),
    ratio(cpu),
  ]);
}

function line(cells: readonly string[]): string {
  return cells.map((cell, i) => {
    const width = COLUMNS[i][1];
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  }).join("  ").trimEnd();
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function ratio({ median, quarter, threeQuarters }: Ratio): string {
  return `${median.toFixed(3)} [${quarter.toFixed(3)}, ${threeQuarters.toFixed(3)}]`;
}
