/** Sends one request on a transport. */

import type { Traffic } from "../../src/connection/contract.ts";
import { Sender } from "../../src/connection/sender.ts";
import type { Transport } from "../../src/transports/transport.ts";

/** Begins to send. `sent` settles when all has left, or it failed. */
export function sendOn(
  transport: Transport,
  parts: readonly Uint8Array[],
  traffic: Traffic = noTraffic(),
) {
  const { promise: sent, resolve, reject } = Promise.withResolvers<void>();
  const progress: number[] = [];
  const sender: Sender = new Sender(transport, traffic, {
    progress: () => progress.push(sender.unwritten),
    sent: resolve,
    failed: reject,
  });
  sender.send(parts);
  return { sender, sent, progress };
}

/** Traffic of nothing. */
export function noTraffic(): Traffic {
  return { commands: 0, hits: 0, misses: 0, stores: 0, bytesRead: 0, bytesWritten: 0, writes: 0 };
}
