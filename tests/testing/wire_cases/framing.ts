import {
  A_IS_1,
  big,
  c,
  END,
  ERROR,
  GET_A,
  NON_NUMERIC,
  SET_A,
  STORED,
  TOO_LARGE,
  type WireCase,
} from "./case.ts";

/** Cases of lines, blocks and pipelines, and where they are cut. */
export const FRAMING: WireCase[] = [
  c("a bare LF ends a line", "set a 0 0 2\n12\r\nget a\n", `${STORED}VALUE a 0 2\r\n12\r\nEND\r\n`),
  c(
    "a NUL ends a line",
    `${SET_A}get a\0b\r\nset a\0b 0 0 1\r\n1\r\n`,
    STORED + A_IS_1 + ERROR + ERROR,
  ),
  c("spaces are skipped", `  set  a   0 0  1 \r\n1\r\n  get   a  \r\n`, STORED + A_IS_1),
  c("noreply before a space", `set a 0 0 1 noreply \r\n1\r\n${GET_A}`, A_IS_1),
  c(
    "a pipeline is answered in order",
    (SET_A + GET_A + "delete a\r\nincr a 1\r\n").repeat(500),
    `${STORED}${A_IS_1}DELETED\r\nNOT_FOUND\r\n`.repeat(500),
  ),
  c("byte by byte", [
    ...`set a 0 0 5\r\nEN\r\nD\r\nget a b\r\nincr a 1\r\ndelete a noreply\r\nfoo\r\n`,
  ], `${STORED}VALUE a 0 5\r\nEN\r\nD\r\nEND\r\n${NON_NUMERIC}${ERROR}`),
  c("a large value in pieces", [
    `set a 0 0 500000\r\n${big(100)}`,
    big(199_900),
    big(300_000),
    "\r",
    "\nget b\r\n",
  ], STORED + END),
  c("a value over the limit in pieces", [
    "set a 0 0 2000000\r\n",
    big(999_999),
    big(1_000_001),
    "\r\nget",
    " a\r\n",
  ], TOO_LARGE + END),
];
