/** Bars made of block characters, exact to an eighth of a column. */

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of at most `width` columns for a share from 0 to 1. What is more than nothing shows. */
export function bar(share: number, width: number): string {
  const wanted = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const eighths = share > 0 ? Math.max(1, wanted) : wanted;
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
