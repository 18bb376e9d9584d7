import {
  bad,
  BAD_FORMAT,
  DUPLICATE_FLAG,
  EN,
  END,
  ERROR,
  type Fact,
  fact,
  HD,
  INVALID_FLAG,
  INVALID_OR_DUPLICATE,
  KEY_250,
  KEY_251,
  MN,
  ms,
  NF,
  SET_A,
  since,
  STORED,
  va,
} from "./fact.ts";

/** All flags of mg but E: 19 words with command and key. */
const NINETEEN = "f s v t c h l k u O1 P L N30 R30 T100 C1 q";

/** Facts of lines: me, mn, their words, and what surrounds them. */
export const LINES: Fact[] = [
  fact("mn, whatever follows it", ["mn\r\nmn q\r\nmn q k O1 a b\r\n", MN.repeat(3)]),
  fact("me of a miss", ["me a\r\nme a q\r\n", EN + EN]),
  fact("me tells all of an item", ["set a 7 0 5\r\nhello\r\n", STORED], [
    "me a\r\nget a\r\nme a\r\n",
    "ME a exp=-1 la=0 cas=#1 fetch=no cls=1 size=69\r\n" +
    `VALUE a 7 5\r\nhello\r\n${END}ME a exp=-1 la=0 cas=#1 fetch=yes cls=1 size=69\r\n`,
  ]),
  fact("me tells the time that is left from 1.6.24 on, and its negative before", [
    ms("a", "1", "T100"),
    HD,
  ], [
    "me a x\r\n",
    since("ME a exp=-100 la=0 cas=#1 fetch=no cls=1 size=61\r\n", [
      "1.6.24",
      "ME a exp=100 la=0 cas=#1 fetch=no cls=1 size=61\r\n",
    ]),
  ]),
  fact("me leaves no trace", [SET_A, STORED], [
    "me a\r\nmg a h\r\n",
    `ME a exp=-1 la=0 cas=#1 fetch=no cls=1 size=61\r\nHD h0\r\n`,
  ]),
  fact("me tells a key as base64 if it came so", [ms("AAE=", "1", "b"), HD], [
    "me AAE= b x\r\nme AAE= c b\r\n",
    `ME AAE= exp=-1 la=0 cas=#1 fetch=no cls=1 size=62\r\n${EN}`,
  ]),
  fact("me refuses", [`me\r\nme ${KEY_251}\r\nme ${KEY_250}\r\n`, BAD_FORMAT + BAD_FORMAT + EN]),
  fact("other commands of two letters", [
    "mx a\r\nms\r\nMG a\r\nmgg a\r\nm a\r\n",
    since(ERROR.repeat(5), ["1.6.40", ERROR + BAD_FORMAT + ERROR.repeat(3)]),
  ]),
  fact("19 words are taken", [`mg a ${NINETEEN}\r\n`, va("", "f0 s0 t-1 c#1 h0 l0 ka O1 W")]),
  fact("20 words are taken from 1.6.40 on, 21 never", [SET_A, STORED], [
    `mg a ${NINETEEN} I\r\nmg a ${NINETEEN} I J1\r\nmg a v\r\n`,
    since(bad("options flags are too long").repeat(2) + va("1"), [
      "1.6.40",
      `${va("1", "f0 s1 t-1 c#1 h0 l0 ka O1")}${bad("options flags are too long")}${va("1")}`,
    ]),
  ], [
    `md b ${NINETEEN} I\r\nmd b ${NINETEEN} I J1\r\nmn\r\n`,
    since(bad("options flags too long").repeat(2) + MN, [
      "1.6.40",
      `NF ka O1\r\n`.replace("ka", "kb") + bad("options flags are too long") + MN,
    ]),
  ], [
    `ma b f s v t c h l k u O1 P L R30 T100 C1 q I J1\r\nma b ${NINETEEN} I J1\r\nmn\r\n`,
    since(bad("options flags too long").repeat(2) + MN, [
      "1.6.40",
      `NF kb O1\r\n${INVALID_OR_DUPLICATE}${MN}`,
    ]),
  ]),
  fact("ms with too many words swallows its block from 1.6.40 on", [
    `${ms("a", "version", `${NINETEEN} I D1`)}mn\r\n`,
    since(`${bad("options flags too long")}VERSION *\r\n${MN}`, [
      "1.6.40",
      bad("options flags are too long") + MN,
    ]),
  ]),
  fact("spaces between words", [SET_A, STORED], [
    "mg  a   v  \r\nms  a  1  q \r\n2\r\nmn \r\nmd  a \r\n",
    `${va("1")}${MN}${HD}`,
  ]),
  fact("a bare LF ends a line", ["ms a 1\n2\r\nmg a v\nmd a\n", HD + va("2") + HD]),
  fact("flags that are no letters", [SET_A, STORED], [
    "mg a !\r\nmg a @\r\nmg a {\r\nmg a ~v\r\nmg a \x80\r\nmg a \xff\xff\r\nmg a 5\r\nmg a [\r\nmd a !\r\nma a !\r\n",
    since(
      INVALID_FLAG.repeat(4) + DUPLICATE_FLAG.repeat(2) + INVALID_FLAG.repeat(2) +
        INVALID_OR_DUPLICATE.repeat(2),
      [
        "1.6.40",
        BAD_FORMAT.repeat(6) + INVALID_FLAG.repeat(2) + BAD_FORMAT.repeat(2),
      ],
    ),
  ], [
    `${ms("a", "version", "!")}${ms("a", "version", "\x80")}mn\r\n`,
    since(INVALID_FLAG + DUPLICATE_FLAG + MN, [
      "1.6.40",
      `${BAD_FORMAT}VERSION *\r\n`.repeat(2) + MN,
    ]),
  ]),
  fact("gets of many pipelined mg keep their order", [
    ms("a", "1") + ms("b", "2"),
    HD + HD,
  ], [
    "mg a v O1 q\r\nmg x v O2 q\r\nmg b v O3 q\r\nmg y k O4\r\nmn\r\n".repeat(100),
    `${va("1", "O1")}${va("2", "O3")}EN ky O4\r\n${MN}`.repeat(100),
  ]),
  fact("classic and meta commands in one pipeline", [
    `${SET_A}mg a v\r\nget a\r\nmd a\r\nget a\r\nmd a q\r\nincr a 1\r\n`,
    `${STORED}${va("1")}VALUE a 0 1\r\n1\r\n${END}${HD}${END}${NF}NOT_FOUND\r\n`,
  ]),
  fact("verbs of newer servers need fewer right words", [SET_A, STORED], [
    "delete a 1\r\n",
    since(bad("bad command line format.  Usage: delete <key> [noreply]"), [
      "1.6.40",
      "DELETED\r\n",
    ]),
  ]),
  fact("classic lines with too few words", [
    "get\r\nincr a\r\ntouch a\r\nset a 0 0\r\ndelete\r\ngat 0\r\nverbosity\r\n",
    since(ERROR.repeat(5) + END + ERROR, ["1.6.40", BAD_FORMAT.repeat(7)]),
  ]),
  // In between, the server read the cas out of the data block.
  fact("cas without a cas", [
    "cas a 0 0 1\r\n1\r\n",
    since(ERROR + ERROR, ["1.6.40", "NOT_FOUND\r\n"], ["1.6.45", BAD_FORMAT]),
  ]),
  fact("classic numbers with a sign", [SET_A, STORED], [
    "incr a +1\r\ntouch a +1\r\ngat +1 a\r\n",
    since(`2\r\nTOUCHED\r\nVALUE a 0 1\r\n2\r\n${END}`, [
      "1.6.40",
      `2\r\nTOUCHED\r\n${bad("invalid exptime argument")}`,
    ], [
      "1.6.45",
      bad("invalid numeric delta argument") + bad("invalid exptime argument").repeat(2),
    ]),
  ]),
  fact("mgdump needs 1.6.19", [
    "version\r\nlru_crawler mgdump all\r\n",
    since("VERSION *\r\nERROR\r\n", [
      "1.6.19",
      "VERSION *\r\nERROR cannot pipeline other commands before mgdump\r\n",
    ]),
  ]),
];
