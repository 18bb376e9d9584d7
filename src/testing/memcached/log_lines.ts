/** The lines that the embedded server logs, in the words of the daemon. */

import { uriEncoded } from "./item_dumps.ts";
import type { ServerState } from "./server_state.ts";
import { slabClassOf } from "./slab_classes.ts";
import { type Gone, type Item, totalSize } from "./store.ts";

/** Logs that a command has looked for an item. */
export function logGet(state: ServerState, key: string, found: Item | Gone): void {
  state.watchLog.log("fetchers", () => {
    const [status, size, slabClass] = typeof found === "string"
      ? [found === "absent" ? "not_found" : found, 0, 0]
      : ["found", found.data.length, slabClassOf(totalSize(key, found.flags, found.data.length))];
    return `type=item_get key=${uriEncoded(key)} status=${status} clsid=${slabClass} ` +
      `cfd=${state.current} size=${size}`;
  });
}

/** What a storage command wanted to store, and what came of it. */
export interface LoggedStore {
  readonly command: string;
  readonly key: string;
  /** What came of it, in the words of the log. */
  readonly status: string;
  /** When the item expires, in seconds since 1970; 0 for never. */
  readonly exptime: number;
  readonly flags: number;
  readonly size: number;
}

/** Logs that a command has stored an item, or not. */
export function logStore(state: ServerState, store: LoggedStore): void {
  const { command, key, status, exptime, flags, size } = store;
  state.watchLog.log("mutations", () => {
    const ttl = exptime === 0 ? 0 : (Math.floor(exptime) - Math.floor(state.clock.now())) >>> 0;
    return `type=item_store key=${uriEncoded(key)} status=${status} cmd=${command} ` +
      `ttl=${ttl} clsid=${
        slabClassOf(totalSize(key, flags, size))
      } cfd=${state.current} size=${size}`;
  });
}

/** Logs that a command has deleted an item. */
export function logDeletion(state: ServerState, command: string, key: string, item: Item): void {
  state.watchLog.log("deletions", () => {
    const size = item.data.length;
    const slabClass = slabClassOf(totalSize(key, item.flags, size));
    return `type=deleted key=${uriEncoded(key)} cmd=${command} clsid=${slabClass} size=${size}`;
  });
}

/** Logs that a connection came, or went. */
export function logConnection(
  state: ServerState,
  what: "conn_new" | "conn_close",
  { id, peer }: { readonly id: number; readonly peer: string },
): void {
  state.watchLog.log("connevents", () => {
    const colon = peer.lastIndexOf(":");
    const [address, port, transport] = colon < 0
      ? ["unix", "0", "local"]
      : [peer.slice(0, colon), peer.slice(colon + 1), "tcp"];
    const reason = what === "conn_close" ? " reason=normal" : "";
    return `type=${what} rip=${address} rport=${port} transport=${transport}${reason} cfd=${id}`;
  });
}
