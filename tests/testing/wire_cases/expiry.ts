import {
  A_IS_1,
  BAD_EXPTIME,
  BAD_FORMAT,
  c,
  END,
  ERROR,
  GET_A,
  KEY_251,
  SET_A,
  STORED,
  type WireCase,
} from "./case.ts";

/** Cases of exptimes, touch and flush_all. */
export const EXPIRY: WireCase[] = [
  c(
    "exptime -1 is gone at once",
    `set a 0 -1 1\r\n1\r\n${GET_A}add a 0 -1 1\r\n1\r\n${GET_A}`,
    (STORED + END).repeat(2),
  ),
  c("30 days are relative", `set a 0 2592000 1\r\n1\r\n${GET_A}`, STORED + A_IS_1),
  c("30 days and a second are a date in 1970", `set a 0 2592001 1\r\n1\r\n${GET_A}`, STORED + END),
  c("a date to come", `set a 0 2147483647 1\r\n1\r\n${GET_A}`, STORED + A_IS_1),
  c(
    "exptimes are cut to 32 bits",
    `set a 0 2147483648 1\r\n1\r\n${GET_A}set a 0 4294967396 1\r\n1\r\n${GET_A}`,
    STORED + END + STORED + A_IS_1,
  ),
  c(
    "touch",
    `touch a 0\r\n${SET_A}touch a 100\r\n${GET_A}touch a -1\r\n${GET_A}touch a 0\r\n`,
    `NOT_FOUND\r\n${STORED}TOUCHED\r\n${A_IS_1}TOUCHED\r\n${END}NOT_FOUND\r\n`,
  ),
  c("touch with noreply", `${SET_A}touch a -1 noreply\r\n${GET_A}`, STORED + END),
  c(
    "touch refuses",
    `touch a\r\ntouch a x\r\ntouch a 1.5\r\ntouch a 1 2 3\r\ntouch ${KEY_251} 0\r\n`,
    ERROR + BAD_EXPTIME + BAD_EXPTIME + ERROR + BAD_FORMAT,
  ),
  c(
    "touch refuses without a word for noreply",
    `touch a x noreply\r\ntouch ${KEY_251} 0 noreply\r\ntouch a noreply\r\n`,
    "",
  ),
  c(
    "flush_all",
    `${SET_A}flush_all\r\n${GET_A}${SET_A}${GET_A}`,
    `${STORED}OK\r\n${END}${STORED}${A_IS_1}`,
  ),
  c("flush_all with a delay", `${SET_A}flush_all 100\r\n${GET_A}`, `${STORED}OK\r\n${A_IS_1}`),
  c(
    "flush_all 0 and -1 are now",
    `${SET_A}flush_all 0\r\n${GET_A}${SET_A}flush_all -1\r\n${GET_A}`,
    `${STORED}OK\r\n${END}`.repeat(2),
  ),
  c(
    "flush_all with noreply",
    `${SET_A}flush_all noreply\r\n${GET_A}${SET_A}flush_all 0 noreply\r\n${GET_A}`,
    (STORED + END).repeat(2),
  ),
  c(
    "flush_all refuses",
    "flush_all x\r\nflush_all 1.5\r\nflush_all noreply 1\r\nflush_all 0 0 0\r\nflush_all x noreply\r\n",
    BAD_EXPTIME.repeat(3) + ERROR,
  ),
];
