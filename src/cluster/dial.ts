/** A dial that ends in bounded time, whatever the dialler does. */

import { type Clock, patiently } from "../clock.ts";
import type { Connect, Endpoint, Transport } from "../transports/transport.ts";
import { TimeoutError } from "../errors.ts";
import type { Address } from "../placement/address.ts";

/** The limits of a dial. */
export interface DialOptions {
  readonly clock: Clock;
  /** Milliseconds; 0 for no limit. */
  readonly timeout: number;
  /** Ends the dial early. */
  readonly signal: AbortSignal;
}

/**
 * Dials an endpoint. A transport that comes after the time is up is closed. Time during which the event loop was blocked
 * is added once.
 *
 * @throws The error of the dialler, the signal's reason, or a TimeoutError.
 */
export async function dial(
  connect: Connect,
  endpoint: Endpoint,
  { clock, timeout, signal }: DialOptions,
): Promise<Transport> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<Transport>();
  let over = false;
  const giveUp = (reason: unknown) => {
    if (over) return;
    over = true;
    controller.abort(reason);
    reject(reason);
  };
  const take = (transport: Transport) => {
    if (over) return abandon(transport);
    over = true;
    let mistake: unknown = new TypeError(NO_TRANSPORT);
    try {
      if (isTransport(transport)) return resolve(transport);
    } catch (thrown) {
      mistake = thrown;
    }
    abandon(transport);
    reject(mistake);
  };
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener("abort", onAbort);
  const bound = timeout > 0
    ? patiently(clock, timeout, () => {
      giveUp(new TimeoutError(`Cannot connect within ${timeout} ms`));
    })
    : undefined;
  new Promise<Transport>((dialled) => dialled(connect(endpoint, controller.signal)))
    .then(take, reject);
  try {
    return await promise;
  } finally {
    bound?.cancel();
    signal.removeEventListener("abort", onAbort);
  }
}

/** True for what a dialler should give. One of the user's may give anything. */
function isTransport(given: Transport | null | undefined): boolean {
  return typeof given?.read === "function" && typeof given.write === "function" &&
    typeof given.close === "function";
}

const NO_TRANSPORT =
  'the function of the option "connect" must give a transport with read(), write() and close()';

/** Closes a transport that nobody has use for, whatever comes of it. */
export function abandon(transport: Transport): void {
  new Promise((end) => end(transport.close())).catch(() => {});
}

/** Gives the endpoint at which a server is dialled. */
export function endpointOf(address: Address): Endpoint {
  if (address.path !== undefined) return { path: address.path };
  return { hostname: address.host, port: address.port };
}
