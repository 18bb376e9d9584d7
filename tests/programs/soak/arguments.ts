/** The arguments of `deno task soak`. */

/** What the soak is to do. */
export interface SoakArguments {
  /** Print the usage, and nothing else. */
  readonly help: boolean;
  readonly minutes: number;
  readonly callers: number;
  readonly rate: number;
  readonly seed: number;
}

export const USAGE = `deno task soak [--minutes N] [--callers N] [--rate N] [--seed N]

  Many callers use three live memcached at once, each behind a proxy: some call
  one method after the other, others arrive at a fixed rate whether or not
  anybody was answered. The proxies delay, stall, drop, cut, reset and refuse at
  random; the servers are paused, hang, are killed and started again. Each value
  carries its key and a checksum. A third of the callers have keys that are too
  long, another distribution, values near, and make up for what a server missed.

  Meanwhile several clients write split values under the same keys; others ask a
  fourth memcached for no replies over three connections, and read back what
  they wrote; others change one key several times at once, and repeat what a
  reset has lost; others load, update, invalidate and lock the same few keys, in
  a namespace and by meta commands, too; two clients move from one server to
  another, both of which fail, while their stages are turned; others meet
  replies that are nobody's, items that promise too much, and a proxy that
  answers with an error and closes. Listeners of events call the clients, and the
  program works now and then for a second.

  --minutes N   How long, 1 unless given; may be a fraction
  --callers N   How many callers at once, 32 unless given, at least 16
  --rate N      How many calls a second arrive besides, 100 unless given
  --seed N      Seed of all that is random; a new one unless given
  --help        Print this

  Exit code: 0 no wrong answer, no call that did not settle or took too long,
  servers that hang told as dead, all sockets closed, memory flat and bounded;
  1 else; 2 it was called wrongly. Ctrl-C ends it early, with the figures so
  far.`;

/**
 * Reads the arguments.
 *
 * @throws {RangeError} If one is unknown, incomplete or out of range; the message is one line.
 */
export function parseArguments(args: readonly string[]): SoakArguments {
  const found = {
    help: false,
    minutes: 1,
    callers: 32,
    rate: 100,
    seed: Math.floor(Math.random() * 2 ** 32),
  };
  for (let i = 0; i < args.length; i++) {
    const [name, given] = args[i].split("=", 2);
    if (name === "--help" || name === "-h") return { ...found, help: true };
    const value = () => Number(given ?? args[++i] ?? NaN);
    if (name === "--minutes") found.minutes = within(name, value(), 0.01, 100_000);
    else if (name === "--callers") found.callers = whole(name, value(), 16, 10_000);
    else if (name === "--rate") found.rate = whole(name, value(), 1, 10_000);
    else if (name === "--seed") found.seed = whole(name, value(), 0, 2 ** 32 - 1);
    else throw new RangeError(`Cannot use argument "${args[i]}": try --help`);
  }
  return found;
}

function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new RangeError(`Cannot use ${name} ${value}: it must be from ${least} to ${most}`);
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value)) return within(name, value, least, most);
  throw new RangeError(`Cannot use ${name} ${value}: it must be a whole number`);
}
