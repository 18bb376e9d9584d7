/** `top` on a terminal: windows of any width, every way to end, a server that dies meanwhile. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startMemcached } from "../support/memcached.ts";
import { cliCommand } from "./cli_command.ts";
import { Terminal } from "./terminal.ts";

Deno.test("cli top shows all columns and a trend in a wide window, and q leaves the terminal as it was", async () => {
  await using server = await startMemcached();
  const command = cliCommand(["-s", `${server.address} blue`, "top"]);
  await using terminal = await Terminal.open(command, { columns: 200, rows: 12 });
  const lines = await terminal.until((text) => /blue +\d/.test(text));
  assertEquals(lines[0].slice(0, 31), "libmc top  1 server, all answer");
  assertEquals(
    lines[2].split(/ +/),
    ["server", "op/s", "hits", "ms", "memory", "items", "evict/s", "conns", "trend"],
  );
  assertEquals(await terminal.state(), { isAlternate: true, hasCursor: false });
  await terminal.press("q");
  await terminal.until((text) => text.startsWith("exit 0"));
  assertEquals(await terminal.state(), { isAlternate: false, hasCursor: true });
});

Deno.test("cli top leaves out columns in a narrow window, and takes them back in a wider one", async () => {
  await using server = await startMemcached();
  const name = "a-server-with-a-long-name";
  // What is drawn behind the first picture is drawn for the sake of the window alone.
  const command = cliCommand(["-s", `${server.address} ${name}`, "top", "-i", "3600"]);
  await using terminal = await Terminal.open(command, { columns: 40, rows: 8 });
  const lines = await terminal.until((text) => /a-server.* [<\d]/.test(text));
  assertEquals(lines[2].split(/ +/), ["server", "op/s", "hits", "ms"]);
  assert(lines.every((line) => [...line].length <= 40), lines.join("\n"));
  await terminal.resize(100, 8);
  await terminal.until((text) => text.includes("conns"));
  await terminal.resize(20, 8);
  await terminal.until((text) => text.includes("…"));
});

Deno.test("cli top ends at Ctrl-C with the terminal as it was", async () => {
  await using server = await startMemcached();
  const command = cliCommand(["-s", server.address, "top"]);
  await using terminal = await Terminal.open(command, { columns: 80, rows: 10 });
  await terminal.until((text) => text.includes("all answer"));
  await terminal.press("C-c");
  await terminal.until((text) => text.startsWith("exit 0"));
  assertEquals(await terminal.state(), { isAlternate: false, hasCursor: true });
});

Deno.test("cli top goes on when a server dies, says so, and shows it again when it is back", async () => {
  await using stays = await startMemcached();
  await using dies = await startMemcached();
  const servers = `${stays.address} stays,${dies.address} dies`;
  const command = cliCommand(["-s", servers, "top"]);
  await using terminal = await Terminal.open(command, { columns: 100, rows: 12 });
  await terminal.until((text) => text.includes("2 servers, all answer"));
  const port = dies.port!;
  await dies.stop();
  const lines = await terminal.until((text) => /dies +down/.test(text));
  assertStringIncludes(lines[0], "1 without an answer");
  assertStringIncludes(lines.join("\n"), "dies: Cannot connect to dies: Connection refused");
  await using _back = await startMemcached({ port });
  await terminal.until((text) => text.includes("2 servers, all answer"));
  await terminal.press("q");
  await terminal.until((text) => text.startsWith("exit 0"));
});

Deno.test("cli top shows what answers while a server hangs", async () => {
  await using works = await startMemcached();
  await using hangs = await startMemcached();
  const servers = `${works.address} works,${hangs.address} hangs`;
  const command = cliCommand(["-s", servers, "top"]);
  await using terminal = await Terminal.open(command, { columns: 100, rows: 12 });
  await terminal.until((text) => text.includes("2 servers, all answer"));
  hangs.pause();
  await terminal.until((text) => text.includes("hangs: no answer yet"));
  hangs.resume();
  await terminal.until((text) => text.includes("2 servers, all answer"));
});
