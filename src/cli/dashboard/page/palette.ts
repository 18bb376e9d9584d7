/** Colours for any number of servers: far apart for a few, and always the same for the same place in the list. */

/** Gives the colour of a server. */
export function serverColour(index: number, isDark: boolean): string {
  // Steps of the golden angle: neighbours in the list are far apart on the wheel.
  const hue = (212 + index * 137.508) % 360;
  const light = (isDark ? 64 : 46) + (Math.floor(index / 8) % 3 - 1) * 8;
  return `hsl(${hue.toFixed(1)} ${isDark ? 55 : 58}% ${light}%)`;
}
