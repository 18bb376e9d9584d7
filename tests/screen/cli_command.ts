/** The command line program as a process, with the permissions that its documentation asks for. */

const MAIN = new URL("../../src/cli/mod.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Gives the command that runs the program. */
export function cliCommand(
  args: readonly string[],
  permissions: readonly string[] = ["-N"],
): string[] {
  return ["deno", "run", "-q", "--config", CONFIG, ...permissions, MAIN, ...args];
}
