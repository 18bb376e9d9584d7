/**
 * What runs of tests amount to: how many passed, how many failed.
 *
 * @module
 */

/** What one task, or all of them, amounts to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** The line that ends whatever sums test runs up. */
export function totalsLine({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}

/** Adds tallies up. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = { passed: 0, failed: 0 };
  for (const { passed, failed } of tallies) {
    sum.passed += passed;
    sum.failed += failed;
  }
  return sum;
}

/** Reads the line of totals that an output ends with; where there is none, adds up what `deno test` says at its ends. */
export function tallyOf(output: string): Tally {
  const plain = withoutColour(output);
  const totals = TOTALS.exec(plain);
  const lines = totals === null ? Array.from(plain.matchAll(SUMMARY)) : [totals];
  return sumOf(lines.map(([, passed, failed]) => ({
    passed: Number(passed),
    failed: Number(failed),
  })));
}

/** What a task that ended amounts to: one that failed has at least one failure. */
export function outcomeOf(output: string, success: boolean): Tally {
  const { passed, failed } = tallyOf(output);
  return { passed, failed: success ? failed : Math.max(failed, 1) };
}

/** True for the line that `deno test` ends with. */
export function isSummary(line: string): boolean {
  return withoutColour(line).search(SUMMARY) === 0;
}

/** A text as it is without a terminal. */
export function withoutColour(text: string): string {
  return text.replaceAll(COLOUR, "");
}

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/gm;
const TOTALS = /(?:^|\n)(\d+) passed, (\d+) failed\s*$/;
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
