/** The arguments of `deno task bench:load`. */
import { resolve } from "node:path";
import { CHECKOUT, CLIENTS, RAW_SOCKET } from "../participants/names.ts";
import { fullMatrix, nameOf, targetMatrix, type Work } from "./work.ts";

/** What to run and for how long. */
export interface LoadOptions {
  readonly works: readonly Work[];
  /** Names of participants, the raw socket first. */
  readonly participants: readonly string[];
  readonly rounds: number;
  /** Length of a round. */
  readonly milliseconds: number;
  /** Length of the untimed round before them, in which the code is compiled. */
  readonly warmUp: number;
  /** Whether dated files are written into `bench/results/`. */
  readonly save: boolean;
  /** The participant that is another checkout of this package, where the run is a comparison with it. */
  readonly before: string | undefined;
}

export const USAGE =
  `deno task bench:load [--quick | --smoke] [--only TEXT]… [--participants a,b] [--rounds N] [--ms N] [--save | --no-save]
deno task bench:load --compare FOLDER [--only TEXT]… [--rounds N] [--ms N]

  --quick         The works that the targets name, three rounds; under a minute
  --smoke         Each operation once for a moment: shows that it runs, measures nothing
  --only TEXT     Only works whose name has TEXT, as "get 100B c64 s1"; several are alternatives
  --participants  Only these, of: ${[RAW_SOCKET, ...CLIENTS].join(", ")}
  --rounds, --ms  Rounds of a work, and the length of one
  --compare       Another checkout of this package before, this one after: in pairs of rounds, on
                  one core, the works that the targets name unless --only picks others; 50 s
  --save          Write the dated JSON and SVG although the run is not a full one`;

/**
 * Reads them; a folder is relative to `base`.
 *
 * @throws {RangeError} If they cannot be used; the message says what is wrong.
 */
export function parseOptions(args: readonly string[], base: string): LoadOptions {
  const only: string[] = [];
  let kind: keyof typeof TIMES = "full";
  let smoke = false;
  let before: string | undefined;
  let participants: readonly string[] = [RAW_SOCKET, ...CLIENTS];
  let rounds: number | undefined;
  let milliseconds: number | undefined;
  let save: boolean | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    const value = (): string => {
      if (i + 1 >= args.length) {
        throw new RangeError(`Cannot read ${arg} as its value is missing`);
      }
      return args[++i];
    };
    if (arg === "--quick") kind = "quick";
    else if (arg === "--smoke") smoke = true;
    else if (arg === "--compare") {
      before = CHECKOUT + resolve(base, value());
      kind = "compare";
    } else if (arg === "--only") only.push(value());
    else if (arg === "--participants") {
      participants = value().split(",").map((name) => name.trim());
    } else if (arg === "--rounds") rounds = positive(arg, value());
    else if (arg === "--ms") milliseconds = positive(arg, value());
    else if (arg === "--save") save = true;
    else if (arg === "--no-save") save = false;
    else throw new RangeError(`Cannot use argument "${arg}"\n\n${USAGE}`);
  }
  for (const name of participants) {
    if (name !== RAW_SOCKET && !CLIENTS.includes(name)) {
      throw new RangeError(
        `Cannot measure "${name}" as it is none of ${CLIENTS.join(", ")}`,
      );
    }
  }
  const whole = kind === "full" && !smoke && only.length === 0;
  const times = smoke ? SMOKE_TIMES : TIMES[kind];
  return {
    works: only.length > 0 ? worksWith(only) : whole ? fullMatrix() : targetMatrix(),
    participants,
    rounds: rounds ?? times.rounds,
    milliseconds: milliseconds ?? times.milliseconds,
    warmUp: times.warmUp,
    save: save ?? whole,
    before,
  };
}

function worksWith(texts: readonly string[]): Work[] {
  const works = fullMatrix().filter((work) => {
    return texts.some((text) => nameOf(work).includes(text));
  });
  if (works.length > 0) return works;
  throw new RangeError(`Cannot find a work whose name has "${texts.join('", "')}"`);
}

/** A full run of 70 works and six participants takes about eight minutes. */
const TIMES = {
  full: { rounds: 7, milliseconds: 120, warmUp: 250 },
  quick: { rounds: 5, milliseconds: 80, warmUp: 250 },
  // On one core the compiler's threads are part of a figure for more than a second.
  compare: { rounds: 15, milliseconds: 200, warmUp: 1200 },
};

const SMOKE_TIMES = { rounds: 1, milliseconds: 5, warmUp: 5 };

function positive(arg: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) {
    throw new RangeError(
      `Cannot read ${arg} as it must be > 0: found "${text}"`,
    );
  }
  return value;
}
