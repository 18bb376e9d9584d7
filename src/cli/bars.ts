/** Numbers as pictures of text: bars and sparklines; and numbers as people read them. */

/** Gives a bar of so many characters, to an eighth of one. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  const rest = EIGHTHS[eighths % 8];
  return "█".repeat(Math.floor(eighths / 8)) + rest;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/** Gives a line of small bars, of which the highest is the largest number. A number that is missing leaves a gap. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const most = Math.max(...values.map((value) => value ?? 0));
  return values.map((value) => {
    if (value === undefined) return " ";
    const height = most === 0 ? 0 : Math.round(value / most * (HEIGHTS.length - 1));
    return HEIGHTS[height];
  }).join("");
}

const HEIGHTS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** Gives a whole number with a comma between its thousands. */
export function grouped(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Gives a number in at most five characters, as in `12.3k`. */
export function short(value: number): string {
  for (const [unit, letter] of UNITS) {
    if (value >= unit * 0.9995) {
      return `${(value / unit).toFixed(value < 99.95 * unit ? 1 : 0)}${letter}`;
    }
  }
  return value < 9.95 && !Number.isInteger(value) ? value.toFixed(1) : String(Math.round(value));
}

const UNITS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]] as const;

/** Gives bytes in units of 1024, as in `63 MiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const isRound = unit === 0 || value >= 9.95;
  return `${value.toFixed(isRound ? 0 : 1)} ${BYTE_UNITS[unit]}`;
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Gives a share in percent, with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
