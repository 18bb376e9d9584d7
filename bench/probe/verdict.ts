/** One figure beside its target. */
export interface Verdict {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** The target; the figure is to be at most this, or at least this. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Prints a line: what, the figure, its target, and the figure as a part of the target. */
export function print({ what, figure, unit, atMost, atLeast }: Verdict): void {
  const target = atMost ?? atLeast;
  const text = `${what}: ${number(figure)}${unit}`;
  if (target === undefined) return console.log(`  ${text}`);
  const reached = atMost === undefined ? figure >= target : figure <= target;
  const sign = atMost === undefined ? "≥" : "≤";
  console.log(
    `${reached ? "+" : "-"} ${text}, target ${sign} ${number(target)}${unit}` +
      `, ${(figure / target).toFixed(2)} of it`,
  );
}

function number(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return Number(value.toPrecision(3)).toString();
}
