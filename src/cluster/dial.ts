/** A dial that ends in bounded time, whatever the dialler does. */

import type { Clock } from "../clock.ts";
import type { Connect, Endpoint, Transport } from "../connection/transport.ts";
import { TimeoutError } from "../errors.ts";

/** What bounds a dial. */
export interface DialOptions {
  readonly clock: Clock;
  /** Milliseconds; 0 for no bound. */
  readonly timeout: number;
  /** Ends the dial early. */
  readonly signal: AbortSignal;
}

/**
 * Dials an endpoint. A transport that comes after the time is up is closed.
 *
 * @throws What the dialler throws, the signal's reason, or a TimeoutError.
 */
export async function dial(
  connect: Connect,
  endpoint: Endpoint,
  { clock, timeout, signal }: DialOptions,
): Promise<Transport> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = (reason: unknown) => {
    controller.abort(reason);
    reject(reason);
  };
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener("abort", onAbort);
  const cancel = timeout > 0
    ? clock.after(timeout, () => giveUp(new TimeoutError(`Cannot connect within ${timeout} ms`)))
    : () => {};
  const dialled = connect(endpoint, controller.signal);
  dialled.then((late) => controller.signal.aborted && late.close(), () => {});
  try {
    return await Promise.race([dialled, givenUp]);
  } finally {
    cancel();
    signal.removeEventListener("abort", onAbort);
  }
}
