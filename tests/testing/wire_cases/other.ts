import {
  BAD_FORMAT,
  c,
  DELETE_USAGE,
  END,
  ERROR,
  GET_A,
  KEY_251,
  SET_A,
  STORED,
  type WireCase,
} from "./case.ts";

/** Cases of delete, stats and the rest. */
export const OTHER: WireCase[] = [
  c(
    "delete",
    `delete a\r\n${SET_A}delete a\r\n${GET_A}`,
    `NOT_FOUND\r\n${STORED}DELETED\r\n${END}`,
  ),
  c(
    "delete takes a 0",
    `${SET_A}delete a 0\r\n${SET_A}delete a 0 noreply\r\n${GET_A}`,
    `${STORED}DELETED\r\n${STORED}${END}`,
  ),
  c("delete with noreply", `${SET_A}delete a noreply\r\n${GET_A}`, STORED + END),
  c(
    "delete refuses",
    `delete\r\ndelete a 1\r\ndelete a x\r\ndelete a 0 0\r\ndelete a 0 0 0\r\ndelete ${KEY_251}\r\n`,
    ERROR + DELETE_USAGE.repeat(3) + ERROR + BAD_FORMAT,
  ),
  c(
    "delete refuses without a word for noreply",
    `delete a 1 noreply\r\ndelete a noreply noreply\r\ndelete ${KEY_251} noreply\r\n`,
    "",
  ),
  c(
    "verbosity",
    "verbosity 0\r\nverbosity 0 noreply\r\nverbosity\r\nverbosity a\r\nverbosity -1\r\nverbosity 0 2\r\nverbosity 0 2 3\r\nverbosity noreply\r\n",
    `OK\r\n${ERROR}${BAD_FORMAT}${BAD_FORMAT}OK\r\n${ERROR}`,
  ),
  c("version", "version\r\nversion x\r\n version \r\n", "VERSION *\r\n".repeat(3)),
  c("quit", "quit\r\nversion\r\n", "", true),
  c("quit answers what was asked before", `${SET_A}quit now\r\nversion\r\n`, STORED, true),
  c(
    "shutdown is refused",
    "shutdown\r\nshutdown graceful\r\n",
    "ERROR: shutdown not enabled\r\n".repeat(2),
  ),
  c("stats reset", "stats reset\r\nstats reset x\r\n", "RESET\r\n".repeat(2)),
  c("stats with an unknown argument", "stats foo\r\nstats noreply\r\n", ERROR + ERROR),
  c("stats sizes", "stats sizes\r\n", "STAT sizes_status disabled\r\nEND\r\n"),
  c(
    "stats detail",
    "stats detail\r\nstats detail on\r\nstats detail off\r\nstats detail x\r\n",
    `CLIENT_ERROR usage: stats detail on|off|dump\r\nOK\r\nOK\r\nCLIENT_ERROR usage: stats detail on|off|dump\r\n`,
  ),
  c(
    "unknown commands",
    "foo\r\nGET a\r\nSet a 0 0 1\r\nversionx\r\nver\r\nxyzzy 1 2 3\r\n",
    ERROR.repeat(6),
  ),
  c("lines without a command", "\r\n\n \r\na\r\n\0\r\n\r\r\n", ERROR.repeat(6)),
  c("what looks like HTTP closes", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", true),
  c("a line that does not end closes", "x".repeat(20_000), "", true),
];
