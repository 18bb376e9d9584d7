import type { Random } from "../support/random.ts";

/**
 * A random meta command over a few keys, or a classic one that changes what meta commands see. Mostly it is sound;
 * sometimes a word is too long, missing, there twice, or no number. `<cas>` stands for a cas that the server told. It
 * ends with a line end, though its block may be too short. No number of `ms` lets a server wait for more.
 */
export function randomMetaCommand(random: Random): string {
  switch (random.below(14)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return `mg ${keyAnd(random, MG_FLAGS)}\r\n`;
    case 4:
    case 5:
    case 6:
      return metaSet(random);
    case 7:
      return `md ${keyAnd(random, MD_FLAGS)}\r\n`;
    case 8:
    case 9:
      return `ma ${keyAnd(random, MA_FLAGS)}\r\n`;
    case 10:
      return random.pick(CLASSIC);
    case 11:
    case 12:
      // The cas that a later command may ask for.
      return `mg ${random.pick(["a", "b"])} c${random.pick(["", " u", " N1000"])}\r\n`;
    default:
      return random.pick(ODDITIES);
  }
}

function metaSet(random: Random): string {
  const value = random.pick(VALUES);
  const [key, ...flags] = keyAnd(random, MS_FLAGS).split(" ");
  const isOdd = random.below(20) === 0;
  const length = isOdd ? random.pick(oddLengths(value.length)) : value.length;
  return `${["ms", key, length, ...flags].join(" ")}\r\n${value}\r\n`;
}

/** A key and some flags of a command, with `b` where the key needs it, and now and then where it does not. */
function keyAnd(random: Random, flags: readonly string[]): string {
  const isBinary = random.below(4) === 0;
  const picked = isBinary ? ["b"] : random.below(50) === 0 ? ["b"] : [];
  const count = random.below(random.pick([2, 5, 8]));
  for (let i = 0; i < count; i++) {
    const flag = random.pick(flags);
    // One of the same letter is refused: mostly none is taken twice.
    if (random.below(40) === 0 || picked.every(([letter]) => letter !== flag[0])) picked.push(flag);
  }
  if (random.below(25) === 0) picked.push(random.pick(ODD_FLAGS));
  // Flags run from left to right, so that their order counts.
  for (let i = picked.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [picked[i], picked[other]] = [picked[other], picked[i]];
  }
  return [random.pick(isBinary ? BINARY_KEYS : KEYS), ...picked].join(
    random.pick([" ", " ", "  "]),
  );
}

const KEYS = ["a", "a", "a", "a", "b", "b", "c", "\xff\x01\t", "k".repeat(250), "k".repeat(251)];
/** `a`, `b`, and bytes that a plain key cannot have; some with odd bits, odd characters or wrong padding. */
const BINARY_KEYS = ["YQ==", "YQ==", "Yg==", "AA0KIA==", "YR==", "Y-Q==", "YQ", "YQ==YQ=="];
const OPAQUES = [
  "O",
  "O1",
  "Oxyz",
  `O${"o".repeat(30)}`,
  `O${"o".repeat(31)}`,
  `O${"o".repeat(32)}`,
];
const CAS = ["C<cas>", "C<cas>", "C<cas>", "C0", "C1", "C18446744073709551615"];
const NEW_CAS = ["E0", "E5000000", "E18446744073709551615"];
/** None that could run out, or be overtaken, while the test runs. */
const EXPTIMES = ["0", "1000", "1000", "3000", "-1", "2592000", "2592001", "2147483647"];
const MG_FLAGS = [
  ..."vvvtcfskkhluuqq",
  ...OPAQUES,
  ...CAS,
  ...NEW_CAS,
  ...EXPTIMES.flatMap((time) => [`T${time}`, `N${time}`, `N${time}`]),
  ...["R0", "R500", "R2000", "R9000", "R-1", "R2592001"],
  ...["P", "Lhint", "I", "x"],
];
const MS_FLAGS = [
  ..."ccskkqqIIb",
  ...OPAQUES,
  ...CAS,
  ...NEW_CAS,
  ...["MS", "ME", "MR", "MA", "MA", "MP", "MP"],
  ...["F0", "F7", "F4294967295"],
  ...EXPTIMES.flatMap((time) => [`T${time}`, `N${time}`]),
  ...["v", "t", "P", "Lhint"],
];
const MD_FLAGS = [
  ..."kqqIIIxxb",
  ...OPAQUES,
  ...CAS,
  ...NEW_CAS,
  ...EXPTIMES.map((time) => `T${time}`),
  ...["F9", "v", "P", "Lhint"],
];
const MA_FLAGS = [
  ..."vvtckqqb",
  ...OPAQUES,
  ...CAS,
  ...NEW_CAS,
  ...["MI", "M+", "MD", "M-"],
  ...["D0", "D1", "D9", "D1000", "D18446744073709551615", "J0", "J99", "J18446744073709551615"],
  ...EXPTIMES.flatMap((time) => [`T${time}`, `N${time}`]),
];
const ODD_FLAGS = [
  ..."zSX~!5[{\x80\xff",
  ...[
    "MX",
    "M",
    "Mset",
    "T",
    "Tx",
    "T5x",
    "T+5",
    "T2147483648",
    "T-2147483649",
    "T-",
    "N",
    "Nx",
    "R",
    "R1.5",
  ],
  ...["C", "Cx", "C-1", "C+1", "C18446744073709551616", "F", "Fx", "F-1", "F4294967296", "E", "Ex"],
  ...["D", "Dx", "D-1", "D+1", "J", "Jx", "D00000000000000000000001", "F00000000001"],
  "1 2 3 4 5 6 7 8 9 : ; < = > ? @ A B",
];
/** None of white space alone: there the daemon reads its number out of the memory behind the item. */
const VALUES = [
  "",
  "1",
  "9",
  "99",
  "100",
  "18446744073709551615",
  "x",
  "EN",
  "a\r\nmn\r\nb",
  "v".repeat(300),
];
const CLASSIC = [
  "set a 5 0 1\r\n9\r\n",
  "set b 0 1000 2\r\n99\r\n",
  "append a 0 0 1\r\n1\r\n",
  "cas a 0 0 1 <cas>\r\n7\r\n",
  "add a 0 0 1\r\n1\r\n",
  "gets a b\r\n",
  "incr a 1\r\n",
  "decr b 90\r\n",
  "touch a 2000\r\n",
  "gat 1000 a b\r\n",
  "delete b\r\n",
  "flush_all\r\n",
];
const ODDITIES = [
  "mn\r\n",
  "mn q k\r\n",
  "me a\r\n",
  "me a x\r\n",
  "me YQ== b\r\n",
  "me YQ== b x\r\n",
  "me YQ b x\r\n",
  "me\r\n",
  "mg\r\n",
  "md\r\n",
  "ma\r\n",
  "ms\r\n",
  "ms a\r\n",
  "mx a\r\n",
  " mg a v\r\n",
  "mg a\0b v k\r\n",
  "mg a v\n",
  "mgx a\r\n",
  "\r\n",
  "x\r\n",
];

/** Lengths that go wrong, but leave nothing waiting. */
function oddLengths(right: number): (string | number)[] {
  return [Math.max(0, right - 1), 0, -1, "1.5", "x", `+${right}`, `0${right}`, 2 ** 31 - 2];
}
