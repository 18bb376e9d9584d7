/** Makes a new connection ready for commands in bounded time. */

import type { Connection } from "../connection/connection.ts";

/**
 * Lets a new connection send its first commands. If that fails, or the signal is aborted meanwhile, the connection is
 * closed.
 *
 * @throws The error of `prepare`.
 */
export async function makeReady(
  connection: Connection,
  prepare: (connection: Connection, deadline: number) => Promise<void>,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  const giveUp = () => void connection.close();
  signal.addEventListener("abort", giveUp);
  try {
    await prepare(connection, deadline);
  } catch (error) {
    // Nobody waits for a read that may never end.
    void connection.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
