import {
  EN,
  END,
  EX,
  type Fact,
  fact,
  HD,
  MN,
  ms,
  NF,
  NON_NUMERIC,
  SET_A,
  STORED,
  va,
} from "./fact.ts";

/** Facts of placeholders, wins and stale items. */
export const STATES: Fact[] = [
  fact("mg N creates a placeholder, and the reader wins", [
    "mg a N30 v f s t c\r\n",
    va("", "f0 s0 t30 c#1 W"),
  ]),
  fact("of later readers none wins, whether or not they ask", ["mg a N30\r\n", "HD W\r\n"], [
    "mg a N30\r\nmg a\r\nmg a R60 v\r\nmg a k O1\r\n",
    `HD Z\r\nHD Z\r\n${va("", "Z")}HD ka O1 Z\r\n`,
  ]),
  fact("mg N of a hit changes nothing", [ms("a", "1", "T90"), HD], [
    "mg a N30 v t\r\n",
    va("1", "t90"),
  ]),
  fact("mg N q is answered", [
    "mg a N30 q k O1\r\nmg a q O2\r\nmn\r\n",
    `HD ka O1 W\r\nHD O2 Z\r\n${MN}`,
  ]),
  fact("mg t before N tells what was before", [
    "mg a t N30\r\nmg b N30 t\r\n",
    "HD t-1 W\r\nHD t30 W\r\n",
  ]),
  fact("mg N T on a miss: the later counts", [
    "mg a N30 T60 t\r\nmg b T60 N30 t\r\n",
    "HD t60 W\r\nHD t30 W\r\n",
  ]),
  fact("a placeholder to classic commands", ["mg a N30\r\n", "HD W\r\n"], [
    `get a\r\nadd a 0 0 1\r\n1\r\nincr a 1\r\nma a\r\n`,
    `VALUE a 0 0\r\n\r\n${END}NOT_STORED\r\n${NON_NUMERIC}${NON_NUMERIC}`,
  ], ["append a 5 0 1\r\n5\r\nmg a v t f\r\n", STORED + va("5", "t30 f0")]),
  fact("a placeholder may be replaced by its cas", ["mg a N30 c\r\n", "HD c#1 W\r\n"], [
    ms("a", "1", "C#1 T90"),
    HD,
  ], ["mg a v t\r\n", va("1", "t90")]),
  fact("a placeholder that was deleted, or stored by another, is not replaced", [
    "mg a N30 c\r\nmg b N30 c\r\n",
    "HD c#1 W\r\nHD c#2 W\r\n",
  ], [`md a\r\n${ms("b", "2")}${ms("a", "1", "C#1")}${ms("b", "1", "C#2")}`, HD + HD + NF + EX]),
  fact(
    "mg R wins once, where less is left",
    [ms("a", "1", "T20"), HD],
    [
      "mg a R30 t\r\nmg a R30\r\nmg a v\r\n",
      `HD t20 W\r\nHD Z\r\n${va("1", "Z")}`,
    ],
    [ms("a", "2", "T20"), HD],
    ["mg a R30 v\r\n", va("2", "W")],
  ),
  fact("mg R does not win where as much or more is left", [ms("a", "1", "T30"), HD], [
    "mg a R20\r\nmg a R0\r\nmg a R-1\r\n",
    HD.repeat(3),
  ]),
  fact("mg R never wins of an item without expiry", [SET_A, STORED], ["mg a R2592000\r\n", HD]),
  fact("mg R of a miss is a miss", ["mg a R30 k\r\n", "EN ka\r\n"]),
  fact("mg R above 30 days is a date", [ms("a", "1", "T20"), HD], [
    "mg a R2592001\r\nmg a R2000000000\r\nmg a R30\r\n",
    `${HD}HD W\r\nHD Z\r\n`,
  ]),
  fact("mg R and T: the first of them counts first", [ms("a", "1", "T20"), HD], [
    "mg a T100 R30 t\r\nmg a T20 t\r\nmg a R30 T100 t\r\nmg a t\r\n",
    "HD t100\r\nHD t20\r\nHD t100 W\r\nHD t100 Z\r\n",
  ]),
  fact("mg N and R: who creates does not also recache", ["mg a N30 R60 t\r\n", "HD t30 W\r\n"]),
  fact("the first reader of a stale item wins, whatever it asks for", [SET_A, STORED], [
    "md a I\r\n",
    HD,
  ], ["mg a k\r\nmg a k c\r\nmg a v\r\n", `HD ka X W\r\nHD ka c#1 Z X\r\n${va("1", "Z X")}`]),
  fact("md I again gives another win", [SET_A, STORED], [
    "md a I\r\nmg a\r\nmd a I\r\nmg a\r\nmg a\r\n",
    `${HD}HD X W\r\n${HD}HD X W\r\nHD Z X\r\n`,
  ]),
  fact("md I of a placeholder gives another win", [
    "mg a N30\r\nmd a I\r\nmg a N30\r\nmg a\r\n",
    `HD W\r\n${HD}HD X W\r\nHD Z X\r\n`,
  ]),
  fact("md I C gives a win back, if nothing has changed", [SET_A, STORED], [
    "md a I\r\nmg a c\r\n",
    `${HD}HD c#1 X W\r\n`,
  ], ["md a I C#1\r\nmg a c\r\nmd a I C#1\r\n", `${HD}HD c#2 X W\r\n${EX}`]),
  fact(
    "each kind of store makes a new item",
    [SET_A, STORED],
    ["md a I\r\nmg a\r\n", `${HD}HD X W\r\n`],
    [`${ms("a", "2", "MA")}mg a v\r\n`, HD + va("12")],
    ["md a I\r\n", HD],
    [
      `prepend a 0 0 1\r\n0\r\nmg a v\r\n`,
      STORED + va("012"),
    ],
    ["md a I\r\n", HD],
    [`${SET_A}mg a v\r\n`, STORED + va("1")],
    ["md a I\r\n", HD],
    [
      `replace a 0 0 1\r\n2\r\nmg a v\r\n`,
      STORED + va("2"),
    ],
    ["md a I\r\nmg a c\r\n", `${HD}HD c#1 X W\r\n`],
    [
      `cas a 0 0 1 #1\r\n3\r\nmg a v\r\n`,
      STORED + va("3"),
    ],
  ),
  fact(
    "touch and gat leave a stale item stale, and its cas",
    [SET_A, STORED],
    ["md a I\r\n", HD],
    [
      "mg a c\r\n",
      "HD c#1 X W\r\n",
    ],
    ["touch a 90\r\n", "TOUCHED\r\n"],
    ["mg a t c\r\n", "HD t90 c#1 Z X\r\n"],
    [
      "gat 80 a\r\n",
      `VALUE a 0 1\r\n1\r\n${END}`,
    ],
    ["mg a t c\r\n", "HD t80 c#1 Z X\r\n"],
    ["mg a T70 t\r\n", "HD t70 Z X\r\n"],
  ),
  fact(
    "a number that is counted in place stays stale",
    [ms("a", "10"), HD],
    ["md a I\r\n", HD],
    [
      "mg a\r\n",
      "HD X W\r\n",
    ],
    ["incr a 1\r\n", "11\r\n"],
    ["mg a v\r\n", va("11", "Z X")],
    ["ma a v\r\n", va("12")],
    [
      "mg a v\r\n",
      va("12", "Z X"),
    ],
  ),
  fact(
    "a number that gets longer is a new item",
    [ms("a", "9"), HD],
    ["md a I\r\n", HD],
    [
      "mg a\r\n",
      "HD X W\r\n",
    ],
    ["ma a v\r\n", va("10")],
    ["mg a v\r\n", va("10")],
  ),
  fact(
    "ms C I with a lower cas stores a stale value, and keeps the time",
    [
      ms("a", "1", "T50 c"),
      "HD c#1\r\n",
    ],
    ["md a I\r\n", HD],
    [ms("a", "2", "C#1 I T999 F3 c"), "HD c#2\r\n"],
    [
      "mg a v t f c\r\nmg a\r\n",
      `${va("2", "t50 f3 c#2 X W")}HD Z X\r\n`,
    ],
  ),
  fact(
    "ms C I keeps that the item was won",
    [ms("a", "1", "T50 c"), "HD c#1\r\n"],
    [
      "md a I\r\nmg a\r\n",
      `${HD}HD X W\r\n`,
    ],
    [ms("a", "2", "C#1 I"), HD],
    ["mg a v\r\n", va("2", "Z X")],
  ),
  fact(
    "ms C I with the cas of the item stores a fresh value",
    [SET_A, STORED],
    ["md a I\r\n", HD],
    [
      "mg a c\r\n",
      "HD c#1 X W\r\n",
    ],
    [ms("a", "2", "C#1 I T60"), HD],
    ["mg a v t\r\n", va("2", "t60")],
  ),
  fact("ms C I with a higher cas, 0, or other modes", [SET_A, STORED], [
    ms("a", "2", "C18446744073709551615 I") + ms("a", "2", "C0 I") + ms("a", "2", "C1 I MA") +
    ms("a", "2", "C1 I ME") + ms("b", "2", "C1 I") + "mg a v\r\n",
    `${EX}${EX}${EX}NS\r\n${NF}${va("1")}`,
  ]),
  fact("flush_all ends placeholders and stale items", ["mg a N30\r\n", "HD W\r\n"], [
    "flush_all\r\nmg a\r\nmg a N30\r\n",
    `OK\r\n${EN}HD W\r\n`,
  ]),
  fact("a placeholder's time passes", ["mg waits1 N2 t\r\n", "HD t2 W\r\n"], 3, [
    "mg waits1\r\nmg waits1 N30 t\r\n",
    `${EN}HD t30 W\r\n`,
  ]),
  fact("an item comes near its end", [ms("waits2", "1", "T60"), HD], ["mg waits2 R59\r\n", HD], 2, [
    "mg waits2 R59 v\r\nmg waits2 R59\r\n",
    `${va("1", "W")}HD Z\r\n`,
  ]),
  fact("a stale item ends in its time", [ms("waits3", "1"), HD], ["md waits3 I T2\r\n", HD], 3, [
    "mg waits3\r\n",
    EN,
  ]),
  fact(
    // When later reads make it younger depends on a background thread of the daemon.
    "the first read of an item does not make it younger",
    [ms("waits4", "1"), HD],
    2,
    ["mg waits4 l h\r\n", "HD l2 h0\r\n"],
    2,
    ["mg waits4 l h u\r\n", "HD l4 h1\r\n"],
    ["me waits4\r\n", "ME waits4 exp=-1 la=4 cas=#1 fetch=yes cls=1 size=66\r\n"],
  ),
  fact("mg T keeps an item alive", [ms("waits5", "1", "T2"), HD], ["mg waits5 T60\r\n", HD], 3, [
    "mg waits5 v\r\n",
    va("1"),
  ]),
  fact(
    "ma T keeps a number alive, unless it gets longer",
    [
      ms("waits6", "1", "T2") + ms("waits7", "9", "T2"),
      HD + HD,
    ],
    ["ma waits6 T60 v\r\nma waits7 T60 v\r\n", va("2") + va("10")],
    3,
    [
      "mg waits6 v\r\nmg waits7 v\r\n",
      va("2") + EN,
    ],
  ),
];
