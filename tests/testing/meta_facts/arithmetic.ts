import {
  bad,
  BAD_FORMAT,
  ERROR,
  EX,
  type Fact,
  fact,
  HD,
  INVALID_OR_DUPLICATE,
  KEY_251,
  MN,
  ms,
  NF,
  NON_NUMERIC,
  OPAQUE_31,
  OPAQUE_TOO_LONG,
  SET_A,
  since,
  STORED,
  va,
} from "./fact.ts";

const BAD_MODE = bad("invalid mode for ma M token");

/** Facts of ma. */
export const ARITHMETIC: Fact[] = [
  fact("ma of a miss", [
    "ma a\r\nma a v t c k O1\r\nma a O2 k q\r\n",
    `${NF}NF ka O1\r\nNF O2 ka\r\n`,
  ]),
  fact("ma counts up by 1", [SET_A, STORED], ["ma a\r\nma a v\r\n", HD + va("3")]),
  fact("ma D", [SET_A, STORED], ["ma a v D41\r\nma a v D0\r\n", va("42").repeat(2)]),
  fact("ma answers in the order asked", [ms("a", "10", "T90"), HD], [
    "ma a t c k O1 v\r\n",
    va("11", "t90 c#1 ka O1"),
  ], ["ma a O1 k c t v\r\n", va("12", "O1 ka c#2 t90")]),
  fact("ma modes", [ms("a", "50"), HD], [
    "ma a MI v\r\nma a M+ v\r\nma a MD v\r\nma a M- v D10\r\nma a MD v D99\r\n",
    va("51") + va("52") + va("51") + va("41") + va("0"),
  ]),
  fact("ma refuses other modes", [SET_A, STORED], [
    "ma a MX\r\nma a Mi v\r\nma a v\r\n",
    BAD_MODE.repeat(2) + va("2"),
  ]),
  fact("ma refuses long modes before 1.6.40", [SET_A, STORED], [
    "ma a Mincr\r\nma a MDECR v\r\nma a M\r\n",
    since(INVALID_OR_DUPLICATE.repeat(3), ["1.6.40", BAD_MODE + va("0") + BAD_MODE]),
  ]),
  fact("ma q hides even the value", [SET_A, STORED], [
    "ma a q\r\nma a q v\r\nma a q v k O1 t c\r\nma b q\r\nma a q C1\r\nma a v\r\n",
    NF + EX + va("5"),
  ]),
  fact("ma N creates with J", [
    "ma a N30 J13 v t\r\nma a N60 J99 v t\r\nma b N0 v t\r\nma c t N30\r\n",
    `${va("13", "t30")}${va("14", "t30")}${va("0", "t-1")}HD t-1\r\n`,
  ], ["mg a f t\r\nmg c v t\r\n", `HD f0 t30\r\n${va("0", "t30")}`]),
  fact("ma N q hides what it created from 1.6.40 on", [
    "ma a N30 q\r\nma b N30 J5 q v k\r\nmn\r\n",
    since(`${HD}${va("5", "kb")}${MN}`, ["1.6.40", MN]),
  ]),
  fact("ma N T: the later counts", [
    "ma a N30 T60 t\r\nma b T60 N30 t\r\n",
    "HD t60\r\nHD t30\r\n",
  ]),
  fact("ma N with C on a miss creates", ["ma a N0 C5 v\r\nma b C5\r\n", va("0") + NF]),
  fact("ma T sets the time", [SET_A, STORED], [
    "ma a T60 t\r\nma a t T70\r\nma a t\r\n",
    "HD t60\r\nHD t60\r\nHD t70\r\n",
  ]),
  fact("ma C compares", [ms("a", "1", "c"), "HD c#1\r\n"], [
    "ma a C1 k O1\r\nma a C#1 v c\r\n",
    `EX ka O1\r\n${va("2", "c#2")}`,
  ], ["ma a C#1 q\r\nma a C0 v\r\n", EX + va("3")]),
  fact("ma E sets the cas from 1.6.27 on", [SET_A, STORED], [
    "ma a E800 c\r\nmg a c\r\n",
    since(`${INVALID_OR_DUPLICATE}HD c#1\r\n`, ["1.6.27", "HD c800\r\nHD c800\r\n"]),
  ], ["ma b N0 E801 c\r\n", since(INVALID_OR_DUPLICATE, ["1.6.27", "HD c801\r\n"])]),
  fact(
    "ma T and E are lost where the number gets longer",
    [ms("a", "9", "T90"), HD],
    [
      "ma a T50 t v\r\nmg a t v\r\n",
      va("10", "t50") + va("10", "t90"),
    ],
    [ms("a", "9"), HD],
    [
      "ma a E800 c\r\n",
      since(INVALID_OR_DUPLICATE, ["1.6.27", "HD c800\r\n"]),
    ],
    ["mg a v c\r\n", since(va("9", "c#1"), ["1.6.27", va("10", "c#1")])],
  ),
  fact(
    "in one packet: ma T and E are lost where a reply to mg is not sent yet",
    [ms("a", "19"), HD],
    [
      "mg a v\r\nma a T90 t\r\n",
      `${va("19")}HD t90\r\n`,
    ],
    ["mg a t v\r\n", va("20", "t-1")],
    ["ma a T90\r\n", HD],
    ["mg a t\r\n", "HD t90\r\n"],
    [
      "mg a u\r\nmn\r\nma a T80\r\nmg a t\r\n",
      `${HD}${MN}${HD}HD t80\r\n`,
    ],
  ),
  fact("in one packet: a reply to get holds its item from 1.6.35 on", [ms("a", "19"), HD], [
    "get a\r\nma a T90\r\n",
    `VALUE a 0 2\r\n19\r\nEND\r\n${HD}`,
  ], ["mg a t\r\n", since("HD t90\r\n", ["1.6.35", "HD t-1\r\n"])]),
  fact("in one packet: a number that a reply holds gets shorter", [ms("a", "100"), HD], [
    "mg a\r\ndecr a 1\r\n",
    `${HD}99\r\n`,
  ], ["mg a v\r\n", va("99")]),
  fact("ma keeps the length of the item", [ms("a", "100"), HD], ["ma a MD v\r\n", va("99")], [
    "mg a v\r\n",
    va("99 "),
  ], ["ma a v\r\nma a v\r\n", va("100") + va("101")]),
  fact("ma wraps at 64 bits", [ms("a", "18446744073709551615"), HD], ["ma a v\r\n", va("0")], [
    "mg a v s\r\n",
    va(`0${" ".repeat(19)}`, "s20"),
  ]),
  fact("ma takes deltas of 64 bits", [SET_A, STORED], [
    "ma a D18446744073709551615 v\r\nma a MD D18446744073709551615 v\r\n",
    va("0").repeat(2),
  ], ["ma b N0 J18446744073709551615 v\r\n", va("18446744073709551615")]),
  fact("ma of what is no number", [ms("a", "x") + ms("b", ""), HD + HD], [
    "ma a\r\nma b v q O1\r\nma a N30 J5\r\nma a C1\r\n",
    NON_NUMERIC.repeat(3) + EX,
  ]),
  fact(
    "ma refuses",
    [SET_A, STORED],
    [
      "ma a z\r\nma a v v\r\nma a D\r\nma a D-1\r\nma a D5x\r\nma a Jx\r\nma a Tx q O1\r\nma a v\r\n",
      INVALID_OR_DUPLICATE.repeat(7) + va("2"),
    ],
    [`ma ${KEY_251}\r\n`, since(BAD_FORMAT, ["1.6.40", INVALID_OR_DUPLICATE])],
    [
      "ma\r\n",
      since(ERROR, ["1.6.40", BAD_FORMAT]),
    ],
  ),
  fact("ma with an opaque that is too long counts all the same", [SET_A, STORED], [
    `ma a ${OPAQUE_31}x\r\nma b ${OPAQUE_31}x\r\nma a v\r\n`,
    OPAQUE_TOO_LONG.repeat(2) + va("3"),
  ]),
  fact("ma takes flags of other commands and ignores them", [SET_A, STORED], [
    "ma a f s h l u R30 F1 I P L v\r\nmg a v f\r\n",
    va("2") + va("2", "f0"),
  ]),
  fact("ma and incr count the same number", [SET_A, STORED], [
    "incr a 5\r\nma a v\r\ndecr a 2\r\n",
    `6\r\n${va("7")}5\r\n`,
  ]),
];
