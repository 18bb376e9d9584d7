/** Counts what is allocated for bytes while something runs. */

/** Calls `run` and gives the number and the total length of the Uint8Arrays that were allocated meanwhile. */
export function allocationsOf(run: () => void): { count: number; bytes: number } {
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
  try {
    run();
  } finally {
    globalThis.Uint8Array = Plain;
  }
  return allocated;
}
