import {
  BAD_FORMAT,
  c,
  DELETE_USAGE,
  END,
  ERROR,
  GET_A,
  KEY_251,
  OK,
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
    "stats detail counts by prefix",
    "stats reset\r\nstats detail on\r\nget a:1 a:2 b\r\nset a:1 0 0 1\r\n1\r\ngat 0 a:1\r\n" +
      "add a:1 0 0 1\r\n1\r\nincr a:1 1\r\ntouch a:1 0\r\ndelete a:1\r\ndelete a:1:2\r\n" +
      "stats detail off\r\nget a:1\r\nstats detail dump\r\nstats reset\r\nstats detail dump\r\n",
    `RESET\r\nOK\r\n${END}${STORED}VALUE a:1 0 1\r\n1\r\n${END}NOT_STORED\r\n2\r\nTOUCHED\r\n` +
      `DELETED\r\nNOT_FOUND\r\nOK\r\n${END}PREFIX a get 3 hit 1 set 2 del 2\r\n${END}RESET\r\n${END}`,
  ),
  c(
    "stats cachedump refuses",
    "stats cachedump\r\nstats cachedump 1\r\nstats cachedump x 1\r\nstats cachedump 1 x\r\n" +
      "stats cachedump 63 0\r\nstats cachedump 64 0\r\n",
    "CLIENT_ERROR bad command line\r\n".repeat(2) + BAD_FORMAT.repeat(2) + END +
      "CLIENT_ERROR Illegal slab id\r\n",
  ),
  c(
    "slabs automove",
    "slabs automove 0\r\nslabs automove 1 2 3\r\nslabs automove ratio 0.8\r\nslabs automove 1 noreply\r\n" +
      "slabs automove x\r\nslabs automove -1\r\nslabs automove 3\r\nslabs automove ratio x\r\nslabs automove\r\n",
    OK.repeat(3) + BAD_FORMAT.repeat(2) + ERROR.repeat(3),
  ),
  c(
    "slabs reassign",
    "slabs reassign 1 1\r\nslabs reassign 1 x\r\nslabs reassign 70 1\r\nslabs reassign -1 2\r\n" +
      "slabs reassign 38 2\r\nslabs reassign 1\r\nslabs\r\nslabs foo 1\r\n",
    "SAME src and dst class are identical\r\n" + BAD_FORMAT +
      "BADCLASS invalid src or dst class id\r\n".repeat(2) +
      "NOSPARE source class has no spare pages\r\n" + ERROR.repeat(3),
  ),
  c(
    "lru",
    "lru mode flat\r\nlru mode segmented\r\nlru mode segmented noreply\r\nlru temp_ttl -1\r\n" +
      "lru tune 20 40 0.2 2.0\r\nlru tune 20 61 0.2 2.0\r\nlru tune 20 40 0 2.0\r\nlru tune 20 40 0.2\r\n" +
      "lru tune 20 40 x 2.0\r\nlru temp_ttl x\r\nlru temp_ttl\r\nlru mode foo\r\nlru mode\r\nlru foo\r\nlru\r\nlru noreply\r\n",
    OK.repeat(4) + "ERROR hot and warm pcts must not exceed 80\r\n" +
      "ERROR hot/warm age factors must be greater than 0\r\n" + ERROR.repeat(8),
  ),
  c(
    "lru_crawler",
    "lru_crawler enable\r\nlru_crawler sleep 100\r\nlru_crawler sleep 1000001\r\nlru_crawler sleep x\r\n" +
      "lru_crawler tocrawl 0\r\nlru_crawler tocrawl -1\r\nlru_crawler crawl x\r\nlru_crawler crawl 0\r\n" +
      "lru_crawler crawl 64\r\nlru_crawler metadump all\r\nlru_crawler\r\nlru_crawler foo\r\nlru_crawler foo x\r\n",
    "ERROR failed to start lru crawler thread\r\nOK\r\n" +
      `CLIENT_ERROR sleep must be one second or less\r\n${BAD_FORMAT}${OK}${BAD_FORMAT}` +
      "BADCLASS invalid class id\r\n".repeat(3) +
      "ERROR cannot pipeline other commands before metadump\r\n" + ERROR.repeat(3),
  ),
  c("lru_crawler crawl", "lru_crawler crawl all\r\n", OK),
  c(
    "cache_memlimit",
    "cache_memlimit 64\r\ncache_memlimit 64 noreply\r\ncache_memlimit 7\r\ncache_memlimit 1000000001\r\n" +
      "cache_memlimit x\r\ncache_memlimit\r\ncache_memlimit 64 1 2\r\n",
    `${OK}MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m\r\n` +
      `MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes\r\n${ERROR.repeat(3)}`,
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
