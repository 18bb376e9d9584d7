/**
 * Sees to it that the live tests find the programs they run, or says in one line how to install them. It is a process of
 * its own, as a process may only run programs that were there when it started, unless it may run anything.
 */
import {
  CHROMIUM,
  ensureProgram,
  MEMCACHED,
  NUTCRACKER,
  OPENSSL,
  TMUX,
} from "../tests/support/ensure_program.ts";

/** Those that few tests need: named on the command line. */
const OTHERS = [CHROMIUM, TMUX].filter(({ name }) => Deno.args.includes(name));

try {
  for (const program of [MEMCACHED, NUTCRACKER, OPENSSL, ...OTHERS]) await ensureProgram(program);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
