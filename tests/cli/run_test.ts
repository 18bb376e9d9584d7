/** The command line itself: mistakes, exit codes, set-up, output that is closed. */

import { MemcachedServer } from "@libmc/libmc/testing";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cli } from "./captured_io.ts";

const NOBODY = "127.0.0.1:1";

Deno.test("cli without a command shows its help, and ends with 2; --help ends with 0", async () => {
  const bare = await cli([]);
  assertEquals([bare.code, bare.out], [2, ""]);
  assertStringIncludes(bare.err, "Usage: libmc [options] [command]");
  const asked = await cli(["--help"]);
  assertEquals([asked.code, asked.err], [0, ""]);
  assertStringIncludes(asked.out, "Exit codes: 0 done");
  const ofOne = await cli(["get", "--help"]);
  assertEquals(ofOne.code, 0);
  assertStringIncludes(ofOne.out, "--servers <list>");
});

Deno.test("cli says what was meant where a command or an option is misspelt", async () => {
  const command = await cli(["gett", "a"]);
  assertEquals([command.code, command.out], [2, ""]);
  assertStringIncludes(command.err, "Did you mean get?");
  const option = await cli(["get", "a", "--serverz", "b"]);
  assertEquals(option.code, 2);
  assertStringIncludes(option.err, "Did you mean --servers?");
  const missing = await cli(["set", "a"]);
  assertEquals(missing.code, 2);
  assertStringIncludes(missing.err, "libmc set --help");
  const time = await cli(["touch", "a", "10x"]);
  assertEquals(time.code, 2);
  assertStringIncludes(time.err, '"15m"');
});

Deno.test("cli --json tells mistakes as JSON, on standard error", async () => {
  for (const args of [["gett", "--json"], ["get", "a", "--json"], ["--json", "touch", "a", "x"]]) {
    const { code, out, err } = await cli(args, { isTerminal: true });
    assertEquals([code, out], [2, ""]);
    const { error } = JSON.parse(err);
    assertEquals([typeof error.message, typeof error.wayOut], ["string", "string"]);
    assertEquals(err.includes("\x1b"), false);
  }
});

Deno.test("cli without servers says how to name them", async () => {
  const { code, out, err } = await cli(["get", "a"]);
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, "--servers host:port");
  assertStringIncludes(err, "LIBMC_SERVERS");
});

Deno.test("cli ends with 2 for keys and servers that cannot be", async () => {
  for (
    const args of [["get", "a b"], ["-s", "127.0.0.1:x", "get", "a"], ["--hash", "no", "get", "a"]]
  ) {
    const { code, out, err } = await cli(args, { servers: [NOBODY] });
    assertEquals([code, out], [2, ""], args.join(" "));
    assertMatch(err, /^libmc: Cannot use /);
  }
});

Deno.test("cli ends with 2 for a list of servers with spaces in place of commas", async () => {
  for (const given of ["a:1 b:2", "a:1 b:2 c:3"]) {
    const { code, err } = await cli(["get", "a"], { env: { LIBMC_SERVERS: given } });
    assertEquals([code, err.split("\n").slice(0, 2)], [2, [
      `libmc: "${given}" holds several servers`,
      `Write them with commas: ${given.replaceAll(" ", ",")}`,
    ]]);
  }
});

Deno.test("cli ends with 3 where a server is not there, and with --json says so in JSON", async () => {
  const { code, out, err } = await cli(["get", "a"], { servers: [NOBODY] });
  assertEquals([code, out], [3, ""]);
  assertMatch(err, /^libmc: Cannot connect to 127\.0\.0\.1:1: /);
  assertStringIncludes(err, "doctor");
  const ended = await cli(["get", "a", "--json"], { servers: [NOBODY] });
  const { error } = JSON.parse(ended.err);
  assertEquals([ended.code, ended.out, error.details.server, error.details.step], [
    3,
    "",
    NOBODY,
    "dial",
  ]);
});

Deno.test("cli takes servers from several options, and from LIBMC_SERVERS", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const args = ["-s", `${one.address}, ${two.address} blue`];
  const ended = await cli([...args, "stats", "--json"]);
  assertEquals(ended.code, 0);
  const names = ended.out.trim().split("\n").map((line) => JSON.parse(line).server);
  assertEquals(names, [one.address, "blue"]);
  const named = await cli(["-s", one.address, "stats", "-s", two.address, "--json"]);
  assertEquals(named.out.trim().split("\n").length, 2);
  const env = { LIBMC_SERVERS: `${one.address}\n${two.address}` };
  assertEquals((await cli(["stats", "--json"], { env })).out.trim().split("\n").length, 2);
});

Deno.test("cli ends with 0 and says nothing when nobody reads its output any more", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  const closed = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  const onWrite = () => {
    throw closed;
  };
  for (const args of [["stats"], ["--help"]]) {
    assertEquals(await cli(args, { servers, onWrite }), { code: 0, out: "", err: "" });
  }
});

Deno.test("cli ends with 130 when it is interrupted", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["get"] });
  const controller = new AbortController();
  const ended = cli(["get", "a"], { servers: [server.address], signal: controller.signal });
  setTimeout(() => controller.abort(new Error("Interrupted")), 20);
  assertEquals(await ended, { code: 130, out: "", err: "" });
});

Deno.test("cli stats has a column for each server, and colours only for people who want them", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const servers = [one.address, two.address];
  await cli(["set", "a", "1"], { servers });
  const plain = await cli(["stats"], { servers });
  assertEquals([plain.code, plain.err], [0, ""]);
  const [head, ...lines] = plain.out.split("\n");
  assertEquals(head.trim().split(/ +/), servers);
  assertMatch(
    lines.find((line) => line.startsWith("curr_items")) ?? "",
    /^curr_items +[01] +[01]$/,
  );
  const colours = await cli(["stats"], { servers, isTerminal: true });
  assertStringIncludes(colours.out, "\x1b[1m");
  const env = { NO_COLOR: "1" };
  const wanted = await cli(["stats"], { servers, isTerminal: true, env });
  assertEquals(wanted.out.includes("\x1b"), false);
  for (const family of ["settings", "items", "slabs", "conns"]) {
    const ended = await cli(["stats", family], { servers });
    assertEquals([ended.code, ended.err], [0, ""], family);
  }
});

Deno.test("cli reads the password from the environment, a file or a person, and never from an argument", async () => {
  const none = await cli(["--user", "ada", "get", "a"], { servers: [NOBODY] });
  assertEquals(none.code, 2);
  assertStringIncludes(none.err, "LIBMC_PASSWORD");
  const asked = await cli(["--user", "ada", "get", "a"], {
    servers: [NOBODY],
    answers: ["secret"],
  });
  assertEquals(asked.code, 3);
  assertMatch(asked.err, /^Password of ada: \n/);
  const file = await cli(["--user", "ada", "--password-file", "pw", "get", "a"], {
    servers: [NOBODY],
    files: { pw: "secret\n" },
  });
  assertEquals(file.code, 3);
  for (const { out, err } of [asked, file]) assertEquals(`${out}${err}`.includes("secret"), false);
  const absent = await cli(["--ca", "no.pem", "get", "a"], { servers: [NOBODY] });
  assertEquals([absent.code, absent.err], [2, "libmc: cannot read no.pem: No such file\n"]);
});
