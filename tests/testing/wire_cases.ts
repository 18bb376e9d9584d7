/**
 * What a real memcached answers, byte for byte. Each case begins with an empty server and a new connection. It was
 * measured on memcached 1.6.18; numbers of cas are written #1, #2 and so on in the order in which they first appear.
 */

/** Bytes sent, and the bytes that must come back before the answer to a `version` that is sent behind them. */
export interface WireCase {
  readonly name: string;
  /** What is sent; several pieces leave by writes of their own. */
  readonly sent: string | readonly string[];
  readonly answer: string;
  /** Whether the server closes the connection after its answer. */
  readonly closes?: boolean;
}

const KEY_250 = "k".repeat(250);
const KEY_251 = "k".repeat(251);
const BAD_FORMAT = "CLIENT_ERROR bad command line format\r\n";
const BAD_CHUNK = "CLIENT_ERROR bad data chunk\r\n";
const BAD_EXPTIME = "CLIENT_ERROR invalid exptime argument\r\n";
const BAD_DELTA = "CLIENT_ERROR invalid numeric delta argument\r\n";
const NON_NUMERIC = "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n";
const DELETE_USAGE = "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n";
const TOO_LARGE = "SERVER_ERROR object too large for cache\r\n";
const ERROR = "ERROR\r\n";
const END = "END\r\n";
const STORED = "STORED\r\n";
const SET_A = "set a 0 0 1\r\n1\r\n";
const GET_A = "get a\r\n";
const A_IS_1 = "VALUE a 0 1\r\n1\r\nEND\r\n";

const RETRIEVAL: WireCase[] = [
  c("get misses", GET_A, END),
  c("get hits", SET_A + GET_A, STORED + A_IS_1),
  c(
    "get gives hits in the order asked",
    `${set("a", "1")}${set("b", "22")}get b x a b\r\n`,
    `${STORED}${STORED}VALUE b 0 2\r\n22\r\nVALUE a 0 1\r\n1\r\nVALUE b 0 2\r\n22\r\nEND\r\n`,
  ),
  c(
    "get takes many keys",
    `${SET_A}get ${"x ".repeat(100)}a ${"y ".repeat(100)}\r\n`,
    STORED + A_IS_1,
  ),
  c("get takes a line of 30 kB", `get ${"zz ".repeat(10_000)}\r\n`, END),
  c("gets takes a line of 30 kB", `gets ${"zz ".repeat(10_000)}\r\n`, END),
  c(
    "get takes 100 spaces before a long line",
    `${" ".repeat(100)}get ${"zz ".repeat(6000)}\r\n`,
    END,
  ),
  c(
    "101 spaces before a long line close",
    `${" ".repeat(101)}get ${"zz ".repeat(6000)}\r\n`,
    "",
    true,
  ),
  c("get without a key", "get\r\nget \r\ngets\r\n", ERROR.repeat(3)),
  c(
    "get with a key of 250 bytes",
    `set ${KEY_250} 0 0 1\r\n1\r\nget ${KEY_250}\r\n`,
    `${STORED}VALUE ${KEY_250} 0 1\r\n1\r\nEND\r\n`,
  ),
  c("get with a key of 251 bytes", `get ${KEY_251}\r\n`, BAD_FORMAT),
  c(
    "get with a long key takes back its values and the replies since the last get",
    `${GET_A}${SET_A}get a ${KEY_251} a\r\n${GET_A}`,
    END + BAD_FORMAT + A_IS_1,
  ),
  c(
    "gets tells the cas",
    `${SET_A}gets a\r\n${set("b", "2")}gets a b\r\n`,
    `${STORED}VALUE a 0 1 #1\r\n1\r\nEND\r\n${STORED}VALUE a 0 1 #1\r\n1\r\nVALUE b 0 1 #2\r\n2\r\nEND\r\n`,
  ),
  c("gat hits and misses", `${SET_A}gat 100 a x\r\ngat 0 x\r\n`, `${STORED}${A_IS_1}${END}`),
  c(
    "gats tells the cas, which stays",
    `${SET_A}gets a\r\ngats 100 a\r\ngets a\r\n`,
    `${STORED}${"VALUE a 0 1 #1\r\n1\r\nEND\r\n".repeat(3)}`,
  ),
  c("gat into the past", `${SET_A}gat -1 a\r\n${GET_A}`, STORED + A_IS_1 + END),
  c("gat without keys", "gat 0\r\ngat\r\ngats\r\n", END + ERROR + ERROR),
  c("gat with a bad exptime", "gat a b\r\ngat 1x b\r\ngats 1.5 b\r\n", BAD_EXPTIME.repeat(3)),
  c("gat with a long key", `gat 0 ${KEY_251}\r\n`, BAD_FORMAT),
  c(
    "gat touches what stands before a long key",
    `${SET_A}gat -1 a ${KEY_251}\r\n${GET_A}`,
    BAD_FORMAT + END,
  ),
  c("gat closes at a line of 30 kB", `gat 0 ${"zz ".repeat(10_000)}\r\n`, "", true),
  c("gats closes at a line of 30 kB", `gats 0 ${"zz ".repeat(10_000)}\r\n`, "", true),
  c("gat takes a line of 2,000 bytes", `gat 0 ${"z".repeat(199)}${" zzz".repeat(448)}\r\n`, END),
  c(
    "a value may hold anything",
    `${set("a", "END\r\nVALUE a 0 1\r\n\0\xff\r\n")}${GET_A}`,
    `${STORED}VALUE a 0 22\r\nEND\r\nVALUE a 0 1\r\n\0\xff\r\n\r\nEND\r\n`,
  ),
  c("an empty value is a hit", `${set("a", "")}${GET_A}`, `${STORED}VALUE a 0 0\r\n\r\nEND\r\n`),
  c(
    "keys may hold any byte but space, NUL and line ends",
    `${set("\x01\t\x7f\x80\xff", "1")}get \x01\t\x7f\x80\xff\r\n`,
    `${STORED}VALUE \x01\t\x7f\x80\xff 0 1\r\n1\r\nEND\r\n`,
  ),
  c(
    "a CR within a key belongs to it",
    `${set("a\rb", "1")}get a\rb a\r\n`,
    `${STORED}VALUE a\rb 0 1\r\n1\r\nEND\r\n`,
  ),
  c("only one CR belongs to the line end", `${SET_A}get a\r\r\n`, STORED + END),
];

const STORAGE: WireCase[] = [
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

const EXPIRY: WireCase[] = [
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

const ARITHMETIC: WireCase[] = [
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

const OTHER: WireCase[] = [
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

const FRAMING: WireCase[] = [
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

/** All cases. */
export const WIRE_CASES: readonly WireCase[] = [
  ...RETRIEVAL,
  ...STORAGE,
  ...EXPIRY,
  ...ARITHMETIC,
  ...OTHER,
  ...FRAMING,
];

function c(name: string, sent: string | string[], answer: string, closes = false): WireCase {
  return { name, sent, answer, closes };
}

function set(key: string, value: string): string {
  return `set ${key} 0 0 ${value.length}\r\n${value}\r\n`;
}

function big(length: number): string {
  return "x".repeat(length);
}
