/** Waits for so many milliseconds, or until the signal is aborted. Never rejects, and leaves no timer behind. */
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
 * Waits after a byte was written, so that it arrives by itself, if it is one of the first or last of `length` bytes:
 * those are the lines around a value. Only a timer makes sure that a reader in this process comes first, and at a
 * millisecond or more it costs too much for every byte of a value.
 */
export async function separate(at: number, length: number, signal: AbortSignal): Promise<void> {
  if (at < EDGE || at >= length - EDGE) await pause(1, signal);
}

const EDGE = 32;
