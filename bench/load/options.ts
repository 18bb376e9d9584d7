/** The arguments of `deno task bench:load`. */
import { resolve } from "node:path";
import { CHECKOUT, CLIENTS, LIBMC_PYTHON, RAW_SOCKET } from "../participants/names.ts";
import type { CoresName } from "./cores.ts";
import type { Times } from "./measure.ts";
import { fullMatrix, hasTarget, nameOf, targetMatrix, type Work } from "./work.ts";

/** What to run and for how long. */
export interface LoadOptions {
  readonly works: readonly Work[];
  /** Names of participants, the raw socket first. */
  readonly participants: readonly string[];
  /** How long a work is measured. */
  timesOf(work: Work): Times;
  /** Whether to run on one core, on two, or on both one after the other. */
  readonly cores: readonly CoresName[];
  /** A Python that can import libmc, where libmc itself takes part. */
  readonly python: string | undefined;
  /** Whether dated files are written into `bench/results/`. */
  readonly save: boolean;
  /** The participant that is another checkout of this package, where the run is a comparison with it. */
  readonly before: string | undefined;
}

export const USAGE = `deno task bench:load [--quick] [--libmc PYTHON] [--cores one | two | one,two]
    [--only TEXT]… [--participants a,b] [--rounds N] [--ms N] [--warm-up N] [--save | --no-save]
deno task bench:load --compare FOLDER [--only TEXT]… [--rounds N] [--ms N] [--warm-up N]

  --quick         The works that the targets name, fewer and shorter rounds; two minutes
  --libmc PYTHON  libmc itself takes part, from a Python that can import it
  --cores         One core, two, or each work on one and then on two, which is the default
  --only TEXT     Only works whose name has TEXT, as "get 100B c64 s1"; several are alternatives
  --participants  Only these, of: ${[RAW_SOCKET, ...CLIENTS].join(", ")}
  --rounds, --ms  Rounds of a work, and the length of one in milliseconds
  --warm-up       Length of the untimed round before them
  --save          Write the dated JSON and SVG although the run is not a full one
  --compare       Another checkout of this package before, this one after: in pairs of rounds, on
                  one core, the works that the targets name unless --only picks others; 50 s
  --smoke         Each operation once for a moment: shows that it runs, measures nothing`;

/**
 * Reads them; a folder or a program is relative to `base`.
 *
 * @throws {RangeError} If they cannot be used; the message says what is wrong.
 */
export function parseOptions(args: readonly string[], base: string): LoadOptions {
  const only: string[] = [];
  let kind: keyof typeof TIMES = "full";
  let smoke = false;
  let before: string | undefined;
  let python: string | undefined;
  let cores: readonly CoresName[] = ["one", "two"];
  let participants: readonly string[] = [RAW_SOCKET, ...CLIENTS];
  const asked: Partial<Record<keyof Times, number>> = {};
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
    } else if (arg === "--rounds") asked.rounds = positive(arg, value());
    else if (arg === "--ms") asked.milliseconds = positive(arg, value());
    else if (arg === "--warm-up") asked.warmUp = positive(arg, value());
    else if (arg === "--libmc") python = programAt(base, value());
    else if (arg === "--cores") cores = coresOf(value());
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
  return {
    works: only.length > 0 ? worksWith(only) : whole ? fullMatrix() : targetMatrix(),
    participants: python === undefined ? participants : [...participants, LIBMC_PYTHON],
    python,
    cores,
    timesOf: (work) => ({ ...smoke ? SMOKE_TIMES : TIMES[kind](work), ...asked }),
    save: save ?? whole,
    before,
  };
}

/** A program given by its path is looked for from `base`, by its name alone on the path. */
function programAt(base: string, program: string): string {
  return program.includes("/") ? resolve(base, program) : program;
}

function coresOf(text: string): CoresName[] {
  return text.split(",").map((name) => {
    if (name === "one" || name === "two") return name;
    throw new RangeError(`Cannot run on "${name}" cores as it must be one, two or one,two`);
  });
}

function worksWith(texts: readonly string[]): Work[] {
  const works = fullMatrix().filter((work) => {
    return texts.some((text) => nameOf(work).includes(text));
  });
  if (works.length > 0) return works;
  throw new RangeError(`Cannot find a work whose name has "${texts.join('", "')}"`);
}

/**
 * On one core the compiler's threads are part of a figure for more than a second. With many callers the
 * code is warm already: the works of a full run begin with one caller.
 */
const LONG_WARM_UP = 1200;

/** Each is chosen so that a run ends in the time which bench/README.md names. */
const TIMES = {
  full: (work: Work): Times => {
    if (hasTarget(work)) return { rounds: 9, milliseconds: 150, warmUp: LONG_WARM_UP };
    return { rounds: 5, milliseconds: 80, warmUp: work.callers === 1 ? LONG_WARM_UP : 300 };
  },
  quick: (): Times => ({ rounds: 5, milliseconds: 100, warmUp: LONG_WARM_UP }),
  compare: (): Times => ({ rounds: 15, milliseconds: 200, warmUp: LONG_WARM_UP }),
};

const SMOKE_TIMES: Times = { rounds: 1, milliseconds: 5, warmUp: 5 };

function positive(arg: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) {
    throw new RangeError(
      `Cannot read ${arg} as it must be > 0: found "${text}"`,
    );
  }
  return value;
}
