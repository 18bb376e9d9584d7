/** The other commands as processes: pipes that are closed, permissions that are missing, a question, Ctrl-C. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { startMemcached } from "../support/memcached.ts";
import { cliCommand } from "./cli_command.ts";
import { Terminal } from "./terminal.ts";

Deno.test("cli says nothing when the program that reads its output is done", async () => {
  await using server = await startMemcached();
  const line = cliCommand(["-s", server.address, "stats"]).join(" ");
  const command = ["bash", "-c", `set -o pipefail; ${line} | true`];
  await using terminal = await Terminal.open(command, { columns: 80, rows: 10 });
  assertEquals((await terminal.until((text) => text.includes("exit")))[0], "exit 0");
});

Deno.test("cli asks for no permission but the network, and says which one it lacks", async () => {
  await using server = await startMemcached();
  const env = { LIBMC_SERVERS: server.address };
  const options = { columns: 100, rows: 10, env };
  await using unnamed = await Terminal.open(cliCommand(["get", "a"]), options);
  const lines = await unnamed.until((text) => text.includes("exit"));
  assertEquals(lines[0], "libmc: no servers");
  assertStringIncludes(lines.join("\n"), "exit 2");
  await using named = await Terminal.open(cliCommand(["get", "a"], ["-N", "-E"]), options);
  assertEquals((await named.until((text) => text.includes("exit"))).slice(0, 2), [
    "a is not there",
    "exit 1",
  ]);
});

Deno.test("cli flush asks first, and does nothing unless the answer is yes", async () => {
  await using server = await startMemcached();
  for (const [answer, code] of [["no", 1], ["yes", 0]] as const) {
    const command = cliCommand(["-s", server.address, "flush"]);
    await using terminal = await Terminal.open(command, { columns: 100, rows: 10 });
    await terminal.until((text) => text.includes("Type yes to go on:"));
    await terminal.press(answer, "Enter");
    await terminal.until((text) => text.includes(`exit ${code}`));
  }
});

Deno.test("cli ends at Ctrl-C while it asks for something, and takes Ctrl-D for nobody", async () => {
  const asking = [
    [["flush"], "Type yes to go on:"],
    [["--user", "ada", "get", "a"], "Password of ada:"],
  ] as const;
  await Promise.all(
    asking.flatMap(([args, question]) =>
      ([["C-c", 130], ["C-d", 2]] as const).map(async ([key, code]) => {
        const command = cliCommand(["-s", "127.0.0.1:1", ...args]);
        await using terminal = await Terminal.open(command, { columns: 100, rows: 10 });
        await terminal.until((text) => text.includes(question));
        await terminal.press(key);
        await terminal.until((text) => text.includes(`exit ${code}`));
      })
    ),
  );
});

Deno.test("cli watch ends at Ctrl-C", async () => {
  await using server = await startMemcached();
  const command = cliCommand(["-s", server.address, "watch"]);
  await using terminal = await Terminal.open(command, { columns: 100, rows: 10 });
  await terminal.until((text) => text.includes("Watching fetchers, mutations"));
  await terminal.press("C-c");
  await terminal.until((text) => text.includes("exit 0"));
});

Deno.test("cli bench shows how far it is, and deletes its items when it is interrupted", async () => {
  await using server = await startMemcached();
  const command = cliCommand(["-s", server.address, "bench", "--items", "100"]);
  await using terminal = await Terminal.open(command, { columns: 100, rows: 12 });
  await terminal.until((text) => text.includes("one at a time"));
  await terminal.press("C-c");
  await terminal.until((text) => text.includes("exit 130"));
  const keys = cliCommand(["-s", server.address, "keys"]);
  await using after = await Terminal.open(keys, { columns: 100, rows: 12 });
  await after.until((text) => text.includes("There are no such items"));
});

Deno.test("cli does not show the password that it asks for", async () => {
  await using server = await startMemcached();
  const command = cliCommand(["-s", server.address, "--user", "ada", "doctor"]);
  await using terminal = await Terminal.open(command, { columns: 100, rows: 24 });
  await terminal.until((text) => text.includes("Password of ada:"));
  await terminal.press("secret", "Enter");
  const lines = await terminal.until((text) => text.includes("exit"));
  assertEquals(lines.join("\n").includes("secret"), false);
});
