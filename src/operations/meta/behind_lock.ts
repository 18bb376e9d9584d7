/** Sends meta commands that may take an item away: behind the lock of a load, where there may be one. */

import type { MetaCommand } from "../../commands/meta/meta_command.ts";
import type { Receiver } from "../../commands/receiver.ts";
import type { Engine } from "../../engine/engine.ts";
import { sendMeta } from "../../engine/meta_sending.ts";
import { needsBase64 } from "../../key.ts";
import { type EndingCall, sendBehindLock } from "../behind_locks.ts";

/**
 * Sends the command of a call.
 *
 * @param endsLoad True if a load that is under way must not store what it loaded before.
 */
export function sendAndEndLoad<R>(
  engine: Engine,
  call: EndingCall<R>,
  key: string,
  endsLoad: boolean,
  commandFor: (receiver: Receiver<R>) => MetaCommand<unknown>,
): void {
  // `getOrSet()` takes no keys that need base64.
  if (!endsLoad || needsBase64(key)) return sendMeta(engine, call, key, commandFor(call));
  sendBehindLock<R>(engine, call, key, "delete", (receiver, turn) => {
    sendMeta(engine, call, key, commandFor(receiver), turn);
  });
}
