/** Every kind of reply, and every kind of what is none. Text stands for bytes, one char each. */

import { MAX_LINE_BYTES } from "../../src/protocol/reply_parser.ts";
import { item, line } from "./recorder.ts";

/** A reply and what a parser must find in it. */
export interface Reply {
  readonly name: string;
  readonly wire: string;
  readonly events: readonly string[];
}

/** A stream that is no reply: what a parser finds in it before it throws, and why it does. */
export interface Malformed extends Reply {
  /** Part of the message. */
  readonly reason: string;
}

const LONG_KEY = "k".repeat(250);
const ALL_BYTES = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
/** "电" in UTF-8. */
const UTF8_KEY = "a\xe7\x94\xb5";
const WORDS = ["END", "STORED", "NOT_STORED", "EXISTS", "NOT_FOUND", "DELETED", "TOUCHED", "OK"];

/** Lines whose word the grammar does not know, or not with what follows it: a parser takes them as they are. */
export const UNKNOWN: readonly Reply[] = [
  other("empty line", ""),
  other("CR alone in a line", "\r"),
  other("space in front", " END"),
  other("unknown word", "HELLO"),
  other("word of meta commands with a letter more", "HDX"),
  other("word of meta commands in lower case", "hd"),
  other("text behind MN", "MN x"),
  other("VA alone", "VA"),
  other("beginning of a word", "STORE"),
  other("word with a letter more", "STOREDX"),
  other("lower case", "stored"),
  other("lower case value", "value a 0 1"),
  other("text behind END", "END x"),
  other("space behind STORED", "STORED "),
  other("tab behind a word", "END\t"),
  other("NUL behind a word", "END\0"),
  other("NUMBER spelled", "NUMBER"),
  other("VALUE alone", "VALUE"),
  other("bytes that are no text", "\xff\xfe"),
  other("request in place of a reply", "get a"),
  other("HTTP", "HTTP/1.1 400 Bad Request"),
  other("negative number", "-5"),
];

/** What a parser must take. */
export const REPLIES: readonly Reply[] = [
  ...WORDS.map((word) => one(word, `${word}\r\n`, line(word))),
  one("RESET", "RESET\r\n", line("RESET")),
  one("VERSION", "VERSION 1.6.18\r\n", line("VERSION", "1.6.18")),
  one("VERSION without text", "VERSION\r\n", line("VERSION")),
  one("VERSION of two words", "VERSION 1.6.18 (x)\r\n", line("VERSION", "1.6.18 (x)")),

  one("number 0", "0\r\n", line("NUMBER", "0")),
  one("number of one digit", "7\r\n", line("NUMBER", "7")),
  one("largest number", "18446744073709551615\r\n", line("NUMBER", "18446744073709551615")),
  one("number padded by decr", "99   \r\n", line("NUMBER", "99")),
  one("number with zeros in front", "007\r\n", line("NUMBER", "007")),

  one("STAT", "STAT pid 4711\r\n", line("STAT", "pid 4711")),
  one("STAT with spaces in its value", "STAT a b  c \r\n", line("STAT", "a b  c ")),
  one("STAT without value", "STAT evictions\r\n", line("STAT", "evictions")),
  one("STAT without name", "STAT \r\n", line("STAT")),
  one("STAT with a CR in its value", "STAT a b\rc\r\n", line("STAT", "a b\rc")),
  {
    name: "stats",
    wire: "STAT pid 1\r\nSTAT items:1:number 5\r\nEND\r\n",
    events: [line("STAT", "pid 1"), line("STAT", "items:1:number 5"), line("END")],
  },

  one("ERROR", "ERROR\r\n", line("ERROR")),
  one("ERROR with text", "ERROR Too many open\r\n", line("ERROR", "Too many open")),
  one("CLIENT_ERROR", "CLIENT_ERROR\r\n", line("CLIENT_ERROR")),
  one("CLIENT_ERROR with text", "CLIENT_ERROR bad data\r\n", line("CLIENT_ERROR", "bad data")),
  one("SERVER_ERROR", "SERVER_ERROR\r\n", line("SERVER_ERROR")),
  one(
    "SERVER_ERROR with text",
    "SERVER_ERROR out of memory\r\n",
    line("SERVER_ERROR", "out of memory"),
  ),
  one("SERVER_ERROR with other bytes", "SERVER_ERROR \0é\t\r\n", line("SERVER_ERROR", "\0é\t")),

  hit("item", "a", "b"),
  hit("empty item", "a", ""),
  hit("item that is a line end", "a", "\r\n"),
  hit("item that is a CR", "a", "\r"),
  hit("item that ends in CR", "a", "bc\r"),
  hit("item that ends in LF", "a", "bc\n"),
  hit("item with line ends inside", "a", "\r\nb\r\n\r\n"),
  hit("item that looks like an end", "a", "END\r\n"),
  hit("item with an end inside", "a", "\r\nEND\r\nSTORED\r\n"),
  hit("item that looks like an item", "a", "VALUE b 0 1\r\nc\r\nEND\r\n"),
  hit("item of all bytes", "a", ALL_BYTES),
  hit("item of two digits' length", "a", "0123456789"),
  hit("key of 250 bytes", LONG_KEY, "x"),
  hit("key of 250 bytes, gets", LONG_KEY, "x", 0, 1n),
  hit("key in UTF-8", UTF8_KEY, "x"),
  hit("key with tab and control bytes", "\ta\x01\x7f\x1f", "x"),
  hit("key that begins with a control byte", "\x01", "x"),
  hit("key of digits", "0", "1"),
  hit("key VALUE", "VALUE", "VALUE"),
  hit("largest flags", "a", "b", 4294967295),
  hit("flags above 31 bits", "a", "b", 2147483648),
  hit("cas 0", "a", "b", 0, 0n),
  hit("cas 1", "a", "b", 0, 1n),
  hit("cas of eleven digits", "a", "b", 0, 10000000000n),
  hit("largest cas", "a", "b", 4294967295, 18446744073709551615n),
  one("flags of 33 bits, cut to 32", "VALUE a 4294967296 1\r\nb\r\n", item("a", 0, "b")),
  one(
    "flags of 64 bits, cut to 32",
    "VALUE a 18446744073709551615 1\r\nb\r\n",
    item("a", 4294967295, "b"),
  ),
  one("length with zeros in front", "VALUE a 0 0001\r\nb\r\n", item("a", 0, "b")),
  one("flags with zeros in front", "VALUE a 007 1\r\nb\r\n", item("a", 7, "b")),
  {
    name: "items of a getMulti",
    wire: "VALUE a 1 1\r\nx\r\nVALUE b 0 0\r\n\r\nVALUE c 2 3 9\r\nEND\r\nEND\r\n",
    events: [item("a", 1, "x"), item("b", 0, ""), item("c", 2, "END", 9n), line("END")],
  },
  one("HD", "HD\r\n", line("HD")),
  one("HD with flags", "HD c5 O12\r\n", line("HD", "c5 O12")),
  one("HD with a space behind it, as before 1.6.18", "HD \r\n", line("HD")),
  one("EN", "EN\r\n", line("EN")),
  one("EN with an opaque", "EN O3\r\n", line("EN", "O3")),
  one("NS", "NS c0 O3\r\n", line("NS", "c0 O3")),
  one("EX", "EX\r\n", line("EX")),
  one("NF", "NF O7\r\n", line("NF", "O7")),
  one("MN", "MN\r\n", line("MN")),
  one("ME", "ME k exp=-1 la=0\r\n", line("ME", "k exp=-1 la=0")),
  one("VA", "VA 1\r\nb\r\n", item("", 0, "b")),
  one("VA without data", "VA 0 f0 O1 W\r\n\r\n", item("", 0, "")),
  one("VA with a line end in its data", "VA 4 f0 O1\r\n\r\nHD\r\n", item("", 0, "\r\nHD")),
  one(
    "VA with every flag",
    "VA 1 f4294967295 s1 t-1 c18446744073709551615 h0 l0 O12 W X Z\r\nb\r\n",
    item("", 4294967295, "b", 18446744073709551615n),
  ),
  one("VA with flags nobody knows", "VA 1 q? f5 yes @\r\nb\r\n", item("", 5, "b")),
  one("VA with spaces in a row", "VA  1  f5   c7 \r\nb\r\n", item("", 5, "b", 7n)),
  one("VA with an opaque of letters", "VA 1 Oabc\r\nb\r\n", item("", 0, "b")),
  {
    name: "quiet pipeline of meta commands",
    wire: "VA 1 f0 O1\r\na\r\nVA 2 f4 O3\r\n42\r\nMN\r\n",
    events: [item("", 0, "a"), item("", 4, "42"), line("MN")],
  },
  ...UNKNOWN,
  {
    name: "unknown line among others",
    wire: "STORED\r\nVALUE a 0 1\r\nb\r\nWHAT is this\r\nEND\r\n",
    events: [line("STORED"), item("a", 0, "b"), line("OTHER", "WHAT is this"), line("END")],
  },
  {
    name: "many replies",
    wire: "STORED\r\nNOT_STORED\r\n5\r\nSTORED\r\nEND\r\nERROR\r\n",
    events: [
      line("STORED"),
      line("NOT_STORED"),
      line("NUMBER", "5"),
      line("STORED"),
      line("END"),
      line("ERROR"),
    ],
  },
];

/** What a parser must take, and is too long to be cut everywhere together with everything else. */
export const LONG_REPLIES: readonly Reply[] = [
  one(
    "longest line",
    `STAT ${"x".repeat(MAX_LINE_BYTES - 7)}\r\n`,
    line("STAT", "x".repeat(MAX_LINE_BYTES - 7)),
  ),
  one(
    "longest VALUE line",
    `VALUE ${"x".repeat(MAX_LINE_BYTES - 12)} 0 1\r\nb\r\n`,
    item("x".repeat(MAX_LINE_BYTES - 12), 0, "b"),
  ),
  hit("item of 3,000 bytes", "a", ALL_BYTES.repeat(12).slice(0, 3000), 1, 2n),
];

const NOT_VALUE = "it is no VALUE line";
const NOT_VA = "it is no VA line";
const NO_END = "it does not end in CR LF";

/** What a parser must refuse. */
export const MALFORMED: readonly Malformed[] = [
  bad("LF alone", "\n", NO_END),
  bad("bare LF", "STORED\n", NO_END),
  bad("bare LF behind a number", "5\n", NO_END),
  bad("bare LF behind VALUE", "VALUE a 0 1\nb\r\n", NOT_VALUE),
  bad("LF CR", "END\n\r", NO_END),

  bad("number and letter", "5x\r\n", "it is not a number"),
  bad("number, space and digit", "5 5\r\n", "it is not a number"),
  bad("fraction", "5.5\r\n", "it is not a number"),
  bad("number of 21 digits", `${"1".repeat(21)}\r\n`, "the number is too long"),

  bad("VA without length", "VA f0\r\n", NOT_VA),
  bad("VA with a negative length", "VA -1\r\n", NOT_VA),
  bad("VA with a length and a letter", "VA 1x\r\nb\r\n", NOT_VA),
  bad("VA with letters for flags", "VA 1 fx\r\nb\r\n", NOT_VA),
  bad("VA with empty flags", "VA 1 f\r\nb\r\n", NOT_VA),
  bad("VA with a letter behind its cas", "VA 1 c5x\r\nb\r\n", NOT_VA),
  bad("VA with a cas of 21 digits", `VA 1 c${"1".repeat(21)}\r\nb\r\n`, NOT_VA),
  bad("bare LF behind VA", "VA 1 f0\nb\r\n", NOT_VA),
  bad("CR in a VA line", "VA 1 f0\rx\r\nb\r\n", NOT_VA),

  bad("VALUE and nothing", "VALUE \r\n", NOT_VALUE),
  bad("VALUE and two spaces", "VALUE  0 1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a key only", "VALUE a\r\n", NOT_VALUE),
  bad("VALUE with a key only, and digits behind", "VALUE a\r\n0 1\r\nb\r\n", NOT_VALUE),
  bad("VALUE without length", "VALUE a 0\r\n", NOT_VALUE),
  bad("VALUE without length, and digits behind", "VALUE a 0\r\n1\r\n", NOT_VALUE),
  bad("VALUE with an empty length", "VALUE a 0 \r\n", NOT_VALUE),
  bad("VALUE with empty flags", "VALUE a  1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with an empty cas", "VALUE a 0 1 \r\nb\r\n", NOT_VALUE),
  bad("VALUE with a word too many", "VALUE a 0 1 2 3\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a space at its end", "VALUE a 0 1 2 \r\nb\r\n", NOT_VALUE),
  bad("VALUE with letters for flags", "VALUE a x 1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with negative flags", "VALUE a -1 1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with flags and a letter", "VALUE a 0x 1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with flags of 21 digits", `VALUE a ${"1".repeat(21)} 1\r\nb\r\n`, NOT_VALUE),
  bad("VALUE with letters for length", "VALUE a 0 x\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a negative length", "VALUE a 0 -1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a length and a sign", "VALUE a 0 +1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a length in hex", "VALUE a 0 0x1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a fraction of a length", "VALUE a 0 1.0\r\nb\r\n", NOT_VALUE),
  bad("VALUE with letters for cas", "VALUE a 0 1 x\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a cas and a letter", "VALUE a 0 1 2x\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a cas of 21 digits", `VALUE a 0 1 ${"1".repeat(21)}\r\nb\r\n`, NOT_VALUE),
  bad("VALUE with a CR too many", "VALUE a 0 1\r\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a tab", "VALUE a\t0 1\r\nb\r\n", NOT_VALUE),
  bad("VALUE with a NUL", "VALUE a 0\x001\r\nb\r\n", NOT_VALUE),

  bad("data longer than announced", "VALUE a 0 1\r\nbb\r\n", "does not end in CR LF"),
  bad("data shorter than announced", "VALUE a 0 3\r\nb\r\nEND\r\n", "does not end in CR LF"),
  bad("data with a bare LF behind", "VALUE a 0 1\r\nb\n\n", "does not end in CR LF"),
  bad("data with CR CR behind", "VALUE a 0 1\r\nb\r\r", "does not end in CR LF"),
  bad("data with LF CR behind", "VALUE a 0 1\r\nb\n\r", "does not end in CR LF"),
  bad("no data where 0 bytes were announced", "VALUE a 0 0\r\nEND\r\n", "does not end in CR LF"),

  bad("length over the limit", "VALUE a 0 134217729\r\n", "announced size is 134217729"),
  bad("length of 2^64", "VALUE a 0 18446744073709551616\r\n", "must be <= 134217728 bytes"),
  bad("length of 400 digits", `VALUE a 0 ${"9".repeat(400)}\r\n`, "must be <= 134217728 bytes"),
  bad("length of 21 digits", `VALUE a 0 ${"0".repeat(20)}1\r\n`, "must be <= 134217728 bytes"),

  {
    name: "a bare LF behind good replies",
    wire: "STORED\r\nVALUE a 0 1\r\nb\r\nWHAT\nEND\r\n",
    events: [line("STORED"), item("a", 0, "b")],
    reason: NO_END,
  },
];

/** What a parser must refuse for its length. */
export const TOO_LONG: readonly Malformed[] = [
  bad(
    "line a byte too long",
    `STAT ${"x".repeat(MAX_LINE_BYTES - 6)}\r\n`,
    "must be <= 8192 bytes",
  ),
  bad("number too long a line", `${"1".repeat(MAX_LINE_BYTES)}\r\n`, "must be <= 8192 bytes"),
  bad(
    "VALUE line a byte too long",
    `VALUE ${"x".repeat(MAX_LINE_BYTES - 11)} 0 1\r\nb\r\n`,
    "must be <= 8192 bytes",
  ),
  bad("line without an end", "x".repeat(MAX_LINE_BYTES + 1), "must be <= 8192 bytes"),
  bad("VALUE line without an end", `VALUE ${"x".repeat(MAX_LINE_BYTES)}`, "must be <= 8192 bytes"),
  bad("line of CRs without an end", "\r".repeat(MAX_LINE_BYTES + 1), "must be <= 8192 bytes"),
];

function one(name: string, wire: string, event: string): Reply {
  return { name, wire, events: [event] };
}

function hit(name: string, key: string, data: string, flags = 0, cas?: bigint): Reply {
  const end = cas === undefined ? "" : ` ${cas}`;
  const wire = `VALUE ${key} ${flags} ${data.length}${end}\r\n${data}\r\n`;
  return { name, wire, events: [item(key, flags, data, cas)] };
}

function other(name: string, text: string): Reply {
  return one(name, `${text}\r\n`, line("OTHER", text));
}

function bad(name: string, wire: string, reason: string): Malformed {
  return { name, wire, events: [], reason };
}
