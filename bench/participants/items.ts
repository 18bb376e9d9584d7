/** What is stored and read in a measurement: short keys, and values that differ from key to key. */
export type Item = [key: string, value: string];

/**
 * Makes `count` items of `bytes` bytes each. Keys begin with `owner`, a digit of each participant's
 * own: all have keys of one length, and none reads what another wrote.
 */
export function makeItems(owner: number, count: number, bytes: number): Item[] {
  const items: Item[] = [];
  for (let i = 0; i < count; i++) {
    const number = String(i).padStart(6, "0");
    items.push([`bench:${owner}:${bytes}:${number}`, makeValue(number, bytes)]);
  }
  return items;
}

/** ASCII text of exactly `bytes` bytes that begins with `number`. */
export function makeValue(number: string, bytes: number): string {
  return (number + FILLER.repeat(Math.ceil(bytes / FILLER.length))).slice(
    0,
    bytes,
  );
}

const FILLER = "The quick brown fox jumps over the lazy dog and runs 0123456789 miles. ";
