import {
  bad,
  BAD_FORMAT,
  EN,
  END,
  type Fact,
  fact,
  HD,
  KEY_250,
  MN,
  ms,
  NF,
  SET_A,
  since,
  STORED,
  va,
} from "./fact.ts";

const BAD_KEY = bad("error decoding key");
/** 186 bytes, the longest key that fits. */
const LONGEST = `${"/".repeat(248)}`;

/** Facts of keys as base64. */
export const KEYS: Fact[] = [
  fact(
    "a key as base64 and the same bytes are one item",
    [ms("YWJj", "1", "b k"), "HD kYWJj b\r\n"],
    [
      "mg abc v k\r\nmg YWJj v b k\r\nget abc\r\n",
      va("1", "kYWJj b").repeat(2) + `VALUE abc 0 1\r\n1\r\n${END}`,
    ],
    [ms("abc", "2", "k"), "HD kabc\r\n"],
    [
      "mg YWJj v b k\r\nmg abc v k\r\nmg miss k\r\nmg bWlzcw== b k\r\n",
      va("2", "kabc").repeat(2) + "EN kmiss\r\nEN kbWlzcw== b\r\n",
    ],
  ),
  fact("k and b in any order", [ms("YWJj", "1", "k b"), "HD kYWJj b\r\n"], [
    "mg YWJj O1 k v b t\r\nmg YWJj b\r\n",
    `${va("1", "O1 kYWJj b t-1")}${HD}`,
  ]),
  fact("bytes that no plain key may have", [ms("AAECDQogfw==", "1", "b"), HD], [
    "mg AAECDQogfw== b v k\r\nma AAECDQogfw== b v k\r\nmd AAECDQogfw== b k\r\nmd AAECDQogfw== b k\r\n",
    `${va("1", "kAAECDQogfw== b")}${
      va("2", "kAAECDQogfw== b")
    }HD kAAECDQogfw== b\r\nNF kAAECDQogfw== b\r\n`,
  ]),
  fact("padding is needed", [
    "mg YQ b\r\nmg YQ= b\r\nmg YQ== b k\r\nmg YWI b\r\nmg YWI= b k\r\n",
    `${BAD_KEY}${BAD_KEY}EN kYQ== b\r\n${BAD_KEY}EN kYWI= b\r\n`,
  ]),
  fact("tail bits may be anything and mean nothing", [ms("YR==", "1", "b k"), "HD kYQ== b\r\n"], [
    "mg YQ== b k v\r\nmg Yf== b k v\r\nmg a v\r\n",
    va("1", "kYQ== b").repeat(2) + va("1"),
  ]),
  fact("characters that base64 does not have are skipped", [
    "mg Y-W_Jj b k\r\nmg -_-_ b k\r\nmg --__YQ== b k\r\nmg YWJjZ b k\r\n",
    `EN kYWJj b\r\n${BAD_KEY}EN kYQ== b\r\n${BAD_KEY}`,
  ]),
  fact("what follows the padding is ignored", [
    "mg YQ==YWJj b k\r\nmg ==== b\r\nmg Y=== b\r\n",
    `EN kYQ== b\r\n${BAD_KEY}${BAD_KEY}`,
  ]),
  fact("errors of keys as base64", [
    `md YQ= b\r\nma YQ= b\r\n${ms("YQ=", "flush_all", "b")}me YQ= b x\r\nmn\r\n`,
    since(
      bad("invalid or duplicate flag").repeat(2) + BAD_KEY + BAD_FORMAT + MN,
      ["1.6.40", BAD_KEY + bad("invalid or duplicate flag") + BAD_KEY + BAD_FORMAT + MN],
    ),
  ]),
  fact("250 bytes of base64 at most", [ms(LONGEST, "1", "b k"), `HD k${LONGEST} b\r\n`], [
    `mg ${LONGEST} b v\r\nmg ${LONGEST}YWJj b\r\nmd ${LONGEST}YQ== b\r\n`,
    since(va("1") + BAD_FORMAT.repeat(2)),
  ], [`mg ${KEY_250} b\r\n`, BAD_KEY]),
  fact(
    "append and a longer number forget that the key was base64",
    [
      ms("YWJj", "9", "b") + ms("ZGVm", "9", "b"),
      HD + HD,
    ],
    [`${ms("YWJj", "1", "MA b k")}ma ZGVm b k v\r\n`, `HD kYWJj b\r\n${va("10", "kZGVm b")}`],
    [
      "mg YWJj b k\r\nmg ZGVm b k\r\nmg YWJj b k u\r\n",
      "HD kabc\r\nHD kdef\r\nHD kabc\r\n",
    ],
  ),
  fact("a number counted in place remembers that the key was base64", [ms("YWJj", "1", "b"), HD], [
    "ma YWJj b\r\n",
    HD,
  ], ["mg abc k v\r\n", va("2", "kYWJj b")]),
  fact("a set without b forgets it, one with b notes it", [SET_A, STORED], [
    `${ms("YQ==", "2", "b")}mg a k\r\n`,
    `${HD}HD kYQ== b\r\n`,
  ], [`${SET_A}mg YQ== b k\r\n`, `${STORED}HD ka\r\n`]),
  fact("plain keys of any bytes above space", [
    ms("\xff\x01\t\x7f", "1", "k"),
    "HD k\xff\x01\t\x7f\r\n",
  ], [
    "mg \xff\x01\t\x7f k v\r\nmg /wEJfw== b k\r\nmd \xff\x01\t\x7f k\r\nmd \xff\x01\t\x7f\r\n",
    `${va("1", "k\xff\x01\t\x7f")}HD k\xff\x01\t\x7f\r\nHD k\xff\x01\t\x7f\r\n${NF}`,
  ]),
  fact("an empty value under a key as base64", [ms("YQ==", "", "b"), HD], [
    "mg YQ== b v\r\nmg Yg== b v\r\n",
    va("") + EN,
  ]),
];
