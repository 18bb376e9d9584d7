/** Columns of text under one another. */

/** Which way a column leans. */
export type Lean = "left" | "right";

/** Lays rows out in columns, two spaces apart and two from the edge. Widths are counted in code points. */
export function table(rows: readonly (readonly string[])[], leans: readonly Lean[]): string[] {
  const widths = leans.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const gap = " ".repeat(widths[column] - width(cell));
      return leans[column] === "right" ? gap + cell : cell + gap;
    });
    return `  ${cells.join("  ")}`.trimEnd();
  });
}

/** Cuts a text that has more columns than there are. */
export function cut(text: string, columns: number): string {
  const points = Array.from(text);
  return points.length <= columns ? text : `${points.slice(0, Math.max(0, columns - 1)).join("")}…`;
}

function width(text: string): number {
  return Array.from(text).length;
}
