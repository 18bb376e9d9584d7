/** The slab classes of memcached's default settings: which of them has an item, by its size. */

/** The size of a page, which a class cuts into chunks. */
export const PAGE = 1024 * 1024;

/** The most classes that a daemon may have: a number of one that is not used is below this. */
export const MOST_CLASSES = 64;

/** Each class is a quarter larger than the one before, in steps of 8 bytes. The last one holds half a page. */
export const CHUNK_SIZES: readonly number[] = (() => {
  const sizes: number[] = [];
  const largest = PAGE / 2;
  for (let size = 96; size < largest / 1.25; size = Math.ceil(Math.floor(size * 1.25) / 8) * 8) {
    sizes.push(size);
  }
  return [...sizes, largest];
})();

/** Gives the number of the class, counted from 1. */
export function slabClassOf(size: number): number {
  const index = CHUNK_SIZES.findIndex((chunk) => size <= chunk);
  return index < 0 ? CHUNK_SIZES.length : index + 1;
}
