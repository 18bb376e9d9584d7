/** What `getOrSetMulti()` is given to load from, in tests. */

import type { LoadManyContext } from "@libmc/libmc";

/** A source of rows, which remembers what it was asked for. */
export function sourceOf<T>(rowOf: (key: string) => T | Error | undefined) {
  const asked: string[][] = [];
  const contexts: LoadManyContext<T>[] = [];
  const load = async (keys: readonly string[], context: LoadManyContext<T>) => {
    asked.push([...keys]);
    contexts.push(context);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const rows = new Map<string, T | Error>();
    for (const key of keys) {
      const row = rowOf(key);
      if (row !== undefined) rows.set(key, row);
    }
    return rows;
  };
  return { asked, contexts, load };
}

/** One that has a row for every key. */
export const rows = () => sourceOf((key) => `row of ${key}`);
