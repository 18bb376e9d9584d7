/** The meta verbs that look: noop at the servers, debug at an item. */

import { type MetaDebug, MetaDebugCommand } from "../../commands/meta/debug.ts";
import { MetaNoopCommand } from "../../commands/meta/noop.ts";
import { ALL_SERVERS } from "../../engine/called.ts";
import { CALL_OPTIONS, type CallOptions } from "../../engine/call_options.ts";
import type { Engine } from "../../engine/engine.ts";
import { FanOut } from "../../engine/fan_out.ts";
import { sendMeta, sendMetaToAll } from "../../engine/meta_sending.ts";
import { missing, notDone, verb } from "../../engine/verb.ts";
import { quote } from "../../key.ts";
import { shownKey } from "./keys.ts";
import type { MetaKey } from "./options.ts";

export function noop(engine: Engine, options: CallOptions | undefined): Promise<boolean> {
  return engine.call<boolean>(VERBS.noop, options, (call) => {
    const fanOut = new AllFanOut(engine, call, "mn");
    engine.began(call, NO_KEYS, ALL_SERVERS);
    sendMetaToAll(engine, fanOut, () => new MetaNoopCommand(fanOut));
  });
}

export function debug(
  engine: Engine,
  key: MetaKey,
  options: CallOptions | undefined,
): Promise<MetaDebug | undefined> {
  return engine.call<MetaDebug | undefined>(VERBS.debug, options, (call) => {
    const wireKey = engine.keys.any(key);
    if (/[\r\n]/.test(wireKey)) {
      throw new TypeError(
        `Cannot debug key ${
          quote(shownKey(key))
        } as a server may print it with its line end, in the midst of a reply: ` +
          "meta.get() tells its ttl, size and cas",
      );
    }
    engine.began(call, shownKey(key), wireKey);
    sendMeta(engine, call, wireKey, new MetaDebugCommand(wireKey, call));
  });
}

/** True once all servers have answered, false if one has not. */
class AllFanOut extends FanOut<true, boolean> {
  #answers = 0;

  protected override collect(): void {
    this.#answers++;
  }

  protected override finish(): boolean {
    return this.#answers === this.engine.cluster.allServers.length;
  }
}

const NO_KEYS: readonly string[] = [];

const VERBS = {
  noop: verb("meta.noop", notDone, CALL_OPTIONS),
  debug: verb("meta.debug", missing),
};
