/**
 * `deno task test:suites [unstorage=FOLDER] [keyv=FOLDER]`: runs the suites by which libraries test their own stores on the
 * stores of this package, by vitest on Node, against a live memcached, and says how many tests passed. Two of them are in no
 * package: they come from clones of their repositories, made now unless folders are given.
 */

import { startMemcached } from "../../support/memcached.ts";
import { Programs, run } from "../../runtimes/runtimes.ts";
import { PACKAGES, REPOSITORIES, type Repository, SETTINGS, SUITES } from "./suites.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

/** What vitest says of a file. */
interface FileReport {
  readonly name: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

await using programs = await Programs.fetch({ npm: "npm@11.19.1" });
await using server = await startMemcached();
const node = await programs.runtime("node24");
const folder = await Deno.makeTempDir({ prefix: "libmc-suites-" });
await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
await Deno.writeTextFile(
  `${folder}/package.json`,
  JSON.stringify({ type: "module", dependencies: PACKAGES }),
);
// The suite of Keyv 5 asks for another vitest than there is by now.
const npm = [`${programs.folderOf("npm")}/bin/npm-cli.js`, "install", "--legacy-peer-deps"];
await run(node.program, [...npm, "--ignore-scripts", "--no-audit", "--no-fund"], folder);
const given = new Map(Deno.args.map((arg) => arg.split("=", 2) as [string, string]));
for (const repository of REPOSITORIES) {
  const { name } = repository;
  await takeFrom(given.get(name) ?? await clone(repository), repository);
}
await Deno.writeTextFile(`${folder}/vitest.config.mjs`, SETTINGS(ROOT, folder));
for (const { file, text } of SUITES) {
  await Deno.writeTextFile(`${folder}/suites/${file}`, text(server.address));
}
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=json"];
const { stdout } = await ran(node.program, vitest, folder);
const { testResults } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
  testResults: readonly FileReport[];
};
let hasFailed = false;
for (const { file, of } of SUITES) {
  const results = testResults.find(({ name }) => name.endsWith(file))?.assertionResults ?? [];
  const count = (status: string) => results.filter((result) => result.status === status).length;
  const [passed, failed, skipped] = ["passed", "failed", "skipped"].map(count);
  console.log(`${of}: ${passed} passed of ${results.length}, ${skipped} skipped`);
  for (const { fullName } of results.filter(({ status }) => status === "failed")) {
    console.log(`  failed: ${fullName}`);
  }
  if (failed > 0 || passed === 0) hasFailed = true;
}
if (hasFailed) Deno.exitCode = 1;

/** Clones the newest state of a repository. */
async function clone({ name, url }: Repository): Promise<string> {
  const path = `${folder}/${name}-clone`;
  await run("git", ["clone", "--quiet", "--depth=1", url, path]);
  return path;
}

/** Copies what is needed of a clone to where the packages are. */
async function takeFrom(path: string, { name, files }: Repository): Promise<void> {
  await Deno.mkdir(`${folder}/suites/${name}`, { recursive: true });
  for (const file of files) {
    const target = `${folder}/suites/${name}/${file}`;
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await run("cp", ["-r", `${path}/${file}`, target]);
  }
}

/** Runs a program that may end with a failure, which is told by what it writes. */
async function ran(program: string, args: string[], cwd: string): Promise<{ stdout: string }> {
  const command = new Deno.Command(program, { args, cwd, stdin: "null", stderr: "inherit" });
  return { stdout: new TextDecoder().decode((await command.output()).stdout) };
}
