import {
  bad,
  BAD_FORMAT,
  BAD_TOKEN,
  DUPLICATE_FLAG,
  EN,
  ERROR,
  EX,
  type Fact,
  fact,
  HD,
  INVALID_FLAG,
  MN,
  ms,
  NF,
  NS,
  OPAQUE_31,
  OPAQUE_TOO_LONG,
  SET_A,
  since,
  STORED,
  TOO_LARGE,
  va,
} from "./fact.ts";

const BAD_MODE = bad("invalid mode for ms M token");

/** Facts of ms. */
export const SET: Fact[] = [
  fact("ms stores", [ms("a", "hello"), HD], ["get a\r\n", "VALUE a 0 5\r\nhello\r\nEND\r\n"]),
  fact("ms F and T", [ms("a", "1", "F9 T70"), HD], ["mg a v f t\r\n", va("1", "f9 t70")]),
  fact("ms answers opaque, key and cas in the order asked", [
    ms("a", "1", "O1 k c") + ms("a", "2", "c k O2"),
    "HD O1 ka c#1\r\nHD c#2 ka O2\r\n",
  ]),
  fact("ms c is 0 where nothing was stored", [SET_A, STORED], [
    ms("a", "2", "ME c") + ms("b", "2", "MR c") + ms("b", "2", "MA c") + ms("a", "2", "C1 c"),
    "NS c0\r\nNS c0\r\nNS c0\r\nEX c0\r\n",
  ]),
  fact("ms s tells the length from 1.6.20 on", [
    ms("a", "hello", "s"),
    since(HD, ["1.6.20", "HD s5\r\n"]),
  ], [
    ms("a", "!", "MA s") + ms("a", "?", "ME s"),
    since(HD + NS, ["1.6.20", "HD s6\r\nNS s1\r\n"]),
  ]),
  fact("ms s and c in the order asked, from 1.6.21 on", [
    ms("a", "hello", "s c"),
    since("HD c#1\r\n", ["1.6.21", "HD s5 c#1\r\n"]),
  ]),
  fact("ms q hides HD alone", [SET_A, STORED], [
    ms("a", "2", "q") + ms("a", "3", "q k O1 c s") + ms("a", "4", "ME q O2") +
    ms("b", "4", "MR q k") +
    ms("a", "4", "C1 q") + ms("b", "4", "C1 q O3") + "mg a v\r\n",
    `NS O2\r\nNS kb\r\n${EX}NF O3\r\n${va("3")}`,
  ]),
  fact("ms S is set, also as a word", [ms("a", "1", "MS") + ms("a", "2", "MS"), HD + HD], [
    "mg a v\r\n",
    va("2"),
  ]),
  fact("ms E adds", [ms("a", "1", "ME") + ms("a", "2", "ME"), HD + NS], ["mg a v\r\n", va("1")]),
  fact("ms R replaces", [ms("a", "1", "MR"), NS], [SET_A + ms("a", "2", "MR"), STORED + HD], [
    "mg a v\r\n",
    va("2"),
  ]),
  fact(
    "ms A and P extend, and keep flags and expiry",
    [
      ms("a", "1", "MA") + ms("a", "1", "MP"),
      NS + NS,
    ],
    [ms("a", "b", "F5 T90") + ms("a", "c", "MA F6 T10") + ms("a", "a", "MP F6 T10"), HD.repeat(3)],
    [
      "mg a v f t\r\n",
      va("abc", "f5 t90"),
    ],
  ),
  fact(
    "ms N creates by append and prepend from 1.6.20 on",
    [
      ms("a", "1", "MA N30 T90 F3"),
      since(NS, ["1.6.20", HD]),
    ],
    [ms("b", "1", "MP N30"), since(NS, ["1.6.20", HD])],
    [
      "mg a v t f\r\nmg b v t\r\n",
      since(EN + EN, ["1.6.20", va("1", "t30 f3") + va("1", "t30")]),
    ],
    [ms("a", "2", "MA N60"), since(NS, ["1.6.20", HD])],
    [
      "mg a v t\r\n",
      since(EN, ["1.6.20", va("12", "t30")]),
    ],
  ),
  fact("ms N means nothing in other modes", [
    ms("a", "1", "N30") + ms("b", "1", "MR N30") + ms("c", "1", "ME N30 T60"),
    HD + NS + HD,
  ], ["mg a t\r\nmg b\r\nmg c t\r\n", `HD t-1\r\n${EN}HD t60\r\n`]),
  fact("ms C compares", [ms("a", "1", "C5"), NF], [ms("a", "1", "c"), "HD c#1\r\n"], [
    ms("a", "2", "C1") + ms("a", "3", "C#1") + ms("a", "4", "C#1") + "mg a v\r\n",
    EX + HD + EX + va("3"),
  ]),
  fact(
    "ms C with a mode",
    [ms("a", "1", "C5 MR") + ms("a", "1", "C5 MA") + ms("a", "1", "C5 MP"), NF + NS + NS],
    [ms("a", "1", "C5 ME c"), "HD c#1\r\n"],
    [
      ms("a", "2", "C5 ME") + ms("a", "2", "C5 MA") + ms("a", "2", "C#1 MA") + "mg a v\r\n",
      NS + EX + HD + va("12"),
    ],
    [ms("a", "3", "MP C#1") + ms("a", "3", "MR C#1"), EX + EX],
  ),
  fact("ms C0 matches nothing, but lets append pass", [SET_A, STORED], [
    ms("a", "2", "C0") + ms("b", "2", "C0") + ms("a", "2", "C0 MA") + "mg a v\r\n",
    EX + NF + HD + va("12"),
  ]),
  fact("ms I without C means nothing", [SET_A, STORED], [
    `${ms("a", "2", "I")}mg a v\r\n`,
    HD + va("2"),
  ]),
  fact("ms E sets the cas from 1.6.27 on", [
    ms("a", "1", "E700 c") + ms("b", "1", "E18446744073709551615 c"),
    since(INVALID_FLAG.repeat(2), ["1.6.27", "HD c700\r\nHD c18446744073709551615\r\n"]),
  ], [
    ms("a", "2", "C700 E701 c") + ms("a", "3", "MA E702 c"),
    since(INVALID_FLAG.repeat(2), ["1.6.27", "HD c701\r\nHD c702\r\n"]),
  ], ["mg a v c\r\n", since(EN, ["1.6.27", va("23", "c702")])]),
  fact("ms E0 lets the server pick", [
    ms("a", "1", "E0 c"),
    since(INVALID_FLAG, ["1.6.27", "HD c#1\r\n"]),
  ]),
  fact("ms P and L are taken and ignored", [ms("a", "1", "Ppath Lhint"), HD]),
  fact("ms takes flags of other commands and ignores them", [
    `${ms("a", "1", "v f t h l u R30 J1 D1")}mg a v t\r\n`,
    HD + va("1", "t-1"),
  ]),
  fact("ms cuts F to 32 bits before 1.6.45", [
    ms("a", "1", "F4294967295") + ms("b", "1", "F4294967301"),
    since(HD + HD, ["1.6.45", HD + BAD_FORMAT]),
  ], [
    "mg a f\r\nmg b f\r\n",
    since("HD f4294967295\r\nHD f5\r\n", ["1.6.45", `HD f4294967295\r\n${EN}`]),
  ]),
  fact("ms swallows its block after an error of a flag", [
    ms("a", "flush_all", "z") + ms("a", "flush_all", "k k") + ms("a", "flush_all", "Tx") +
    ms("a", "flush_all", "F") + ms("a", "flush_all", "F-1") + ms("a", "flush_all", "C") +
    ms("a", "flush_all", `${OPAQUE_31}x`) + ms("a", "flush_all", "MX") +
    ms("a%", "flush_all", "b") +
    "mn\r\n",
    INVALID_FLAG + DUPLICATE_FLAG + BAD_TOKEN + BAD_FORMAT + BAD_FORMAT + BAD_TOKEN +
    OPAQUE_TOO_LONG +
    BAD_MODE + bad("error decoding key") + MN,
  ]),
  fact("ms errors are told in spite of q, without opaque", [
    `${ms("a", "1", "q O1 z")}${ms("a", "1", "q O2 Tx k")}ms a 1 q O3\r\n123\r\nmn\r\n`,
    since(INVALID_FLAG + BAD_TOKEN + bad("bad data chunk") + ERROR + MN, [
      "1.6.40",
      INVALID_FLAG + BAD_TOKEN + bad("bad data chunk") + BAD_FORMAT + MN,
    ]),
  ]),
  fact("ms refuses long modes before 1.6.40", [
    ms("a", "1", "MSET") + ms("b", "1", "Mreplace") + ms("b", "1", "M"),
    since(bad("incorrect length for M token").repeat(3), ["1.6.40", HD + BAD_MODE + BAD_MODE]),
  ]),
  fact(
    "ms swallows a value over the limit, and drops the item",
    [SET_A, STORED],
    [
      `${ms("a", "x".repeat(1_048_576), "q O1")}mg a\r\n`,
      TOO_LARGE + EN,
    ],
    [SET_A, STORED],
    [`${ms("a", "x".repeat(1_048_576), "ME")}mg a\r\n`, TOO_LARGE + EN],
  ),
  fact("ms with data that is too short or too long", [
    "ms a 2\r\n1\r\n\r\nversion_\r\n",
    since(bad("bad data chunk") + ERROR + ERROR, [
      "1.6.40",
      bad("bad data chunk") + BAD_FORMAT + ERROR,
    ]),
  ]),
];
