/**
 * What servers of different versions answer differently: which version brought what. 1.6.18, 1.6.38 and 1.6.45 are
 * imitated to the byte; between them each difference comes with the version that brought it to memcached.
 */

import { LENIENT_NUMBERS, type Numbers, STRICT_NUMBERS } from "./numbers.ts";

/** How a server of one version speaks. */
export interface Dialect {
  /** Whether it knows the meta commands, in the form that they have today. */
  readonly hasMeta: boolean;
  /** Whether `mg` needs no flags, and a miss repeats opaque and key. */
  readonly hasBareMetaGet: boolean;
  /** Whether `lru_crawler mgdump` exists. */
  readonly hasMgdump: boolean;
  /** Whether `ms` answers `s`, lets append and prepend create by `N`, and `watch deletions` exists. */
  readonly hasVivifyingAppend: boolean;
  /** Whether `me` tells the time that is left, not its negative, and metadump tells the flags. */
  readonly tellsTimeLeft: boolean;
  /** Whether `E` sets the cas, and `md x` removes the value. */
  readonly takesNewCas: boolean;
  /**
   * Whether lines are read by the newer tokenizer. It takes a NUL for a byte of a key, swallows the data block of a refused
   * storage line whose length it could read, and adds an empty line to the refusal of a key in a retrieval.
   */
  readonly hasNewTokenizer: boolean;
  /** How many words a meta command may have. */
  readonly mostMetaWords: number;
  /** How it reads numbers. */
  readonly numbers: Numbers;
  /** How it reads the exptime of gat and gats, where newer servers were strict first. */
  readonly gatNumbers: Numbers;
  /** Whether `F` refuses flags of more than 32 bits. */
  readonly refusesLargeFlags: boolean;
  /** Whether the replies to retrievals wait for those to the commands behind them, as those of `mg` always do. */
  readonly gathersRetrievals: boolean;
  /** Whether the lists of `lru_crawler` begin with `OK`. */
  readonly dumpsBeginWithOk: boolean;
  /** Whether the lines of metadump end with a space. */
  readonly dumpLinesEndWithSpace: boolean;
}

/** Gives the dialect of a version, as in `"1.6.38"`. A version without three numbers is taken for 1.6.18. */
export function dialectOf(version: string): Dialect {
  const numbers = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? ["", "1", "6", "18"];
  const [major, minor, patch] = numbers.slice(1).map(Number);
  const isSince = (since: number) =>
    major > 1 || major === 1 && (minor > 6 || minor === 6 && patch >= since);
  const hasNewTokenizer = isSince(40);
  return {
    hasMeta: isSince(10),
    hasBareMetaGet: isSince(18),
    hasMgdump: isSince(19),
    hasVivifyingAppend: isSince(20),
    tellsTimeLeft: isSince(24),
    takesNewCas: isSince(27),
    hasNewTokenizer,
    mostMetaWords: hasNewTokenizer ? 20 : 19,
    numbers: isSince(45) ? STRICT_NUMBERS : LENIENT_NUMBERS,
    gatNumbers: hasNewTokenizer ? STRICT_NUMBERS : LENIENT_NUMBERS,
    refusesLargeFlags: isSince(45),
    gathersRetrievals: isSince(35),
    dumpsBeginWithOk: isSince(43),
    dumpLinesEndWithSpace: isSince(39),
  };
}
