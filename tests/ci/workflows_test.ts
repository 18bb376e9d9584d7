/** The workflows, as far as they can be looked at without running them. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { load } from "npm:js-yaml@5.5.0";
import settings from "../../deno.json" with { type: "json" };
import { RUNTIME_NAMES } from "../runtimes/runtimes.ts";
import { MEMCACHED, NUTCRACKER, TMUX } from "../support/ensure_program.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".github/workflows/", ROOT);

Deno.test("workflows: there is a job for each place where the package is to work", async () => {
  const { ci, outside, publish } = await workflows();
  assertEquals(ci.jobs.ok.strategy?.matrix.os, ["ubuntu-latest", "macos-latest"]);
  assertEquals(ci.jobs.runtimes.strategy?.matrix.runtime, [...RUNTIME_NAMES]);
  assertEquals(outside.jobs.deno.strategy?.matrix.version, ["v2.x", "canary"]);
  assertEquals(commandsOf(outside.jobs.jsr), ["deno task jsr:check"]);
  assertEquals(commandsOf(outside.jobs.memcached).at(-1), "deno task test:live");
  assertEquals(commandsOf(publish.jobs.publish).at(-1), "deno publish --allow-dirty");
});

Deno.test("workflows: every task, file and program that a command names is there", async () => {
  for (const [name, job] of await allJobs()) {
    for (const command of commandsOf(job)) {
      for (const [, task] of command.matchAll(/(?:deno|deno@\S+) task (\S+)/g)) {
        assert(task in settings.tasks, `${name} runs ${task}, which is no task`);
      }
      for (const [path] of command.matchAll(/\.ci\/[\w./]+/g)) {
        assert(Deno.statSync(new URL(path, ROOT)).isFile, `${name}: ${path}`);
      }
    }
    for (const { uses } of job.steps) {
      if (uses !== undefined) assertMatch(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, name);
    }
  }
});

Deno.test("workflows: an action has one commit and one version everywhere", async () => {
  const pins = new Map<string, Set<string>>();
  for (const [, text] of await texts()) {
    for (const [, action, pin] of text.matchAll(/uses: ([\w/-]+)@(.*)$/gm)) {
      assertMatch(pin, /^[0-9a-f]{40} # v\d+\.\d+\.\d+$/, action);
      pins.set(action, (pins.get(action) ?? new Set()).add(pin));
    }
  }
  assertEquals([...pins.values()].map(({ size }) => size), Array(pins.size).fill(1));
});

Deno.test("workflows: Deno is the version of .ci/run, but where a newer one is the question", async () => {
  const run = await Deno.readTextFile(new URL(".ci/run", ROOT));
  const [, version] = /npx -y deno@(\d+\.\d+\.\d+)/.exec(run) as RegExpExecArray;
  for (const [name, job] of await allJobs()) {
    for (const { uses, with: given } of job.steps) {
      if (!uses?.startsWith("denoland/setup-deno@")) continue;
      const expected = name === "outside.deno" ? "${{ matrix.version }}" : version;
      assertEquals(given?.["deno-version"], expected, name);
    }
    for (const [, named] of commandsOf(job).join("\n").matchAll(/deno@(\S+)/g)) {
      assertEquals(named, version, name);
    }
  }
});

Deno.test("workflows: on Ubuntu a job installs what its tests would install as root", async () => {
  let jobs = 0;
  for (const [name, job] of await allJobs()) {
    const commands = commandsOf(job).join("\n");
    const isWhole = commands.includes(".ci/run");
    if (!isWhole && !/deno task test/.test(commands) || job.container !== undefined) continue;
    jobs++;
    const [, installed = ""] =
      /apt-get install --yes --no-install-recommends (.+)/.exec(commands) ??
        [];
    const needed = [MEMCACHED, NUTCRACKER, ...isWhole ? [TMUX] : []].map(({ name }) => name);
    for (const program of needed) {
      const isThere = installed.split(" ").includes(program) ||
        program === MEMCACHED.name && commands.includes("sudo install memcached ");
      assert(isThere, `${name} lacks ${program}`);
    }
  }
  assertEquals(jobs, 5);
});

Deno.test("workflows: every job has a limit and may only read, but for what proves where a version is from", async () => {
  for (const [name, { permissions }] of Object.entries(await workflows())) {
    assertEquals(permissions, { contents: "read" }, name);
  }
  for (const [name, job] of await allJobs()) {
    assert(job["timeout-minutes"] <= 30, name);
    const more = name === "publish.publish" ? { contents: "read", "id-token": "write" } : undefined;
    assertEquals(job.permissions, more, name);
  }
});

Deno.test("workflows: memcached's source is checked before it is built", async () => {
  const { memcached } = (await workflows()).outside.jobs;
  assertMatch(memcached.env?.MEMCACHED ?? "", /^1\.6\.\d+$/);
  assertMatch(memcached.env?.SHA1 ?? "", /^[0-9a-f]{40}$/);
  const commands = commandsOf(memcached).join("\n");
  const check = commands.indexOf("sha1sum --check");
  assert(check > commands.indexOf("curl --fail") && check < commands.indexOf("tar --extract"));
  assert(check < commands.indexOf("./configure"));
});

interface Job {
  "timeout-minutes": number;
  strategy?: { matrix: Record<string, string[]> };
  container?: string;
  permissions?: Record<string, string>;
  env?: Record<string, string>;
  steps: { uses?: string; run?: string; with?: Record<string, string> }[];
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

async function texts(): Promise<[name: string, text: string][]> {
  const files = (await Array.fromAsync(Deno.readDir(FOLDER))).map(({ name }) => name).sort();
  return await Promise.all(files.map(async (file): Promise<[string, string]> => [
    file.replace(/\.yml$/, ""),
    await Deno.readTextFile(new URL(file, FOLDER)),
  ]));
}

async function workflows(): Promise<Record<string, Workflow>> {
  return Object.fromEntries((await texts()).map(([name, text]) => [name, load(text) as Workflow]));
}

async function allJobs(): Promise<[name: string, job: Job][]> {
  return Object.entries(await workflows()).flatMap(([workflow, { jobs }]) =>
    Object.entries(jobs).map(([name, job]): [string, Job] => [`${workflow}.${name}`, job])
  );
}

function commandsOf({ steps }: Job): string[] {
  return steps.map(({ run }) => run).filter((run) => run !== undefined);
}
