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

/**
 * Breaks a table that is too wide into several below each other, each with the first column. A column that is too wide by
 * itself stays.
 */
export function narrowTables(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): { readonly columns: readonly Column[]; readonly rows: readonly (readonly string[])[] }[] {
  if (rows.length === 0) return [];
  const widths = columns.map(({ title }, index) => {
    return rows.reduce((most, row) => Math.max(most, [...row[index]].length), [...title].length);
  });
  const parts: number[][] = [];
  let left = 0;
  for (let index = 1; index < columns.length; index++) {
    if (parts.length === 0 || left < GAP + widths[index]) {
      parts.push([0]);
      left = width - widths[0];
    }
    parts[parts.length - 1].push(index);
    left -= GAP + widths[index];
  }
  return parts.map((part) => ({
    columns: part.map((index) => columns[index]),
    rows: rows.map((row) => part.map((index) => row[index])),
  }));
}

const GAP = 2;

const NO_LINE = { left: "", mid: "", right: "", other: "" };

const BARE = {
  headerTop: NO_LINE,
  headerBottom: NO_LINE,
  tableBottom: NO_LINE,
  vertical: "",
};
