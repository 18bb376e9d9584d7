import {
  BAD_FORMAT,
  BAD_TOKEN,
  DUPLICATE_FLAG,
  EN,
  END,
  ERROR,
  EX,
  type Fact,
  fact,
  HD,
  INVALID_FLAG,
  INVALID_OR_DUPLICATE,
  KEY_251,
  MN,
  ms,
  NF,
  OPAQUE_31,
  OPAQUE_TOO_LONG,
  SET_A,
  since,
  STORED,
  va,
} from "./fact.ts";

/** Facts of md. */
export const DELETE: Fact[] = [
  fact("md deletes", [SET_A, STORED], ["md a\r\nmg a\r\nmd a\r\n", HD + EN + NF]),
  fact("md repeats opaque and key", [SET_A, STORED], [
    "md a k O1\r\nmd a O2 k\r\n",
    "HD ka O1\r\nNF O2 ka\r\n",
  ]),
  fact("md q hides HD, and not NF", [SET_A, STORED], [
    "md a C1 q O1\r\nmd a q\r\nmd a q\r\nmd a q k O2\r\nmn\r\n",
    `EX O1\r\n${NF}NF ka O2\r\n${MN}`,
  ]),
  fact("md C compares", [ms("a", "1", "c"), "HD c#1\r\n"], [
    "md a C1\r\nmd b C1\r\nmd a C#1\r\nmg a\r\n",
    EX + NF + HD + EN,
  ]),
  fact("md T without I deletes", [SET_A, STORED], ["md a T50\r\nmg a\r\n", HD + EN]),
  fact("md I marks as stale and gives another cas", [ms("a", "1", "T90 c"), "HD c#1\r\n"], [
    "md a I\r\nmg a c v t\r\n",
    HD + va("1", "c#2 t90 X W"),
  ]),
  fact("md I T sets the time", [SET_A, STORED], [
    "md a I T40\r\nmg a t\r\n",
    `${HD}HD t40 X W\r\n`,
  ]),
  fact("md I q hides HD", [SET_A, STORED], ["md a I q\r\nmd b I q\r\nmn\r\n", NF + MN]),
  fact("md E needs 1.6.27", [SET_A, STORED], [
    "md a I E900\r\nmg a c\r\n",
    since(`${INVALID_OR_DUPLICATE}HD c#1\r\n`, ["1.6.27", `${HD}HD c900 X W\r\n`]),
  ], ["md a C900 E901\r\nmg a\r\n", since(INVALID_OR_DUPLICATE + HD, ["1.6.27", HD + EN])]),
  fact(
    "md x needs 1.6.27, and takes value, flags and expiry away",
    [
      ms("a", "hello", "F7 T90 c"),
      "HD c#1\r\n",
    ],
    ["md a x\r\n", since(INVALID_OR_DUPLICATE, ["1.6.27", HD])],
    [
      "mg a v f t c\r\n",
      since(va("hello", "f7 t90 c#1"), ["1.6.27", va("", "f0 t-1 c#1")]),
    ],
  ),
  fact("md x with F, T and E", [ms("a", "hello", "F7 T90"), HD], [
    "md a x F3 T40 E900\r\nmg a v f t c\r\n",
    since(INVALID_OR_DUPLICATE + va("hello", "f7 t90 c#1"), [
      "1.6.27",
      HD + va("", "f3 t40 c900"),
    ]),
  ]),
  fact("md x I also marks as stale", [ms("a", "hello", "T90"), HD], [
    "md a x I T40\r\nmg a v t\r\nmg a\r\n",
    since(INVALID_OR_DUPLICATE + va("hello", "t90") + HD, [
      "1.6.27",
      `${HD}${va("", "t40 X W")}HD Z X\r\n`,
    ]),
  ]),
  fact("md x of a miss, and of another cas", [SET_A, STORED], [
    "md b x\r\nmd a x C1 q\r\nget a\r\n",
    since(INVALID_OR_DUPLICATE.repeat(2) + `VALUE a 0 1\r\n1\r\n${END}`, [
      "1.6.27",
      `${NF}${EX}VALUE a 0 1\r\n1\r\n${END}`,
    ]),
  ]),
  fact("md takes flags of other commands and ignores them", [SET_A, STORED], [
    "md a v f s t c h l u N30 R30 F1 J1 D1 MX P L q\r\nmd a\r\n",
    NF,
  ]),
  fact("md refuses", [SET_A, STORED], [
    "md a z\r\nmd a k k\r\nmd a Cx q O1\r\nmd a T\r\n",
    since(INVALID_OR_DUPLICATE.repeat(4), [
      "1.6.40",
      INVALID_FLAG + DUPLICATE_FLAG + BAD_TOKEN.repeat(2),
    ]),
  ], [
    `md a ${OPAQUE_31}x q\r\nmd ${KEY_251} q\r\nmg a v\r\n`,
    OPAQUE_TOO_LONG + BAD_FORMAT + va("1"),
  ]),
  fact("md without a key", ["md\r\n", since(ERROR, ["1.6.40", BAD_FORMAT])]),
];
