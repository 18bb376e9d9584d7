/** Counts what is allocated for bytes while something runs. */

/** Uint8Arrays that were made by their length. */
export interface Allocations {
  count: number;
  /** Their total length. */
  bytes: number;
}

/** Calls `run` and gives the number and the total length of the Uint8Arrays that were allocated meanwhile. */
export function allocationsOf(run: () => void): Allocations {
  const { allocated, restore } = count();
  try {
    run();
  } finally {
    restore();
  }
  return allocated;
}

/** The same for what takes a while. Nothing else should go on meanwhile. */
export async function allocationsDuring(run: () => Promise<unknown>): Promise<Allocations> {
  const { allocated, restore } = count();
  try {
    await run();
  } finally {
    restore();
  }
  return allocated;
}

function count(): { allocated: Allocations; restore(): void } {
  const Plain = globalThis.Uint8Array;
  const allocated = { count: 0, bytes: 0 };
  const Counting = new Proxy(Plain, {
    construct(target, given, newTarget): object {
      const [length] = given;
      if (typeof length === "number") {
        allocated.count++;
        allocated.bytes += length;
      }
      return Reflect.construct(target, given, newTarget === Counting ? Plain : newTarget);
    },
  });
  globalThis.Uint8Array = Counting;
  return { allocated, restore: () => void (globalThis.Uint8Array = Plain) };
}
