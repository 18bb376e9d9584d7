import type { Random } from "../support/random.ts";

/**
 * A random command over a few keys: mostly sound, sometimes with a word that is too long, too large, missing, or no
 * number. `<cas>` stands for a cas that the server told. It ends with a line end, though its block may be too short.
 */
export function randomCommand(random: Random): string {
  const key = random.pick(KEYS);
  const noreply = random.pick(["", "", "", "", " noreply"]);
  switch (random.below(14)) {
    case 0:
    case 1:
    case 2:
      return storage(random.pick(["set", "set", "set", "add", "replace", "append", "prepend"]));
    case 3:
      return storage("cas", ` ${random.pick(["<cas>", "<cas>", "<cas>", "1", "0", ...NUMBERS])}`);
    case 4:
    case 5:
      return `${random.pick(["get", "gets"])} ${keys()}\r\n`;
    case 6:
      return `${random.pick(["gat", "gats"])} ${random.pick(EXPTIMES)} ${keys()}\r\n`;
    case 7:
    case 8:
      return `${random.pick(["incr", "decr"])} ${key} ${random.pick(DELTAS)}${noreply}\r\n`;
    case 9:
      return `touch ${key} ${random.pick(EXPTIMES)}${noreply}\r\n`;
    case 10:
      return `delete ${key}${random.pick(["", "", "", " 0", " 1"])}${noreply}\r\n`;
    case 11:
      return `flush_all${random.pick(["", " 0", " -1", " x"])}${noreply}\r\n`;
    case 12:
      return `verbosity${random.pick([" 0", " 0", "", " x", " 0 0"])}${noreply}\r\n`;
    default:
      return random.pick(ODDITIES);
  }

  function keys(): string {
    return Array.from({ length: 1 + random.below(4) }, () => random.pick(KEYS)).join(
      random.pick([" ", " ", "  "]),
    );
  }

  function storage(name: string, cas = ""): string {
    const value = random.pick(VALUES);
    const odd = random.below(12) === 0;
    const flags = odd ? random.pick(NUMBERS) : random.pick(["0", "1", "4294967295"]);
    const length = odd ? random.pick(oddLengths(value.length)) : value.length;
    return `${name} ${key} ${flags} ${
      random.pick(EXPTIMES)
    } ${length}${cas}${noreply}\r\n${value}\r\n`;
  }
}

const KEYS = ["a", "a", "b", "b", "c", "\xff\x01\t", "k".repeat(250), "k".repeat(251)];
const NUMBERS = [
  "5",
  "-1",
  "+7",
  "x",
  "1.5",
  "1\t2",
  "4294967296",
  "9223372036854775808",
  "-18446744073709551615",
  "18446744073709551615",
  "18446744073709551616",
  "00000000000000000000000000000007",
];
/** None that could run out while the test runs. */
const EXPTIMES = ["0", "0", "0", "0", "1000", "-1", "2592000", "2592001", "2147483647", ...NUMBERS];
const DELTAS = ["1", "1", "1", "10", "99", "0", ...NUMBERS];
/** None of white space alone: there the daemon reads its number out of the memory behind the item. */
const VALUES = [
  "1",
  "99",
  "100",
  "18446744073709551615",
  "",
  "5 x",
  "-0",
  "007",
  "x",
  "END",
  "get a",
  "a\r\nget a\r\nb",
  "\0\n\r",
  "v".repeat(1000),
];
const ODDITIES = [
  "version\r\n",
  "VERSION\r\n",
  "\r\n",
  "\n",
  "x\r\n",
  "get\r\n",
  "gat 0\r\n",
  "gat x a\r\n",
  "set a 0 0\r\n",
  "cas a 0 0 1\r\n",
  "incr a\r\n",
  "touch a\r\n",
  "get a\0 b\r\n",
  "get a\n",
  "set b 0 0 1\n2\r\n",
  "  get   a  \r\n",
  "set c 0 0 1 nonsense\r\n3\r\n",
  "set c 0 0 1 noreply \r\n4\r\n",
  "shutdown\r\n",
  "stats nonsense\r\n",
  "set a 0 0 1 1 1 1\r\n1\r\n",
];

/** Lengths that go wrong, but leave nothing waiting. */
function oddLengths(right: number): (string | number)[] {
  return [Math.max(0, right - 1), 0, -1, "1.5", "x", `${right}\t`, `+${right}`, 2 ** 32 + right];
}
