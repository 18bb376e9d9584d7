/** Finds the command for a command line. */

import {
  cacheMemlimitCommand,
  lruCommand,
  lruCrawlerCommand,
  slabsCommand,
  watchCommand,
} from "./admin_commands.ts";
import { arithmeticCommand } from "./arithmetic_commands.ts";
import { closing, type Command, refused } from "./command.ts";
import {
  deleteCommand,
  flushAllCommand,
  quitCommand,
  shutdownCommand,
  touchCommand,
  verbosityCommand,
  versionCommand,
} from "./other_commands.ts";
import { retrievalCommand } from "./retrieval_commands.ts";
import type { ServerState } from "./server_state.ts";
import { statsCommand } from "./stats_command.ts";
import { storageCommand } from "./storage_commands.ts";

/**
 * Makes a command from a line without its line end. As in the daemon, only spaces separate words, and a NUL ends the
 * line.
 */
export function dispatch(line: string, state: ServerState): Command {
  const end = line.indexOf("\0");
  const words = (end < 0 ? line : line.slice(0, end)).split(" ").filter((word) => word !== "");
  const command = COMMANDS.get(words[0] ?? "");
  if (command !== undefined) return command(words, state);
  // The daemon closes the connection when something speaks HTTP to it.
  const isHttp = !/^[acdgist]/.test(words[0] ?? "") && words.at(-1)?.startsWith("HTTP/");
  return isHttp ? closing("") : refused("", false, "ERROR");
}

const COMMANDS: ReadonlyMap<string, (words: readonly string[], state: ServerState) => Command> =
  new Map([
    ["get", retrievalCommand],
    ["gets", retrievalCommand],
    ["gat", retrievalCommand],
    ["gats", retrievalCommand],
    ["set", storageCommand],
    ["add", storageCommand],
    ["replace", storageCommand],
    ["append", storageCommand],
    ["prepend", storageCommand],
    ["cas", storageCommand],
    ["delete", deleteCommand],
    ["incr", arithmeticCommand],
    ["decr", arithmeticCommand],
    ["touch", touchCommand],
    ["stats", statsCommand],
    ["flush_all", flushAllCommand],
    ["verbosity", verbosityCommand],
    ["version", versionCommand],
    ["quit", quitCommand],
    ["shutdown", shutdownCommand],
    ["slabs", slabsCommand],
    ["lru", lruCommand],
    ["lru_crawler", lruCrawlerCommand],
    ["cache_memlimit", cacheMemlimitCommand],
    ["watch", watchCommand],
  ]);

/** Names of the commands that the embedded server knows. */
export const COMMAND_NAMES: readonly string[] = [...COMMANDS.keys()];
