import {
  BAD_DELTA,
  BAD_FORMAT,
  c,
  ERROR,
  GET_A,
  KEY_251,
  NON_NUMERIC,
  set,
  STORED,
  type WireCase,
} from "./case.ts";

/** Cases of incr and decr. */
export const ARITHMETIC: WireCase[] = [
  c("incr and decr miss", "incr a 1\r\ndecr a 1\r\n", "NOT_FOUND\r\n".repeat(2)),
  c(
    "incr and decr",
    `${set("a", "9")}incr a 1\r\n${GET_A}incr a 90\r\ndecr a 1\r\n${GET_A}incr a 1\r\n${GET_A}`,
    `${STORED}10\r\nVALUE a 0 2\r\n10\r\nEND\r\n100\r\n99\r\nVALUE a 0 3\r\n99 \r\nEND\r\n100\r\nVALUE a 0 3\r\n100\r\nEND\r\n`,
  ),
  c(
    "decr stops at 0",
    `${set("a", "12")}decr a 13\r\n${GET_A}`,
    `${STORED}0\r\nVALUE a 0 2\r\n0 \r\nEND\r\n`,
  ),
  c(
    "incr wraps at 64 bits",
    `${
      set("a", "18446744073709551615")
    }incr a 1\r\n${GET_A}decr a 1\r\nincr a 18446744073709551615\r\n`,
    `${STORED}0\r\nVALUE a 0 20\r\n0${" ".repeat(19)}\r\nEND\r\n0\r\n18446744073709551615\r\n`,
  ),
  c(
    "21 digits are no number",
    `${set("a", "1".repeat(21))}incr a 1\r\n${set("a", "18446744073709551616")}incr a 1\r\n`,
    (STORED + NON_NUMERIC).repeat(2),
  ),
  ...["", "x", "5x", "1.5", "1e3", "-5"].map((value) =>
    c(
      `incr of ${JSON.stringify(value)}`,
      `${set("a", value)}incr a 1\r\ndecr a 1\r\n`,
      STORED + NON_NUMERIC.repeat(2),
    )
  ),
  ...[
    ["+5", "6", "6 "],
    [" 5", "6", "6 "],
    ["5 ", "6", "6 "],
    ["5 x", "6", "6  "],
    ["007", "8", "8  "],
    ["7\0", "8", "8 "],
    ["\r\n7", "8", "8  "],
    ["-0", "1", "1 "],
  ].map(([value, told, kept]) =>
    c(
      `incr of ${JSON.stringify(value)}`,
      `${set("a", value)}incr a 1\r\n${GET_A}`,
      `${STORED}${told}\r\nVALUE a 0 ${kept.length}\r\n${kept}\r\nEND\r\n`,
    )
  ),
  c(
    "incr keeps flags and gives a new cas",
    `set a 7 0 1\r\n5\r\ngets a\r\nincr a 1\r\ngets a\r\nincr a 10\r\ngets a\r\n`,
    `${STORED}VALUE a 7 1 #1\r\n5\r\nEND\r\n6\r\nVALUE a 7 1 #2\r\n6\r\nEND\r\n16\r\nVALUE a 7 2 #3\r\n16\r\nEND\r\n`,
  ),
  c(
    "incr with noreply",
    `${set("a", "5")}incr a 2 noreply\r\ndecr a 1 noreply\r\n${GET_A}`,
    `${STORED}VALUE a 0 1\r\n6\r\nEND\r\n`,
  ),
  c(
    "incr refuses",
    `incr a\r\nincr a x\r\nincr a -1\r\nincr a 1.0\r\nincr a 18446744073709551616\r\nincr a 1 2 3\r\nincr ${KEY_251} 1\r\n`,
    ERROR + BAD_DELTA.repeat(4) + ERROR + BAD_FORMAT,
  ),
  c("incr refuses without a word for noreply", `incr a x noreply\r\nincr a noreply\r\n`, ""),
  c("incr of a large item", `${set("a", "0".repeat(525_000))}incr a 1\r\n`, STORED + NON_NUMERIC),
];
