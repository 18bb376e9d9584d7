/**
 * The traps of meta commands that lie in the server, by their numbers, the worst first. Of the others, 3 needs a server that
 * wants a password and 10 a list, so that they have tests of their own; 2 is a proxy's.
 */

import {
  bad,
  BAD_FORMAT,
  EN,
  END,
  ERROR,
  type Fact,
  fact,
  HD,
  KEY_251,
  MN,
  ms,
  SET_A,
  since,
  STORED,
  va,
} from "./fact.ts";

/** Facts that a client has to guard against. */
export const TRAPS: Fact[] = [
  fact("trap 1: k splits the reply where mg N created an item under base64", [
    "mg YQ0KSEQgYg== b N30 k\r\n",
    "HD ka\r\nHD b W\r\n",
  ], ["mg YQ0KSEQgYg== b k v\r\n", "VA 0 ka\r\nHD b Z\r\n\r\n"]),
  fact("trap 1: so does ma N", ["ma YQ0KSEQgYg== b N30 k J5\r\n", "HD kYQ0KSEQgYg== b\r\n"], [
    "mg YQ0KSEQgYg== b k v\r\n",
    "VA 1 ka\r\nHD b\r\n5\r\n",
  ]),
  fact("trap 1: so does md x", [ms("YQ0KSEQgYg==", "1", "b"), HD], [
    "mg YQ0KSEQgYg== b k\r\nmd YQ0KSEQgYg== b x k\r\n",
    since(`HD kYQ0KSEQgYg== b\r\n${bad("invalid or duplicate flag")}`, [
      "1.6.27",
      "HD kYQ0KSEQgYg== b\r\nHD kYQ0KSEQgYg== b\r\n",
    ]),
  ], [
    "mg YQ0KSEQgYg== b k\r\n",
    since("HD kYQ0KSEQgYg== b\r\n", ["1.6.27", "HD ka\r\nHD b\r\n"]),
  ]),
  fact("trap 1: so does an append", [
    ms("YQ0KSEQgYg==", "1", "b") + ms("YQ0KSEQgYg==", "2", "b MA k"),
    `${HD}HD kYQ0KSEQgYg== b\r\n`,
  ], ["mg YQ0KSEQgYg== b k v\r\n", "VA 2 ka\r\nHD b\r\n12\r\n"]),
  fact("trap 4: a look at a stale item takes the win", [SET_A, STORED], ["md a I\r\n", HD], [
    "mg a k c\r\n",
    "HD ka c#1 X W\r\n",
  ], ["mg a R30 v\r\n", va("1", "Z X")]),
  fact("trap 4: md k I C gives it back", [SET_A, STORED], ["md a I\r\n", HD], [
    "mg a c\r\n",
    "HD c#1 X W\r\n",
  ], ["md a I C#1\r\nmg a v\r\n", HD + va("1", "X W")]),
  fact("trap 4: me takes no win", [SET_A, STORED], [
    "md a I\r\nme a\r\nmg a\r\n",
    `${HD}ME a exp=-1 la=0 cas=#1 fetch=no cls=1 size=61\r\nHD X W\r\n`,
  ]),
  fact("trap 5: me of a key as base64 finds nothing from 1.6.40 on", [ms("YWJj", "1", "b"), HD], [
    "me YWJj b\r\n",
    since("ME YWJj exp=-1 la=0 cas=#1 fetch=no cls=1 size=63\r\n", ["1.6.40", EN]),
  ], ["me abc\r\n", "ME YWJj exp=-1 la=0 cas=#1 fetch=no cls=1 size=63\r\n"]),
  fact("trap 6: N0 creates a placeholder for ever", ["mg a N0 t\r\n", "HD t-1 W\r\n"], [
    "mg a N30 t\r\n",
    "HD t-1 Z\r\n",
  ]),
  fact("trap 6: N-1 creates one that is gone at once, and everybody wins", [
    "mg a N-1\r\nmg a N-1\r\nmg a\r\n",
    `HD W\r\nHD W\r\n${EN}`,
  ]),
  fact("trap 6: N above 30 days is a date, so gone at once", [
    "mg a N2592001\r\nmg a\r\n",
    `HD W\r\n${EN}`,
  ]),
  fact("trap 7: md x without T leaves an item that never ends, with flags 0", [
    ms("a", "1", "F7 T50"),
    HD,
  ], [
    "md a x\r\nget a\r\nmg a t f\r\n",
    since(`${bad("invalid or duplicate flag")}VALUE a 7 1\r\n1\r\n${END}HD t50 f7\r\n`, [
      "1.6.27",
      `${HD}VALUE a 0 0\r\n\r\n${END}HD t-1 f0\r\n`,
    ]),
  ]),
  fact("trap 8: a win is handed out once", ["mg a N30\r\n", "HD W\r\n"], [
    "mg a N30\r\n".repeat(5),
    "HD Z\r\n".repeat(5),
  ]),
  fact(
    "trap 9: ms C I overwrites what another has set meanwhile",
    [ms("a", "old", "c"), "HD c#1\r\n"],
    [
      ms("a", "newer"),
      HD,
    ],
    [ms("a", "late", "C#1 I"), HD],
    ["mg a v\r\n", va("late", "X W")],
  ),
  fact("trap 11: a NUL ends the line before 1.6.40, and is part of a key since", [SET_A, STORED], [
    "mg a\0b k\r\nget a\0b\r\nmd a\0 q\r\nmg a\r\n",
    since(`${HD}VALUE a 0 1\r\n1\r\n${END}${HD}${EN}`, [
      "1.6.40",
      `EN ka\0b\r\n${END}NF\r\n${HD}`,
    ]),
  ]),
  fact("trap 11: a leading space", [SET_A, STORED], [
    " mg a v\r\n get a\r\n mn\r\n",
    since(`${va("1")}VALUE a 0 1\r\n1\r\n${END}${MN}`, ["1.6.40", ERROR.repeat(3)]),
  ]),
  fact("trap 11: an empty line", ["\r\nmn\r\n", since(ERROR + MN, ["1.6.40", BAD_FORMAT + MN])]),
  fact("errors of lengths: the block of ms runs as commands", [
    "ms a\r\nversion\r\nms a x\r\nversion\r\nms a -1\r\nversion\r\nms a 2147483646\r\nversion\r\n",
    `${BAD_FORMAT}VERSION *\r\n`.repeat(4),
  ]),
  fact("errors of keys: the block of ms and set runs as a command before 1.6.40", [
    `${ms(KEY_251, "version")}mn\r\n`,
    since(`${BAD_FORMAT}VERSION *\r\n${MN}`, ["1.6.40", BAD_FORMAT + MN]),
  ], [
    `set ${KEY_251} 0 0 7\r\nversion\r\nset a x 0 7\r\nversion\r\nset a 0 x 7\r\nversion\r\nmn\r\n`,
    since(`${`${BAD_FORMAT}VERSION *\r\n`.repeat(3)}${MN}`, ["1.6.40", BAD_FORMAT.repeat(3) + MN]),
  ], [
    `cas a 0 0 7 x\r\nversion\r\nset a 0 0 x\r\nversion\r\nmn\r\n`,
    since(`${BAD_FORMAT}VERSION *\r\n`.repeat(2) + MN, [
      "1.6.40",
      `${BAD_FORMAT}${BAD_FORMAT}VERSION *\r\n${MN}`,
    ]),
  ]),
  fact("errors of keys: get answers twice from 1.6.40 on", [
    `get ${KEY_251}\r\n`,
    since(BAD_FORMAT, ["1.6.40", `${BAD_FORMAT}\r\n`]),
  ]),
];
