/**
 * The table of docs/other_clusters.md that says how each preset compares with its original. `deno run tests/placement/preset_table.ts`
 * makes it.
 */

import { comparePresets, type PresetRow } from "./compared.ts";

/** Gives the rows as a table. */
export function presetTable(rows: readonly PresetRow[]): string {
  const lines = rows.map(({ preset, original, facts, different }) =>
    `| \`${preset}\` | ${original} | ${facts.toLocaleString("en")} | ${different} |`
  );
  return [
    "| preset or options | compared with | facts | different |",
    "| --- | --- | --- | --- |",
    ...lines,
  ]
    .join("\n");
}

if (import.meta.main) console.log(presetTable(comparePresets()));
