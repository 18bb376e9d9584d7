/** Figures as people read them: three digits, and a unit that fits. */

/** A figure that is not known. */
export const NO_FIGURE = "–";

type Figure = number | null | undefined;

/** A count, all of its digits in groups of three. */
export function count(figure: Figure): string {
  return isKnown(figure) ? Math.round(figure).toLocaleString("en") : NO_FIGURE;
}

/** A large number in three digits: `12.3 k`. */
export function short(figure: Figure): string {
  if (!isKnown(figure)) return NO_FIGURE;
  return scaled(figure, 1000, ["", "k", "M", "G", "T"]);
}

/** How often a second. */
export function perSecond(figure: Figure): string {
  return isKnown(figure) ? `${short(figure)}/s` : NO_FIGURE;
}

/** Bytes, by 1024. */
export function bytes(figure: Figure): string {
  if (!isKnown(figure)) return NO_FIGURE;
  return scaled(figure, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
}

export function bytesPerSecond(figure: Figure): string {
  return isKnown(figure) ? `${bytes(figure)}/s` : NO_FIGURE;
}

/** A part of one as percent. */
export function percent(figure: Figure): string {
  if (!isKnown(figure)) return NO_FIGURE;
  const hundredth = figure * 100;
  // What is not quite all is not called all.
  if (hundredth > 99.95 && hundredth < 100) return `${Math.floor(hundredth * 100) / 100} %`;
  return `${digits(hundredth)} %`;
}

/** Milliseconds. */
export function milliseconds(figure: Figure): string {
  if (!isKnown(figure)) return NO_FIGURE;
  return figure >= 1000 ? `${digits(figure / 1000)} s` : `${digits(figure)} ms`;
}

/** A span of seconds in its two largest units. */
export function duration(seconds: Figure): string {
  if (!isKnown(seconds)) return NO_FIGURE;
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0 || unit === "s" && parts.length === 0) parts.push(`${whole} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** The time of the day of a moment in milliseconds since 1970. */
export function clockTime(moment: number): string {
  return new Date(moment).toLocaleTimeString("en-GB");
}

/** Words for a number of things. */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

function isKnown(figure: Figure): figure is number {
  return figure !== null && figure !== undefined && !Number.isNaN(figure);
}

function scaled(figure: number, step: number, units: readonly string[]): string {
  let rest = figure;
  let unit = 0;
  // 999.5 would be written as 1000.
  while (Math.abs(rest) >= step * 0.9995 && unit < units.length - 1) {
    rest /= step;
    unit++;
  }
  return `${digits(rest)} ${units[unit]}`.trimEnd();
}

function digits(figure: number): string {
  const size = Math.abs(figure);
  if (size < 0.005) return "0";
  const places = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return String(Number(figure.toFixed(places)));
}

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];
