/**
 * Draws the headline works of a run as an SVG of small bar charts: keys a second, longer is better. It
 * carries its own colours for light and for dark pages, and each bar its figure as text.
 */
import { OURS, RAW_SOCKET } from "../participants/names.ts";
import { coresText } from "./cores.ts";
import type { Report, Result } from "./report.ts";
import { nameOf } from "./work.ts";

/** Which works are drawn, if they were measured, and under which title. */
const PANELS: readonly (readonly [string, string])[] = [
  ["getMulti100 100B c1 s1", "getMulti of 100 keys, 100 B"],
  ["setMulti100 100B c1 s1", "setMulti of 100 keys, 100 B"],
  ["get 100B c64 s1", "get, 64 callers, 100 B"],
  ["get 100B c1 s1", "get, one at a time, 100 B"],
  ["set 100B c1 s1", "set, one at a time, 100 B"],
  ["get 100kB c1 s1", "get, one at a time, 100 kB"],
];

const PANEL_WIDTH = 470;
const LABEL_WIDTH = 116;
const FIGURE_WIDTH = 112;
const BAR_WIDTH = PANEL_WIDTH - LABEL_WIDTH - FIGURE_WIDTH;
const BAR_HEIGHT = 15;
const ROW_HEIGHT = 21;
const MARGIN = 24;
const TITLE_HEIGHT = 30;
const HEAD_HEIGHT = 62;
const COLUMNS = 2;

/** Draws it; a run with none of the headline works gives an empty frame with its heading. */
export function drawChart(report: Report): string {
  // A row is one work, a column one way to run: one core on the left, two on the right.
  const panels = PANELS.flatMap(([name, title], row) => {
    return report.cores.flatMap(({ name: cores }, column) => {
      const results = report.results.filter((result) => {
        return result.cores === cores && nameOf(result) === name;
      });
      const wholeTitle = `${title}, ${coresText(cores)}`;
      return results.length === 0 ? [] : [{ title: wholeTitle, results, row, column }];
    });
  });
  const rowsOfBars = Math.max(
    1,
    ...panels.map(({ results }) => results.length),
  );
  const panelHeight = TITLE_HEIGHT + rowsOfBars * ROW_HEIGHT + 16;
  const width = MARGIN + (PANEL_WIDTH + MARGIN) * COLUMNS;
  const rows = [...new Set(panels.map(({ row }) => row))];
  const height = HEAD_HEIGHT + rows.length * panelHeight + MARGIN;
  const body = panels.map(({ title, results, row, column }) => {
    const x = MARGIN + column * (PANEL_WIDTH + MARGIN);
    const y = HEAD_HEIGHT + rows.indexOf(row) * panelHeight;
    return drawPanel(title, results, x, y);
  });
  const { machine } = report;
  const subtitle = `${report.date.slice(0, 10)} · Deno ${machine.deno} · memcached ` +
    `${machine.memcached} · ${machine.cpu}, ${machine.cores} cores · medians of ` +
    `${panels[0]?.results[0].rounds ?? 0} rounds · × against the raw socket`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>Keys a second of memcached clients</title>
<style>${STYLE}</style>
<rect class="page" width="${width}" height="${height}" rx="8"/>
<text class="head" x="${MARGIN}" y="28">Keys a second, longer is better</text>
<text class="note" x="${MARGIN}" y="47">${escape(subtitle)}</text>
${body.join("\n")}
</svg>
`;
}

function drawPanel(
  title: string,
  results: readonly Result[],
  x: number,
  y: number,
): string {
  const most = Math.max(...results.map(({ keysPerSecond }) => keysPerSecond));
  const rows = results.map((result, i) => {
    const top = TITLE_HEIGHT + i * ROW_HEIGHT;
    const middle = top + BAR_HEIGHT / 2 + 4;
    const length = Math.max(1, result.keysPerSecond / most * BAR_WIDTH);
    const kind = result.participant === OURS
      ? "ours"
      : result.participant === RAW_SOCKET
      ? "raw"
      : "peer";
    const ratio = result.ofRaw === undefined || kind === "raw"
      ? ""
      : ` · ${result.ofRaw.toFixed(2)}×`;
    return `<text class="name ${kind}-name" x="${LABEL_WIDTH - 8}" y="${middle}">${
      escape(result.participant)
    }</text><rect class="${kind}" x="${LABEL_WIDTH}" y="${top}" width="${
      length.toFixed(1)
    }" height="${BAR_HEIGHT}" rx="2"/><text class="figure ${kind}-name" x="${
      (LABEL_WIDTH + length + 6).toFixed(1)
    }" y="${middle}">${short(result.keysPerSecond)}/s${ratio}</text>`;
  });
  return `<g transform="translate(${x} ${y})"><text class="title" x="0" y="18">${
    escape(title)
  }</text>\n${rows.join("\n")}</g>`;
}

const STYLE = `
text{font:12px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#3d4450}
.page{fill:#ffffff}.head{font-size:17px;font-weight:600;fill:#14181f}.note{font-size:11px;fill:#5b6472}
.title{font-size:13px;font-weight:600;fill:#14181f}.name{text-anchor:end}
.ours{fill:#0b7a5c}.raw{fill:#8b94a3}.peer{fill:#c3cad5}.ours-name{font-weight:600;fill:#0b6a50}
@media (prefers-color-scheme:dark){text{fill:#c4cbd6}.page{fill:#12161d}.head,.title{fill:#f2f5f9}.note{fill:#98a2b2}
.ours{fill:#2fbf93}.raw{fill:#77818f}.peer{fill:#586375}.ours-name{fill:#55d6ae}}
`;

/** `1.26 M`, `17.2 k`. */
function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} k`;
  return value.toFixed(0);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
