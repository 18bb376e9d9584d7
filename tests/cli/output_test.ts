/** Where the output goes: full disks, closed pipes, terminals that a value must not drive, terminals that can do nothing. */

import { MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../src/version.ts";
import { cli } from "./captured_io.ts";
import { hurried, stepping } from "./clocks.ts";

/** An escape sequence as one character of 8 bits, which JSON leaves as it is, and one that turns the writing round. */
const HOSTILE = "a\x9b2J\u202eb\u{e0001}";

Deno.test("cli says that its output could not be written, and reports no bug", async () => {
  await using server = await MemcachedServer.start();
  const onWrite = (text: string) => {
    if (!text.startsWith("libmc:")) throw Object.assign(new Error("No space left on device"));
  };
  const { code, err } = await cli(["stats"], { servers: [server.address], onWrite });
  assertEquals([code, err], [2, "libmc: cannot write the output: No space left on device\n"]);
});

Deno.test("cli keeps its exit code when nobody hears its messages", async () => {
  await using server = await MemcachedServer.start();
  const onWrite = () => {
    throw Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  };
  const servers = [server.address];
  assertEquals((await cli(["get", "absent"], { servers, onWrite })).code, 1);
  assertEquals((await cli(["get", "a"], { servers: ["127.0.0.1:1"], onWrite })).code, 3);
  assertEquals((await cli(["gett"], { servers, onWrite })).code, 2);
});

Deno.test("cli --json on a terminal writes control characters out, and is the same JSON", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  await cli(["set", "k", HOSTILE], { servers });
  const { out } = await cli(["get", "k", "--json"], { servers, isTerminal: true });
  assertEquals(JSON.parse(out).value, HOSTILE);
  assertEquals(["\x9b", "\u202e"].some((character) => out.includes(character)), false);
});

Deno.test("cli lets no error line of a server drive a terminal", async () => {
  for (const json of [[], ["--json"]]) {
    await using server = await ScriptedServer.start({
      script: [["SERVER_ERROR \x1b[2Jgone\x9b\r\n"]],
    });
    const world = { servers: [server.address], isTerminal: true, env: { NO_COLOR: "1" } };
    const { code, err } = await cli(["get", "a", ...json], world);
    assertEquals(code, 3);
    assertStringIncludes(err, "[2Jgone");
    assertEquals(["\x1b", "\x9b"].some((character) => err.includes(character)), false);
  }
});

Deno.test("cli draws and paints nothing on a terminal that is dumb", async () => {
  await using server = await MemcachedServer.start();
  const world = { servers: [server.address], isTerminal: true, env: { TERM: "dumb" } };
  const top = await cli(["top", "-n", "2"], { ...world, clock: hurried() });
  const bench = await cli(["bench", "--seconds", "1"], { ...world, clock: stepping() });
  const stats = await cli(["stats"], world);
  for (const { code, out, err } of [top, bench, stats]) {
    assertEquals([code, `${out}${err}`.includes("\x1b")], [0, false]);
  }
});

Deno.test("cli tells its version, and takes what follows -- for no option", async () => {
  assertEquals(await cli(["--version"]), { code: 0, out: `${VERSION}\n`, err: "" });
  await using server = await MemcachedServer.start();
  const { code, err } = await cli(["get", "--", "--json"], { servers: [server.address] });
  assertEquals([code, err], [1, "--json is not there\n"]);
});
