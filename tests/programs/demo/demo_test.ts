import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startMemcached } from "../../support/memcached.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("demo: three memcached of its own, one goes and comes back, 0 wrong", async () => {
  const { code, stdout, stderr } = await run([]);
  assertEquals(stderr, "");
  assertEquals(code, 0, stdout);
  assertMatch(stdout, /servers {2}memcached 1\.\S+, three processes of our own/);
  assertAllShown(stdout);
  assertOutageShown(stdout);
  for (const address of addressesIn(stdout)) assertEquals(await answers(address), false, address);
});

Deno.test("demo: the embedded server where memcached is not on the path", async () => {
  const empty = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await run([], { PATH: empty });
    assertEquals(stderr, "");
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, "three embedded MemcachedServers: memcached is not on the path");
    assertAllShown(stdout);
    assertOutageShown(stdout);
  } finally {
    await Deno.remove(empty);
  }
});

Deno.test("demo: given servers run on, and hold what they held", async () => {
  await using first = await startMemcached();
  await using second = await startMemcached();
  const servers = [first.address, second.address];
  await using client = new Client(servers, { strict: true });
  await client.set("theirs", "untouched");

  const { code, stdout, stderr } = await run(["--servers", servers.join(",")]);
  assertEquals(stderr, "");
  assertEquals(code, 0, stdout);
  assertStringIncludes(stdout, "servers  given by --servers, memcached 1.");
  assertAllShown(stdout);
  assertStringIncludes(stdout, "not shown: servers given by --servers are not ours to stop");
  assertStringIncludes(stdout, "are left as they were: all ");
  assert(!stdout.includes("goes down, failover off"));
  await assertUntouched(client);
});

Deno.test("demo: what is not stored counts as wrong", async () => {
  await using server = await MemcachedServer.start({ itemSizeLimit: 50_000 });
  const { code, stdout } = await run([`--servers=${server.address}`]);
  assertEquals(code, 1, stdout);
  assertMatch(stdout, /✗ stored /);
  assertMatch(stdout, /^ {4}wrong: file:[\w/.-]+ was not stored$/m);
  assertMatch(stdout, /: \d[\d,]* wrong\n$/);
  assert(!stdout.includes(" 0 wrong"));
  assertEquals(server.items, 0);
});

Deno.test("demo: one line for servers that are not there", async () => {
  const { code, stderr } = await run(["--servers", "127.0.0.1:1"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^Cannot use all of the servers: Cannot connect to 127\.0\.0\.1:1.*\n$/);
});

Deno.test("demo: one line for arguments that cannot be used", async () => {
  const refused: [args: string[], line: string][] = [
    [["--fast"], 'Cannot use argument "--fast": try --help\n'],
    [["again"], 'Cannot use argument "again": try --help\n'],
    [["--servers"], "Cannot read --servers as its list is missing: try --help\n"],
    [["--servers", "--help"], "Cannot read --servers as its list is missing: try --help\n"],
    [["--servers", "a,,b"], 'Cannot use server "" as it is empty: write "host" or "host:port"\n'],
    [
      ["--servers=a:1,a:1"],
      'Cannot use two servers named "a:1", which are numbers 1 and 2 of the list: ' +
      "take one of them out, as they are the same\n",
    ],
  ];
  for (const [args, line] of refused) {
    assertEquals(await run(args), { code: 2, stdout: "", stderr: line });
  }
});

Deno.test("demo: --help fits a terminal", async () => {
  const { code, stdout, stderr } = await run(["--help"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^deno task demo \[--servers a,b,c\]\n/);
  assertEquals(tooWide(stdout), []);
});

Deno.test("demo: an interruption stops its servers", async () => {
  const { code, stdout, stderr } = await interrupted([]);
  assertEquals([code, stderr], [130, ""], stdout);
  const addresses = addressesIn(stdout);
  assertEquals(addresses.length, 3);
  for (const address of addresses) assertEquals(await answers(address), false, address);
  assert(!stdout.includes(" wrong"), stdout);
});

Deno.test("demo: an interruption leaves given servers as they were", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, { strict: true });
  await client.set("theirs", "untouched");
  const { code, stdout, stderr } = await interrupted(["--servers", server.address]);
  assertEquals([code, stderr], [130, ""], stdout);
  await assertUntouched(client);
});

/** What every run shows, whatever the servers. */
function assertAllShown(stdout: string): void {
  const [, files, records] = /data {5}([\d,]+) files as bytes, ([\d,]+) lines of source as JSON/
    .exec(stdout)!;
  assert(Number(files.replace(",", "")) > 100, files);
  assert(Number(records.replace(",", "")) >= 1000, records);
  for (
    const line of [
      /^ {2}\S+ +[\d,]+ +[\d.]+ % {2}[█-▏]+ +[\d.]+ MB$/m,
      /^ {2}stored: setMulti\(\), one call +[\d.]+ +[\d,]+ +\d/m,
      /^ {2}read: {3}getMulti\(\), one call +[\d.]+ +[\d,]+ +\d/m,
      /✓ stored \d × [\d.]+ MB and read it \d+ times: every byte compared/,
      /✓ 64 bits: 18446744073709551615, /,
      /✓ 100 callers at once drew 100 different numbers, the last one 100/,
      /✓ a race of two: the first has won, the second has lost/,
      /✓ 10 writers at once, who try again: 10 guests/,
      /✓ first call: 1 load, [\d.]+ ms; second call: a hit, [\d.]+ ms\n/,
      /✓ a stampede of 200 on one key, from 4 clients: 1 load, all have it in \d+ ms\n/,
      /✓ stale while it is refreshed: 200 callers have the old value, in [\d.]+ ms\n/,
      /✓ refreshed by 1 load: then all 200 have the new value\n/,
      /✓ stored for 2 s: a hit at once, a miss [\d.]+ s later/,
      /✓ flushAll\(\) while it is not allowed: TypeError/,
      /\n[\d,]+ answers compared in [\d.]+ s: 0 wrong\n$/,
    ]
  ) assertMatch(stdout, line);
  assert(!stdout.includes("✗"), stdout);
  assert(!stdout.includes("\x1b") && !stdout.includes("\r"), "not a terminal: no colours");
  assertEquals(tooWide(stdout), []);
}

/** What is shown of a server that goes down and comes back. */
function assertOutageShown(stdout: string): void {
  for (
    const line of [
      /cache2 goes down, failover off\n {2}✓ its [\d,]+ keys miss, the other [\d,]+ are hits/,
      /✓ the client's events said so\n(?: {4}.+\n)* {4}dead cache2: /,
      /✓ its keys are stored again: [\d,]+ on cache[13], [\d,]+ on cache[13]\n/,
      /cache2 comes back\n {2}✓ found again \d+ ms after/,
      /✓ the client's events said so\n(?: {4}.+\n)* {4}alive cache2\n/,
      /✓ all [\d,]+ keys are hits again, every byte compared\n/,
    ]
  ) assertMatch(stdout, line);
}

async function assertUntouched(client: Client): Promise<void> {
  assertEquals(await client.get("theirs"), "untouched");
  const stats = Array.from((await client.stats()).values());
  const items = stats.reduce((sum, { curr_items }) => sum + Number(curr_items), 0);
  assertEquals(items, 1);
  for (const { cmd_flush } of stats) assertEquals(cmd_flush, 0);
}

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the demo to its end, with no more permissions than its task has. */
async function run(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { code, stdout, stderr } = await command(args, env).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs the demo, and interrupts it once its servers hold something. */
async function interrupted(args: string[]): Promise<Outcome> {
  const child = command(args).spawn();
  const stderr = new Response(child.stderr).text();
  let stdout = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const before = stdout.includes("Counters");
    stdout += text;
    if (!before && stdout.includes("Counters")) {
      // As from a terminal: once from there, and once passed on by `deno task`.
      child.kill("SIGINT");
      child.kill("SIGINT");
    }
  }
  return { code: (await child.status).code, stdout, stderr: await stderr };
}

function command(args: string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(denoOnPath(), {
    args: ["run", "-q", "-P=demo", "tests/programs/demo/main.ts", ...args],
    cwd: ROOT,
    env,
    stdout: "piped",
    stderr: "piped",
  });
}

/** By its whole path, as Deno looks for a bare name on the path of the child. */
function denoOnPath(): string {
  for (const folder of Deno.env.get("PATH")!.split(":")) {
    try {
      if (Deno.statSync(`${folder}/deno`).isFile) return `${folder}/deno`;
    } catch {
      continue;
    }
  }
  return "deno";
}

function addressesIn(stdout: string): string[] {
  return Array.from(stdout.matchAll(/^ +(127\.0\.0\.1:\d+) cache\d$/gm), ([, address]) => address);
}

async function answers(address: string): Promise<boolean> {
  const [hostname, port] = address.split(":");
  try {
    (await Deno.connect({ hostname, port: Number(port) })).close();
    return true;
  } catch {
    return false;
  }
}

function tooWide(text: string): string[] {
  return text.split("\n").filter((line) => Array.from(line).length > 79);
}
