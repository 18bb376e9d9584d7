import {
  A_IS_1,
  BAD_CHUNK,
  BAD_FORMAT,
  big,
  c,
  END,
  ERROR,
  GET_A,
  KEY_251,
  set,
  SET_A,
  STORED,
  TOO_LARGE,
  type WireCase,
} from "./case.ts";

/** Cases of set, add, replace, append, prepend and cas. */
export const STORAGE: WireCase[] = [
  c(
    "set keeps flags",
    `set a 4294967295 0 1\r\n1\r\n${GET_A}`,
    `${STORED}VALUE a 4294967295 1\r\n1\r\nEND\r\n`,
  ),
  c(
    "set cuts flags to 32 bits",
    `set a 4294967301 0 1\r\n1\r\n${GET_A}set a 9223372036854775808 0 1\r\n1\r\n${GET_A}`,
    `${STORED}VALUE a 5 1\r\n1\r\nEND\r\n${STORED}${A_IS_1}`,
  ),
  c(
    "set reads numbers as C does",
    `set a +1 \t0 01\r\n1\r\n${GET_A}set a -18446744073709551615 0 1\tx\r\n1\r\n${GET_A}`,
    `${STORED}VALUE a 1 1\r\n1\r\nEND\r\n`.repeat(2),
  ),
  c("set cuts lengths to 32 bits", `set a 0 0 4294967297\r\n1\r\n${GET_A}`, STORED + A_IS_1),
  c(
    "set refuses flags",
    `set a -1 0 1\r\nset a 1.5 0 1\r\nset a x 0 1\r\nset a 18446744073709551616 0 1\r\n`,
    BAD_FORMAT.repeat(4),
  ),
  c(
    "set refuses exptimes",
    `set a 0 1.5 1\r\nset a 0 NaN 1\r\nset a 0 99999999999999999999 1\r\n`,
    BAD_FORMAT.repeat(3),
  ),
  c(
    "set refuses lengths",
    `set a 0 0 -1\r\nset a 0 0 1.5\r\nset a 0 0 x\r\nset a 0 0 2147483646\r\n`,
    BAD_FORMAT.repeat(4),
  ),
  c(
    "the block of a refused line is taken for commands",
    `${SET_A}set ${KEY_251} 0 0 9\r\nflush_all\r\n${GET_A}`,
    `${STORED}${BAD_FORMAT}OK\r\n${END}`,
  ),
  c(
    "so it is for a refused line with noreply",
    `${SET_A}set ${KEY_251} 0 0 9 noreply\r\nflush_all\r\n${GET_A}`,
    `${STORED}OK\r\n${END}`,
  ),
  c(
    "so it is for a bad number",
    `${SET_A}set a 0.5 0 9\r\nflush_all\r\n${GET_A}`,
    `${STORED}${BAD_FORMAT}OK\r\n${END}`,
  ),
  c(
    "so it is for too few and too many words",
    `set a 0 0\r\nversion x\r\nset a 0 0 1 x y\r\n1\r\n`,
    `${ERROR}VERSION *\r\n${ERROR}${ERROR}`,
  ),
  c(
    "a word behind the length is ignored",
    `set a 0 0 1 NOREPLY\r\n1\r\nset a 0 0 1 xx\r\n1\r\n`,
    STORED + STORED,
  ),
  c("noreply in place of the length", `set a 0 0 noreply\r\n${GET_A}`, END),
  c("a value longer than announced", `set a 0 0 2\r\n123\r\n${GET_A}`, BAD_CHUNK + ERROR + END),
  c(
    "a value much longer than announced",
    `set a 0 0 2\r\n12get a\r\n${GET_A}`,
    BAD_CHUNK + ERROR + END,
  ),
  c(
    "a value shorter than announced",
    `set a 0 0 3\r\n1\r\nget a\r\n${GET_A}`,
    BAD_CHUNK + ERROR + END,
  ),
  c(
    "a bad data chunk keeps the old item",
    `${SET_A}set a 0 0 2\r\n123\r\n${GET_A}`,
    STORED + BAD_CHUNK + ERROR + A_IS_1,
  ),
  c("a bad data chunk with noreply", `set a 0 0 2 noreply\r\n123\r\n${GET_A}`, ERROR + END),
  c("a block whose end is a bare LF", "set a 0 0 2\r\n12\nversion\r\n", `${BAD_CHUNK}${ERROR}`),
  c(
    "over the item limit: the old item is gone",
    `${SET_A}${set("a", big(1_048_577))}${GET_A}`,
    STORED + TOO_LARGE + END,
  ),
  c(
    "over the item limit with noreply: nothing is said",
    `${SET_A}set a 0 0 1048577 noreply\r\n${big(1_048_577)}\r\n${GET_A}`,
    STORED + END,
  ),
  ...["add", "replace", "append", "prepend"].map((name) =>
    c(
      `over the item limit: ${name} keeps the old item`,
      `${SET_A}${name} a 0 0 1048577\r\n${big(1_048_577)}\r\n${GET_A}`,
      STORED + TOO_LARGE + A_IS_1,
    )
  ),
  c(
    "over the item limit: cas keeps the old item",
    `${SET_A}cas a 0 0 1048577 1\r\n${big(1_048_577)}\r\n${GET_A}`,
    STORED + TOO_LARGE + A_IS_1,
  ),
  c(
    "the item limit counts 59 bytes and the key",
    `${set("k", big(1_048_516))}${set("k", big(1_048_517))}`,
    STORED + TOO_LARGE,
  ),
  c(
    "the item limit counts flags",
    `set k 1 0 1048512\r\n${big(1_048_512)}\r\nset k 1 0 1048513\r\n${big(1_048_513)}\r\n`,
    STORED + TOO_LARGE,
  ),
  c(
    "append beyond the item limit",
    `${set("a", big(600_000))}append a 0 0 600000\r\n${big(600_000)}\r\nprepend a 0 0 600000\r\n${
      big(600_000)
    }\r\n`,
    `${STORED}${"NOT_STORED\r\n".repeat(2)}`,
  ),
  c("add", `add a 0 0 1\r\n1\r\nadd a 0 0 1\r\n2\r\n${GET_A}`, `${STORED}NOT_STORED\r\n${A_IS_1}`),
  c(
    "replace",
    `replace a 0 0 1\r\n2\r\n${SET_A}replace a 7 0 2\r\n22\r\n${GET_A}`,
    `NOT_STORED\r\n${STORED}${STORED}VALUE a 7 2\r\n22\r\nEND\r\n`,
  ),
  c(
    "append and prepend",
    `append a 0 0 1\r\n2\r\nprepend a 0 0 1\r\n2\r\n${SET_A}append a 9 0 2\r\n23\r\nprepend a 9 0 1\r\n0\r\n${GET_A}`,
    `${"NOT_STORED\r\n".repeat(2)}${STORED.repeat(3)}VALUE a 0 4\r\n0123\r\nEND\r\n`,
  ),
  c(
    "append keeps the flags of the item",
    `set a 5 0 1\r\n1\r\nappend a 9 0 1\r\n2\r\n${GET_A}`,
    `${STORED}${STORED}VALUE a 5 2\r\n12\r\nEND\r\n`,
  ),
  c("cas without an item", "cas a 0 0 1 1\r\n1\r\n", "NOT_FOUND\r\n"),
  c(
    "cas with another number",
    `${SET_A}cas a 0 0 1 18446744073709551615\r\n2\r\n${GET_A}`,
    `${STORED}EXISTS\r\n${A_IS_1}`,
  ),
  c(
    "cas refuses numbers",
    "cas a 0 0 1 x\r\ncas a 0 0 1 -1\r\ncas a 0 0 1 18446744073709551616\r\ncas a 0 0 1 noreply\r\n",
    BAD_FORMAT.repeat(3),
  ),
  c("cas without a number", "cas a 0 0 1\r\ncas a 0 0 1 1 2 3\r\n", ERROR + ERROR),
  c(
    "every storage command with noreply",
    `set a 0 0 1 noreply\r\n1\r\nadd a 0 0 1 noreply\r\n2\r\nreplace a 0 0 1 noreply\r\n3\r\nappend a 0 0 1 noreply\r\n4\r\nprepend a 0 0 1 noreply\r\n2\r\ncas a 0 0 1 0 noreply\r\n5\r\n${GET_A}`,
    "VALUE a 0 3\r\n234\r\nEND\r\n",
  ),
  c(
    "every storage command gives a new cas",
    `${SET_A}gets a\r\n${SET_A}gets a\r\nappend a 0 0 0\r\n\r\ngets a\r\nreplace a 0 0 1\r\n1\r\ngets a\r\n`,
    [1, 2, 3, 4].map((n) => `${STORED}VALUE a 0 1 #${n}\r\n1\r\nEND\r\n`).join(""),
  ),
];
