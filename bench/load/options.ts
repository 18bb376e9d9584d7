/** The arguments of `deno task bench:load`. */
import { CLIENTS, RAW_SOCKET } from "../participants/names.ts";
import { fullMatrix, nameOf, quickMatrix, type Work } from "./work.ts";

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
}

export const USAGE =
  `deno task bench:load [--quick | --smoke] [--only TEXT]… [--participants a,b] [--rounds N] [--ms N] [--save | --no-save]

  --quick         The works that the targets name, three rounds; under a minute
  --smoke         Each operation once for a moment: shows that it runs, measures nothing
  --only TEXT     Only works whose name has TEXT, as "get 100B c64 s1"; several are alternatives
  --participants  Only these, of: ${[RAW_SOCKET, ...CLIENTS].join(", ")}
  --rounds, --ms  Rounds of a work, and the length of one
  --save          Write the dated JSON and SVG although the run is not a full one`;

/** Reads them; throws a RangeError that says what is wrong. */
export function parseOptions(args: readonly string[]): LoadOptions {
  const only: string[] = [];
  let kind: "full" | "quick" | "smoke" = "full";
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
    else if (arg === "--smoke") kind = "smoke";
    else if (arg === "--only") only.push(value());
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
  const all = kind === "full" ? fullMatrix() : quickMatrix();
  const works = all.filter((work) => {
    return only.length === 0 ||
      only.some((text) => nameOf(work).includes(text));
  });
  if (works.length === 0) {
    throw new RangeError(
      `Cannot find a work whose name has "${only.join('", "')}"`,
    );
  }
  const whole = kind === "full" && only.length === 0;
  const times = TIMES[kind];
  return {
    works,
    participants,
    rounds: rounds ?? times.rounds,
    milliseconds: milliseconds ?? times.milliseconds,
    warmUp: times.warmUp,
    save: save ?? whole,
  };
}

/** A full run of 70 works and six participants takes about eight minutes. */
const TIMES = {
  full: { rounds: 7, milliseconds: 120, warmUp: 250 },
  quick: { rounds: 5, milliseconds: 80, warmUp: 250 },
  smoke: { rounds: 1, milliseconds: 5, warmUp: 5 },
};

function positive(arg: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) {
    throw new RangeError(
      `Cannot read ${arg} as it must be > 0: found "${text}"`,
    );
  }
  return value;
}
