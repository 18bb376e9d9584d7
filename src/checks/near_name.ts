/** Finds the names that somebody may have meant who wrote another one. */

/**
 * Gives the names that are nearest to an unknown one: written otherwise (`connect_timeout`), with a letter too many or too
 * few (`conectTimeout`), or part of it (`keyPrefix`): three at most, the shortest ones.
 */
export function nearNames(unknown: string, names: readonly string[]): readonly string[] {
  return nearestOf(unknown, names).toSorted((a, b) => a.length - b.length).slice(0, MOST);
}

const MOST = 3;

function nearestOf(unknown: string, names: readonly string[]): readonly string[] {
  if (unknown.length > LONGEST) return [];
  const plain = plainName(unknown);
  const same = names.filter((name) => plainName(name) === plain);
  if (same.length > 0) return same;
  const mistyped = names.filter((name) =>
    distance(plainName(name), plain) <= 1 + +(plain.length > 7)
  );
  if (mistyped.length > 0) return mistyped;
  return plain.length < 4 ? [] : names.filter((name) => {
    const other = plainName(name);
    return other.includes(plain) || other.length >= 4 && plain.includes(other);
  });
}

/** Nobody mistypes a longer name, and the distance takes time that grows with its square. */
const LONGEST = 40;

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/** How many letters have to be added, taken away or changed, or to change places with their neighbours. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (isSame ? 0 : 1));
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwap) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[to.length];
}
