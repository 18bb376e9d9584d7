/** The command stats, with the arguments settings, items, slabs, cachedump, sizes, conns, detail, reset and extstore. */

import { type Command, plain, refused } from "./command.ts";
import { cachedump } from "./item_dumps.ts";
import { connectionStats, generalStats, settingsStats } from "./server_stats.ts";
import type { ServerState } from "./server_state.ts";
import { itemStats, slabStats } from "./slab_stats.ts";

/** Makes a command from the words of a line that begins with `stats`. */
export function statsCommand(words: readonly string[], state: ServerState): Command {
  const [name, group = ""] = words;
  if (group === "detail") return detailCommand(words, state);
  if (group === "cachedump") return cachedump(words, state);
  if (group === "reset") {
    return plain(name, false, (reply) => {
      state.statistics.reset();
      state.prefixCounts.reset();
      reply.line("RESET");
    });
  }
  const tell = GROUPS.get(group);
  if (tell === undefined) return refused(name, false, "ERROR");
  return plain(name, false, (reply) => {
    for (const [key, value] of tell(state)) reply.line(`STAT ${key} ${value}`);
    reply.line("END");
  });
}

type Tell = (state: ServerState) => Iterable<readonly [string, string | number]>;

const GROUPS: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ["", generalStats],
  ["settings", settingsStats],
  ["items", itemStats],
  ["slabs", slabStats],
  ["conns", connectionStats],
  ["sizes", () => [["sizes_status", "disabled"]]],
  ["extstore", () => []],
]);

function detailCommand([name, , what]: readonly string[], { prefixCounts }: ServerState): Command {
  switch (what) {
    case "on":
    case "off":
      return plain(name, false, (reply) => {
        prefixCounts.isOn = what === "on";
        reply.line("OK");
      });
    case "dump":
      return plain(name, false, (reply) => {
        for (const line of prefixCounts.lines()) reply.line(line);
        reply.line("END");
      });
    default:
      return refused(name, false, "CLIENT_ERROR usage: stats detail on|off|dump");
  }
}
