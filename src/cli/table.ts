/** Tables: columns that stand below each other, at least two spaces apart. */

import { Table } from "console-table-printer";

/** One column. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
}

/** Gives the lines of a table, without one if there are no rows. Cells may have colours. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  if (rows.length === 0) return [];
  const table = new Table({
    columns: columns.map(({ title, isNumber = false }, index) => ({
      name: String(index),
      title,
      alignment: isNumber ? "right" : "left",
      minLen: 1,
    })),
    style: BARE,
    shouldDisableColors: true,
  });
  for (const row of rows) {
    table.addRow(Object.fromEntries(row.map((cell, index) => [String(index), cell])));
  }
  // Every cell has a space before and behind it; the borders that there are not leave empty lines.
  const lines = table.render().split("\n").map((line) => line.slice(1).trimEnd());
  return lines.filter((line) => line !== "");
}

const NO_LINE = { left: "", mid: "", right: "", other: "" };

const BARE = {
  headerTop: NO_LINE,
  headerBottom: NO_LINE,
  tableBottom: NO_LINE,
  vertical: "",
};
