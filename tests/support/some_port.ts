/**
 * Ports for what gives its port up and takes it again: below those that systems give to outgoing connections, one of
 * which could take it meanwhile.
 */

/** A port that is probably free. */
export function somePort(): number {
  return 12_000 + Math.floor(Math.random() * 20_000);
}

/** Starts a server on such a port; on another one if that is taken. */
export async function onSomePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      return await start(somePort());
    } catch (error) {
      if ((error as { code?: string }).code !== "EADDRINUSE" || tries >= MOST_TRIES) throw error;
    }
  }
}

const MOST_TRIES = 20;
