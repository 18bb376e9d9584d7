/** Waits for so many milliseconds, or until the signal is aborted; never rejects, and leaves no timer behind. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}

/**
 * Waits until a byte that was just written will arrive by itself, if it is one of the first or last of so many: those
 * are the lines around a value. A timer is the one wait that surely lets a reader in this process come first, and at
 * a millisecond or more it is too dear for every byte of a value.
 */
export async function separate(at: number, length: number, signal: AbortSignal): Promise<void> {
  if (at < EDGE || at >= length - EDGE) await pause(1, signal);
}

const EDGE = 32;
