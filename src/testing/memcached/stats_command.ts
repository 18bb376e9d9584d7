/** The command stats, with the arguments settings, items, slabs, sizes, reset and a few more. */

import { type Command, plain, refused } from "./command.ts";
import type { ServerState } from "./server_state.ts";
import { slabStats } from "./slab_stats.ts";
import { generalStats, settingsStats } from "./stats_texts.ts";

/** Makes a command from the words of a line that begins with `stats`. */
export function statsCommand(words: readonly string[], state: ServerState): Command {
  const [name, group = ""] = words;
  if (group === "detail") return refused(name, false, detailReply(words[2]));
  if (group === "reset") {
    return plain(name, false, (reply) => {
      state.statistics.reset();
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
  ["items", (state) => slabStats(state).items],
  ["slabs", (state) => slabStats(state).slabs],
  ["sizes", () => [["sizes_status", "disabled"]]],
  ["conns", () => []],
  ["extstore", () => []],
]);

function detailReply(word: string | undefined): string {
  if (word === "on" || word === "off") return "OK";
  if (word === "dump") return "END";
  return "CLIENT_ERROR usage: stats detail on|off|dump";
}
