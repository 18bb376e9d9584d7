/**
 * Rehearses publishing. A dry run refuses linked modules inside the package's own folder, so the tracked files go into a
 * temporary folder and the stand-in for the standard library goes beside it.
 *
 * @module
 */

import { PERMISSIONS, PROGRAM } from "./jsr_check.ts";

const ROOT = `${import.meta.dirname}/..`;
const STD = ".ci/std/";

/** Copies the tracked files of `root` to `package` and `std` inside `folder`, linked to each other. */
export async function copyTracked(root: string, folder: string): Promise<void> {
  for (const path of await trackedFiles(root)) {
    const target = path.startsWith(STD)
      ? `${folder}/std/${path.slice(STD.length)}`
      : `${folder}/package/${path}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(`${root}/${path}`, target);
  }
  const config = `${folder}/package/deno.json`;
  const settings = JSON.parse(await Deno.readTextFile(config));
  settings.links = ["../std"];
  await Deno.writeTextFile(config, JSON.stringify(settings));
}

/** Paths that git tracks and that are there: a file just deleted may still be in the index. */
async function trackedFiles(root: string): Promise<string[]> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["-C", root, "ls-files", "-z"],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot list the tracked files of "${root}"`);
  const paths = new TextDecoder().decode(stdout).split("\0").filter((path) => path !== "");
  const there = await Promise.all(paths.map((path) => isFile(`${root}/${path}`)));
  return paths.filter((_, i) => there[i]);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What the compiler is to take and to refuse, with the options of this package and with those of other projects. */
const TYPES = "tests/types";

/** Checks a program in a project with settings of its own, which uses every entry point of the copied package by its path. */
async function checkInProject(folder: string): Promise<boolean> {
  const project = `${folder}/project`;
  await Deno.mkdir(project);
  const config = JSON.parse(await Deno.readTextFile(`${folder}/package/deno.json`));
  const imports = { [config.name]: `jsr:${config.name}@^${config.version}` };
  const settings = { links: ["../package", "../std"], imports };
  await Deno.writeTextFile(`${project}/deno.json`, JSON.stringify(settings));
  await Deno.copyFile(PROGRAM, `${project}/use.ts`);
  for await (const { name } of Deno.readDir(`${folder}/package/${TYPES}`)) {
    if (name.endsWith("_test.ts")) continue;
    await Deno.copyFile(`${folder}/package/${TYPES}/${name}`, `${project}/${name}`);
  }
  return await deno(project, ["check", "--quiet", "."]) &&
    await deno(project, ["run", "--quiet", "--no-prompt", ...PERMISSIONS, "use.ts"]);
}

/** Rehearses publishing the tracked files of `root`. Nothing remains of the copy. */
export async function publishCheck(root: string): Promise<boolean> {
  const folder = await Deno.makeTempDir({ prefix: "publish_check_" });
  try {
    await copyTracked(root, folder);
    const isPublished = await deno(`${folder}/package`, ["publish", "--dry-run", "--allow-dirty"]);
    return isPublished && await checkInProject(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs Deno. Returns true if it succeeds. */
async function deno(cwd: string, args: readonly string[]): Promise<boolean> {
  const io = { stdin: "null", stdout: "inherit", stderr: "inherit" } as const;
  const { success } = await new Deno.Command("deno", { args: [...args], cwd, ...io }).spawn()
    .status;
  return success;
}

if (import.meta.main) Deno.exit(await publishCheck(ROOT) ? 0 : 1);
