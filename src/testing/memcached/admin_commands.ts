/**
 * slabs, lru, lru_crawler, cache_memlimit and watch. The server reads and answers them as the daemon does with its default
 * settings. Apart from what they list they have no effect, as there are no pages, no queues of items and no limit of
 * memory here.
 */

import { signed32Of, unsigned32Of } from "./c_numbers.ts";
import { BAD_FORMAT, type Command, hasNoreply, plain, refused } from "./command.ts";
import type { Dialect } from "./dialect.ts";
import { metadump, mgdump } from "./item_dumps.ts";
import type { ServerState } from "./server_state.ts";
import { CHUNK_SIZES, MOST_CLASSES } from "./slab_classes.ts";

/** Makes a command of `slabs reassign <from> <to>`, `slabs automove <level>` or `slabs automove ratio <number>`. */
export function slabsCommand(words: readonly string[]): Command {
  const [name, what, first, second] = words;
  if (words.length === 4 && what === "reassign") {
    return answered(name, false, reassigned(signed32Of(first), signed32Of(second)));
  }
  if (words.length < 3 || what !== "automove") return answered(name, false, ERROR);
  const noreply = hasNoreply(words);
  if (words.length === 4 && first === "ratio") {
    return answered(name, noreply, fractionOf(second) === undefined ? ERROR : OK);
  }
  const level = unsigned32Of(first);
  if (level === undefined) return answered(name, noreply, BAD_FORMAT);
  return answered(name, noreply, level <= 2 ? OK : ERROR);
}

/** Makes a command of `lru mode <flat or segmented>`, `lru tune <four numbers>` or `lru temp_ttl <seconds>`. */
export function lruCommand(words: readonly string[]): Command {
  const [name, what, first] = words;
  const noreply = hasNoreply(words);
  if (what === "tune" && words.length >= 6) return answered(name, noreply, tuned(words.slice(2)));
  const isRight = what === "mode"
    ? first === "flat" || first === "segmented"
    : what === "temp_ttl" && first !== undefined && signed32Of(first) !== undefined;
  return answered(name, noreply, isRight ? OK : ERROR);
}

/** Makes a command of `lru_crawler <enable, disable, sleep, tocrawl, crawl or metadump>`. */
export function lruCrawlerCommand(words: readonly string[], state: ServerState): Command {
  const [name, what, given] = words;
  if (words.length === 2 && (what === "enable" || what === "disable")) {
    return plain(name, false, (reply) => {
      const isTwice = what === "enable" && state.isCrawlerOn;
      state.isCrawlerOn = what === "enable";
      reply.line(isTwice ? "ERROR failed to start lru crawler thread" : OK);
    });
  }
  if (words.length !== 3) return answered(name, false, ERROR);
  switch (what) {
    case "sleep":
    case "tocrawl": {
      const number = unsigned32Of(given);
      if (number === undefined) return answered(name, false, BAD_FORMAT);
      return answered(
        name,
        false,
        what === "sleep" && number > 1_000_000
          ? "CLIENT_ERROR sleep must be one second or less"
          : OK,
      );
    }
    case "mgdump":
    case "crawl":
    case "metadump": {
      if (what === "mgdump" && !state.dialect.hasMgdump) return answered(name, false, ERROR);
      const isWanted = classesOf(given);
      if (!state.isCrawlerOn) return answered(name, false, "CLIENT_ERROR lru crawler disabled");
      if (isWanted === undefined) return answered(name, false, "BADCLASS invalid class id");
      if (what === "crawl") return answered(name, false, OK);
      return what === "metadump" ? metadump(name, isWanted, state) : mgdump(name, isWanted, state);
    }
    default:
      return answered(name, false, ERROR);
  }
}

/** Makes a command of `cache_memlimit <megabytes>`. */
export function cacheMemlimitCommand(words: readonly string[]): Command {
  const [name, given] = words;
  if (words.length < 2 || words.length > 3) return answered(name, false, ERROR);
  return answered(name, hasNoreply(words), limited(unsigned32Of(given)));
}

/** Makes a command of `watch <kinds of log lines>`. The connection says no more than those. */
export function watchCommand(words: readonly string[], { dialect }: ServerState): Command {
  const [name, ...kinds] = words;
  const isRight = kinds.every((kind) => WATCHED.has(kind) || isNewer(kind, dialect));
  let isWatching = false;
  return {
    ...plain(name, hasNoreply(words), (reply) => {
      isWatching = isRight && reply.length === 0;
      if (reply.length > 0) reply.line("ERROR cannot pipeline other commands before watch");
      else reply.line(isRight ? OK : ERROR);
    }),
    valid: isRight,
    get silences() {
      return isWatching;
    },
    watches: new Set(kinds.length === 0 ? ["fetchers"] : kinds),
  };
}

const OK = "OK";
const ERROR = "ERROR";

/** Says whether newer servers can watch it. */
function isNewer(kind: string, { hasVivifyingAppend }: Dialect): boolean {
  return kind === "deletions" && hasVivifyingAppend;
}

/** A command that changes nothing. Only one with a right line counts as carried out. */
function answered(name: string, noreply: boolean, line: string): Command {
  return line === OK
    ? plain(name, noreply, (reply) => reply.line(line))
    : refused(name, noreply, line);
}

function reassigned(from: number | undefined, to: number | undefined): string {
  if (from === undefined || to === undefined) return BAD_FORMAT;
  if (from === to) return "SAME src and dst class are identical";
  const isClass = (id: number) => id >= 0 && id <= CHUNK_SIZES.length;
  if (!isClass(from) || !isClass(to)) return "BADCLASS invalid src or dst class id";
  return "NOSPARE source class has no spare pages";
}

function tuned(words: readonly string[]): string {
  const [hot, warm] = words.map(unsigned32Of);
  const [, , hotFactor, warmFactor] = words.map(fractionOf);
  if (
    hot === undefined || warm === undefined || hotFactor === undefined || warmFactor === undefined
  ) return ERROR;
  if (hot + warm > 80) return "ERROR hot and warm pcts must not exceed 80";
  if (hotFactor <= 0 || warmFactor <= 0) return "ERROR hot/warm age factors must be greater than 0";
  return OK;
}

function limited(megabytes: number | undefined): string {
  if (megabytes === undefined) return ERROR;
  if (megabytes < 8) return "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m";
  return megabytes > 1_000_000_000
    ? "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes"
    : OK;
}

/** Which slab classes are meant by `all`, `hash` or a list of numbers; `undefined` for anything else. */
function classesOf(given: string): ((slabClass: number) => boolean) | undefined {
  if (given === "all" || given === "hash") return () => true;
  const ids = given.split(",").map(unsigned32Of);
  const areClasses = ids.every((id) => id !== undefined && id > 0 && id < MOST_CLASSES);
  return areClasses ? (slabClass) => ids.includes(slabClass) : undefined;
}

/** Reads a number that may have a fraction. */
function fractionOf(text: string): number | undefined {
  return FRACTION.test(text) ? Number(text) : undefined;
}

const FRACTION = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WATCHED: ReadonlySet<string> = new Set([
  "rawcmds",
  "evictions",
  "fetchers",
  "mutations",
  "sysevents",
  "connevents",
  "proxyreqs",
  "proxyevents",
  "proxyuser",
]);
