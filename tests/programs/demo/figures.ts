/** Numbers as people read them. */

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  if (numbers.length === 0) throw new RangeError("Cannot take the median of no numbers");
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** 1234567 as `1,234,567`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A number with its thing, which takes an "s" for all numbers but 1: `1 key`, `2 keys`. */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? "" : "s"}`;
}

/** Three figures and no more, for rates: 1234567 as `1,230,000`, so that it does not look more exact than it is. */
export function rounded(value: number): string {
  return value > 0 ? count(Number(value.toPrecision(3))) : "0";
}

/** Bytes as megabytes: `2.3 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
