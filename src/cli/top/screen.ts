/** The picture that `top` draws: a table that fits into the window. Pure. */

import { stripVTControlCharacters } from "node:util";
import { bytesText, percent, short, sparkline } from "../bars.ts";
import type { Paint } from "../report.ts";
import { tableLines } from "../table.ts";
import { visible } from "../visible.ts";
import type { ServerFigures } from "./figures.ts";

/** A window. */
export interface Window {
  readonly columns: number;
  readonly rows: number;
}

/** What is drawn. */
export interface Scene {
  readonly servers: readonly ServerFigures[];
  /** The operations a second of each server so far, the latest last. */
  readonly history: ReadonlyMap<string, readonly (number | undefined)[]>;
  /** Seconds between two pictures. */
  readonly interval: number;
}

/** Gives the lines of the picture: no more than the window has, and none longer. */
export function screenLines(scene: Scene, { columns, rows }: Window, paint: Paint): string[] {
  const shown = scene.servers.slice(0, Math.max(rows - MARGIN, 1));
  const table = fitting(scene, shown, columns, paint);
  const hidden = scene.servers.length - shown.length;
  const lines = [
    paint("bold", cut(headOf(scene), columns)),
    "",
    ...table,
    ...(hidden > 0 ? [cut(`… and ${hidden} more: a higher window shows them`, columns)] : []),
    ...troublesOf(shown).map((line) => paint("red", cut(line, columns))),
  ];
  const foot = paint("dim", cut("q quits", columns));
  return [...lines.slice(0, rows - 1), foot];
}

/** The lines beside those of servers: head, gap, titles, those that are hidden, foot. */
const MARGIN = 5;

function headOf({ servers, interval }: Scene): string {
  const operations = servers.reduce((sum, { operations = 0 }) => sum + operations, 0);
  const down = servers.filter(({ trouble }) => trouble !== undefined).length;
  const state = down === 0 ? "all answer" : `${down} without an answer`;
  const count = `${servers.length} server${servers.length === 1 ? "" : "s"}`;
  return `libmc top  ${count}, ${state}  ${short(operations)} op/s  every ${interval} s`;
}

function troublesOf(servers: readonly ServerFigures[]): string[] {
  return servers.filter(({ trouble }) => trouble !== undefined)
    .map(({ server, trouble }) => visible(`${server}: ${trouble}`));
}

interface ServerColumn {
  readonly title: string;
  /** The higher, the sooner it is left out in a narrow window. */
  readonly rank: number;
  cell(figures: ServerFigures): string;
}

const COLUMNS: readonly ServerColumn[] = [
  {
    title: "op/s",
    rank: 1,
    cell: ({ operations, trouble }) => trouble === undefined ? shown(operations, short) : "down",
  },
  { title: "hits", rank: 2, cell: ({ hits }) => shown(hits, percent) },
  { title: "ms", rank: 3, cell: ({ latency }) => shown(latency, milliseconds) },
  {
    title: "memory",
    rank: 4,
    cell: ({ bytes, limit }) => {
      if (bytes === undefined) return "-";
      const share = limit ? ` ${Math.round(100 * bytes / limit)} %` : "";
      return `${bytesText(bytes)}${share}`;
    },
  },
  { title: "items", rank: 5, cell: ({ items }) => shown(items, short) },
  { title: "evict/s", rank: 6, cell: ({ evictions }) => shown(evictions, short) },
  { title: "conns", rank: 7, cell: ({ connections }) => shown(connections, short) },
];

function shown(value: number | undefined, write: (value: number) => string): string {
  return value === undefined ? "-" : write(value);
}

function milliseconds(value: number): string {
  return value < 0.05 ? "<0.1" : value.toFixed(1);
}

/** Leaves out columns until the rest fits, then shortens names, and gives what is left to the trend. */
function fitting(
  scene: Scene,
  servers: readonly ServerFigures[],
  columns: number,
  paint: Paint,
): string[] {
  for (let most = COLUMNS.length; most >= 1; most--) {
    const chosen = COLUMNS.filter(({ rank }) => rank <= most);
    const width = widthOf(linesOf(servers, chosen, 0, Infinity, scene, paint));
    const name = width > columns ? longestName(servers) - (width - columns) : Infinity;
    if (most > FEWEST && name < Infinity || most > 1 && name < READABLE) continue;
    const room = columns - width - 2;
    const trend = room >= SHORTEST_TREND ? Math.min(room, LONGEST_TREND) : 0;
    return linesOf(servers, chosen, trend, Math.max(name, 4), scene, paint)
      .map((line) => cut(line, columns));
  }
  return [];
}

/** Below so many columns, names are shortened first. */
const FEWEST = 3;
/** Characters of a name: rather than show less of it, another column is left out. */
const READABLE = 12;
const SHORTEST_TREND = 8;
const LONGEST_TREND = 60;

function linesOf(
  servers: readonly ServerFigures[],
  chosen: readonly ServerColumn[],
  trend: number,
  longest: number,
  { history }: Scene,
  paint: Paint,
): string[] {
  const titles = [
    { title: "server" },
    ...chosen.map(({ title }) => ({ title, isNumber: true })),
    ...(trend > 0 ? [{ title: "trend" }] : []),
  ];
  const rows = servers.map((figures) => {
    const name = visible(figures.server);
    const cells = [
      shortened(name, longest),
      ...chosen.map(({ cell }) => cell(figures)),
    ];
    const painted = figures.trouble === undefined ? cells : cells.map((cell) => paint("red", cell));
    const past = (history.get(figures.server) ?? []).slice(-trend);
    return trend > 0 ? [...painted, paint("cyan", sparkline(past))] : painted;
  });
  const [head, ...body] = tableLines(titles, rows);
  return [paint("bold", head), ...body];
}

/** Leaves out the middle of a name: ports and numbers stand at its end. */
function shortened(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const behind = Math.floor((longest - 1) / 2);
  return `${name.slice(0, longest - 1 - behind)}…${name.slice(name.length - behind)}`;
}

function widthOf(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => [...stripVTControlCharacters(line)].length));
}

function longestName(servers: readonly ServerFigures[]): number {
  return Math.max(...servers.map(({ server }) => visible(server).length));
}

/** Shortens a line that is too long. One that is painted loses its colours then. */
function cut(line: string, columns: number): string {
  const plain = [...stripVTControlCharacters(line)];
  return plain.length <= columns ? line : `${plain.slice(0, columns - 1).join("")}…`;
}
