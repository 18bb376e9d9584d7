/** Makes a new connection ready for commands in bounded time. */

import type { Connection } from "../connection/connection.ts";

/**
 * Lets a new connection send its first commands. If that fails, or the signal is aborted meanwhile, the connection is
 * closed.
 *
 * @returns What `prepare` gives.
 * @throws The error of `prepare`.
 */
export async function makeReady<T>(
  connection: Connection,
  prepare: (connection: Connection, deadline: number) => Promise<T>,
  deadline: number,
  signal: AbortSignal,
): Promise<T> {
  const giveUp = () => void connection.close();
  signal.addEventListener("abort", giveUp);
  // It may have been aborted before this connection was handed on.
  if (signal.aborted) giveUp();
  try {
    return await prepare(connection, deadline);
  } catch (error) {
    // Nobody waits for a read that may never end.
    void connection.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
