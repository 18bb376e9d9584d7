/** Finds the command for a command line. */

import { configCommand } from "./config_command.ts";
import {
  cacheMemlimitCommand,
  lruCommand,
  lruCrawlerCommand,
  slabsCommand,
  watchCommand,
} from "./admin_commands.ts";
import { arithmeticCommand } from "./arithmetic_commands.ts";
import { BAD_FORMAT, closing, type Command, hasNoreply, refused, tooFewWords } from "./command.ts";
import { metaArithmeticCommand } from "./meta/meta_arithmetic.ts";
import { metaDebugCommand, metaNoopCommand } from "./meta/meta_debug.ts";
import { metaDeleteCommand } from "./meta/meta_delete.ts";
import { metaGetCommand } from "./meta/meta_get.ts";
import { metaSetCommand } from "./meta/meta_set.ts";
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

/** Makes a command from a line without its line end. As in the daemon, only spaces separate words. */
export function dispatch(line: string, state: ServerState): Command {
  return state.dialect.hasNewTokenizer ? newDispatch(line, state) : oldDispatch(line, state);
}

/** A NUL ends the line. */
function oldDispatch(line: string, state: ServerState): Command {
  const end = line.indexOf("\0");
  const words = wordsOf(end < 0 ? line : line.slice(0, end));
  const command = commandFor(words[0], state);
  if (command !== undefined) return command(words, state);
  // The daemon closes the connection when something speaks HTTP to it.
  const isHttp = !/^[acdgist]/.test(words[0] ?? "") && words.at(-1)?.startsWith("HTTP/");
  return isHttp ? closing("") : refused("", false, "ERROR");
}

/** A NUL is a byte as any other, the command begins with the line, and an unknown one may want no reply. */
function newDispatch(line: string, state: ServerState): Command {
  if (line.length < SHORTEST_COMMAND) return refused("", false, BAD_FORMAT);
  const words = wordsOf(line);
  const command = line.startsWith(" ") ? undefined : commandFor(words[0], state);
  if (command !== undefined) return command(words, state);
  const isHttp = words.length > 1 && words[words.length - 1].startsWith("HTTP/");
  return isHttp ? closing("") : refused("", hasNoreply(words), "ERROR");
}

function wordsOf(line: string): string[] {
  return line.split(" ").filter((word) => word !== "");
}

type MakeCommand = (words: readonly string[], state: ServerState) => Command;

function commandFor(name = "", { dialect, cluster }: ServerState): MakeCommand | undefined {
  if (name === "config" && cluster !== undefined) return configCommand;
  return COMMANDS.get(name) ?? (dialect.hasMeta ? META_COMMANDS.get(name) : undefined);
}

/** Makes a command that needs a key. */
function withKey(make: MakeCommand): MakeCommand {
  return (words, state) =>
    words.length < 2 ? tooFewWords(words[0], state.dialect) : make(words, state);
}

const SHORTEST_COMMAND = 2;

const COMMANDS: ReadonlyMap<string, MakeCommand> = new Map([
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

const META_COMMANDS: ReadonlyMap<string, MakeCommand> = new Map([
  ["mg", withKey(metaGetCommand)],
  ["ms", withKey(metaSetCommand)],
  ["md", withKey(metaDeleteCommand)],
  ["ma", withKey(metaArithmeticCommand)],
  ["me", metaDebugCommand],
  ["mn", metaNoopCommand],
]);

/** Names of the commands that the embedded server knows. */
export const COMMAND_NAMES: readonly string[] = [...COMMANDS.keys(), ...META_COMMANDS.keys()];
