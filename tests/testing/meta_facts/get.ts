import {
  BAD_FORMAT,
  BAD_TOKEN,
  DUPLICATE_FLAG,
  EN,
  END,
  ERROR,
  type Fact,
  fact,
  HD,
  INVALID_FLAG,
  KEY_250,
  KEY_251,
  ms,
  OPAQUE_31,
  OPAQUE_TOO_LONG,
  SET_A,
  since,
  STORED,
  va,
} from "./fact.ts";

/** Facts of mg. */
export const GET: Fact[] = [
  fact("mg of a miss", ["mg a\r\n", EN], ["mg a v f c t\r\n", EN]),
  fact("mg of a miss repeats opaque and key in the order asked", [
    "mg a O1 k\r\nmg a k v O2\r\nmg a O\r\n",
    "EN O1 ka\r\nEN ka O2\r\nEN O\r\n",
  ]),
  fact("mg of a hit without flags", [SET_A, STORED], ["mg a\r\n", HD]),
  fact("mg v", ["set a 5 0 5\r\nhello\r\n", STORED], ["mg a v\r\n", va("hello")]),
  fact("mg v of an empty value", [ms("a", ""), HD], ["mg a v s\r\n", va("", "s0")]),
  fact("mg v of a value like a reply", [ms("a", "EN\r\nHD\r\n"), HD], [
    "mg a v\r\n",
    va("EN\r\nHD\r\n"),
  ]),
  fact("mg answers its flags in the order asked", [ms("a", "hello", "F7 T100"), HD], [
    "mg a f s t c h l k O9 v\r\nmg a O9 k l h c t s f v\r\n",
    va("hello", "f7 s5 t100 c#1 h0 l0 ka O9") + va("hello", "O9 ka l0 h1 c#1 t100 s5 f7"),
  ]),
  fact("mg t of an item without expiry", [SET_A, STORED], ["mg a t\r\n", "HD t-1\r\n"]),
  fact("mg f of 32 bits", ["set a 4294967295 0 1\r\n1\r\n", STORED], [
    "mg a f\r\n",
    "HD f4294967295\r\n",
  ]),
  fact("mg c is the cas of gets", ["set a 3 0 1\r\n1\r\n", STORED], [
    "gets a\r\nmg a c\r\n",
    `VALUE a 3 1 #1\r\n1\r\n${END}HD c#1\r\n`,
  ]),
  fact("mg h tells whether the item was fetched before", [SET_A, STORED], [
    "mg a h\r\nmg a h\r\n",
    "HD h0\r\nHD h1\r\n",
  ]),
  fact("mg u leaves no trace", [SET_A, STORED], [
    "mg a u v\r\nmg a u h\r\nmg a h\r\nmg a h\r\n",
    `${va("1")}HD h0\r\nHD h0\r\nHD h1\r\n`,
  ]),
  fact("get, gat and touch count as fetches", [
    SET_A + ms("b", "1") + ms("c", "1"),
    STORED + HD + HD,
  ], [
    "get a\r\ngat 0 b\r\ntouch c 0\r\n",
    `VALUE a 0 1\r\n1\r\n${END}VALUE b 0 1\r\n1\r\n${END}TOUCHED\r\n`,
  ], ["mg a h\r\nmg b h\r\nmg c h\r\n", "HD h1\r\n".repeat(3)]),
  fact("mg q hides only the miss", [SET_A, STORED], [
    "mg a q\r\nmg b q\r\nmg a q v k O1\r\nmg b q k O2\r\nmg a q c\r\nmn\r\n",
    `${HD}${va("1", "ka O1")}HD c#1\r\nMN\r\n`,
  ]),
  fact("mg T sets the time that the item has left", [SET_A, STORED], [
    "mg a T50 t\r\nmg a t T60\r\nmg a t\r\nmg a T0 t\r\n",
    "HD t50\r\nHD t50\r\nHD t60\r\nHD t-1\r\n",
  ]),
  fact("mg T-1 ends the item", [SET_A, STORED], ["mg a T-1\r\n", HD], ["mg a\r\n", EN]),
  fact("mg T of a date that is past ends the item", [SET_A, STORED], [
    "mg a T2592001 v\r\n",
    va("1"),
  ], [
    "mg a\r\n",
    EN,
  ]),
  fact("mg T of 30 days is relative", [SET_A, STORED], [
    "mg a T2592000 t\r\n",
    "HD t2592000\r\n",
  ]),
  fact("mg T of a miss does nothing", ["mg a T50 t\r\n", EN], ["mg a\r\n", EN]),
  fact("mg P and L are taken and ignored", [SET_A, STORED], [
    "mg a Ppath Lhint v\r\nmg b P L k\r\n",
    `${va("1")}EN kb\r\n`,
  ]),
  fact("mg C of the item's cas leaves the value out from 1.6.40 on", [SET_A, STORED], [
    "mg a c\r\n",
    "HD c#1\r\n",
  ], [
    "mg a C#1 v c\r\n",
    since(va("1", "c#1"), ["1.6.40", "HD c#1\r\n"]),
  ], ["mg a C1 v\r\nmg b C1 v\r\n", va("1") + EN]),
  fact("mg takes flags of other commands and ignores them", [SET_A, STORED], [
    "mg a MX F1 J1 D1 I v\r\nmg a v\r\n",
    va("1").repeat(2),
  ]),
  fact("mg E sets the cas of a placeholder from 1.6.27 on", [
    "mg a N30 E700 c\r\n",
    since(INVALID_FLAG, ["1.6.27", "HD c700 W\r\n"]),
  ], ["mg a c E800\r\n", since(INVALID_FLAG, ["1.6.27", "HD c700 Z\r\n"])]),
  fact("mg refuses flags that it does not know", [SET_A, STORED], [
    "mg a z\r\nmg a v v\r\nmg a O1 O2\r\nmg a S\r\nmg a 5\r\nmg a X q\r\nmg a v\r\n",
    INVALID_FLAG + DUPLICATE_FLAG.repeat(2) + INVALID_FLAG.repeat(3) + va("1"),
  ]),
  fact("mg x is an unknown flag before 1.6.27", [
    "mg a x\r\n",
    since(INVALID_FLAG, ["1.6.27", EN]),
  ]),
  fact("mg refuses numbers that are none", [SET_A, STORED], [
    "mg a T\r\nmg a Tabc\r\nmg a T5x\r\nmg a N\r\nmg a R1.5\r\nmg a Cx\r\nmg a C\r\nmg a C-1\r\n",
    BAD_TOKEN.repeat(8),
  ]),
  fact("mg reads a plus sign before 1.6.45", [SET_A, STORED], [
    "mg a T+5 t\r\n",
    since("HD t5\r\n", ["1.6.45", BAD_TOKEN]),
  ]),
  fact("mg cuts T to 32 bits before 1.6.45", [SET_A, STORED], [
    "mg a T4294967296 t\r\n",
    since("HD t-1\r\n", ["1.6.45", BAD_TOKEN]),
  ]),
  fact("mg takes an opaque of 31 bytes", [SET_A, STORED], [
    `mg a ${OPAQUE_31} v\r\nmg b ${OPAQUE_31}\r\nmg a ${OPAQUE_31}x v\r\nmg b ${OPAQUE_31}x q\r\n`,
    `${va("1", OPAQUE_31)}EN ${OPAQUE_31}\r\n${OPAQUE_TOO_LONG.repeat(2)}`,
  ]),
  fact("mg takes a key of 250 bytes", [ms(KEY_250, "1"), HD], [
    `mg ${KEY_250} k\r\nmg ${KEY_251} k\r\n`,
    `HD k${KEY_250}\r\n${BAD_FORMAT}`,
  ]),
  fact("mg without a key", ["mg\r\n", since(ERROR, ["1.6.40", BAD_FORMAT])]),
  fact("the last error of several counts", [
    "mg a T N R\r\nmg a Fx T\r\nmg a T Fx\r\nmg a Fx\r\n",
    BAD_TOKEN + BAD_TOKEN + BAD_TOKEN + BAD_FORMAT,
  ]),
];
