/** One figure beside its target. */
export interface Verdict {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** The target; the figure is to be at most this, or at least this. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Prints its line. */
export function print(verdict: Verdict): void {
  console.log(formatVerdict(verdict));
}

/** A line: what, the figure, its target, and the figure as a part of the target. */
export function formatVerdict(
  { what, figure, unit, atMost, atLeast }: Verdict,
): string {
  const target = atMost ?? atLeast;
  const text = `${what}: ${number(figure)}${unit}`;
  if (target === undefined) return `  ${text}`;
  const reached = atMost === undefined ? figure >= target : figure <= target;
  const sign = atMost === undefined ? "≥" : "≤";
  return `${reached ? "+" : "-"} ${text}, target ${sign} ${number(target)}${unit}` +
    `, ${(figure / target).toFixed(2)} of it`;
}

function number(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return Number(value.toPrecision(3)).toString();
}
