/** Colours and weights of text, where they are wanted: on a terminal, and without NO_COLOR. */

/** Puts text in a colour or a weight. */
export type Brush = (text: string) => string;

/** All that the demo paints with. */
export interface Paint {
  readonly bold: Brush;
  readonly dim: Brush;
  readonly red: Brush;
  readonly green: Brush;
  readonly cyan: Brush;
}

/** @param enabled False: text stays as it is. */
export function paint(enabled: boolean): Paint {
  const brush = (on: number, off: number): Brush => (text) =>
    enabled ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    bold: brush(1, 22),
    dim: brush(2, 22),
    red: brush(31, 39),
    green: brush(32, 39),
    cyan: brush(36, 39),
  };
}
