/**
 * Checks the newest release as JSR serves it: adds it to an empty project by its version, and runs a program there that
 * uses every entry point. While there is no release, it says so and succeeds.
 *
 * @module
 */

const ROOT = `${import.meta.dirname}/..`;

/** The program, which the rehearsal of publishing runs as well. */
export const PROGRAM: string = `${import.meta.dirname}/jsr_check/use.ts`;

/** What the program may do. */
export const PERMISSIONS: readonly string[] = [
  "--allow-net=127.0.0.1",
  "--allow-env=LIBMC_SERVERS",
];

/** The newest version of some tags: `v1.10.0` is newer than `v1.9.1`, and no pre-release is a release. */
export function newestOf(tags: readonly string[]): string | undefined {
  const versions = tags.map((tag) => /^v(\d+)\.(\d+)\.(\d+)$/.exec(tag))
    .filter((found) => found !== null)
    .map((found) => found.slice(1).map(Number));
  return versions.sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2])[0]?.join(".");
}

/** Checks one version. */
async function check(version: string): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "jsr_check_" });
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    await Deno.copyFile(PROGRAM, `${folder}/use.ts`);
    return await deno(["add", `jsr:@libmc/libmc@${version}`], folder) &&
      await deno(["check", "use.ts"], folder) &&
      await deno(["run", "--no-prompt", ...PERMISSIONS, "use.ts"], folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function deno(args: readonly string[], cwd: string): Promise<boolean> {
  const io = { stdin: "null", stdout: "inherit", stderr: "inherit" } as const;
  const { success } = await new Deno.Command("deno", { args: [...args], cwd, ...io }).spawn()
    .status;
  return success;
}

async function tags(): Promise<string[]> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["-C", ROOT, "tag", "--list", "v*"],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot list the tags of the repository");
  return new TextDecoder().decode(stdout).split("\n");
}

if (import.meta.main) {
  const version = newestOf(await tags());
  if (version !== undefined) Deno.exit(await check(version) ? 0 : 1);
  console.log("Skipped: nothing has been released yet, as there is no tag such as v0.1.0");
}
