/** The arguments of `deno task demo`. */

import { Client } from "@libmc/libmc";

/** What the demo is to do. */
export interface DemoArguments {
  /** Print the usage, and nothing else. */
  readonly help: boolean;
  /** Server strings of servers that are there already; undefined: the demo starts its own. */
  readonly servers: readonly string[] | undefined;
}

export const USAGE = `deno task demo [--servers a,b,c]

  Shows the client at work: stores every file of this repository, and a JSON
  record for each line of its source, on three servers, reads everything back
  and compares every byte, lets 200 callers ask for one value that has to be
  loaded, and takes one of the servers away for a while.

  --servers LIST  Use these servers, as in "cache1:11211,cache2:11211", instead
                  of three of its own. They are left running, and left as they
                  were: only the keys that the demo stored are removed.
  --help          Print this

  Exit code: 0 all was right, 1 something was wrong, 2 it was called wrongly,
  130 it was interrupted.`;

/**
 * Reads the arguments.
 *
 * @throws {RangeError} If one is unknown or incomplete; the message is one line.
 * @throws {TypeError} If a server string cannot be used, or two servers have one name.
 */
export function parseArguments(args: readonly string[]): DemoArguments {
  let servers: readonly string[] | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--help" || arg === "-h") return { help: true, servers: undefined };
    else if (arg === "--servers") servers = serversOf(args[++i]);
    else if (arg.startsWith("--servers=")) servers = serversOf(arg.slice("--servers=".length));
    else throw new RangeError(`Cannot use argument "${arg}": try --help`);
  }
  return { help: false, servers };
}

function serversOf(list: string | undefined): readonly string[] {
  if (list === undefined || list.startsWith("--")) {
    throw new RangeError("Cannot read --servers as its list is missing: try --help");
  }
  const servers = list.split(",").map((server) => server.trim());
  // Nothing is dialled: the client reads the server strings, and refuses what it cannot use.
  new Client(servers);
  return servers;
}
