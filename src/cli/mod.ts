/**
 * The command line program: reads, changes and watches memcached servers.
 *
 * ```sh
 * deno run -N jsr:@libmc/libmc/cli --servers cache1:11211,cache2:11211 get greeting
 * ```
 *
 * `docs/command_line.md` has the commands. This module runs the program where it is started as one, and exports
 * {@linkcode run} for programs of your own, which also run on Node and Bun.
 *
 * @example Run a command
 * ```ts
 * import { run } from "@libmc/libmc/cli";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * assertEquals(await run(["--servers", server.address, "set", "greeting", "hello"]), 0);
 * assertEquals(await run(["--servers", server.address, "touch", "absent", "60"]), 1);
 * ```
 *
 * @module
 */

import { realpathSync } from "node:fs";
import process from "node:process";
import type { CliIo } from "./cli_io.ts";
import { processIo } from "./process_io.ts";
import { runWith } from "./run.ts";

export type { CliInput, CliIo, CliOutput } from "./cli_io.ts";
export type { Clock } from "../clock.ts";

/**
 * Runs the program.
 *
 * @param args The arguments, as in `["--servers", "cache1:11211", "get", "greeting"]`.
 * @param io What it reads and writes: that of the process unless given. Then Ctrl-C ends the command.
 * @returns The exit code: 0 done, 1 a miss or nothing stored, 2 a wrong command line, 3 server trouble, 130 after Ctrl-C.
 *
 * @example Use the exit code
 * ```ts
 * import { run } from "@libmc/libmc/cli";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * assertEquals(await run(["-s", server.address, "incr", "visits", "--initial", "1"]), 0);
 * assertEquals(await run(["-s", server.address, "incr", "misses"]), 1);
 * ```
 */
export async function run(args: readonly string[], io?: CliIo): Promise<number> {
  if (io !== undefined) return await runWith(args, io);
  const own = processIo();
  try {
    return await runWith(args, own.io);
  } finally {
    own.leave();
  }
}

/** True if this file was started as a program. Node tells a module so from version 24 on only. */
function isProgram(): boolean {
  const { main, filename } = import.meta as { readonly main?: boolean; readonly filename?: string };
  if (main !== undefined) return main;
  const [, started] = process.argv;
  try {
    return started !== undefined && realpathSync(started) === filename;
  } catch {
    return false;
  }
}

if (isProgram()) process.exit(await run(process.argv.slice(2)));
