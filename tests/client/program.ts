/** Runs a program of this folder in a process of its own, with the permissions that are given and no others. */

/** What a program left behind. */
export interface ProgramEnd {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** Runs `programs/<name>.ts` to its end. One that does not end by itself is killed after `timeout` milliseconds. */
export async function runProgram(
  name: string,
  permissions: readonly string[],
  args: readonly string[],
  timeout = 20_000,
): Promise<ProgramEnd> {
  const path = new URL(`programs/${name}.ts`, import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", "--quiet", "--no-prompt", ...permissions, path, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(timeout),
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), error: decoder.decode(stderr) };
}
