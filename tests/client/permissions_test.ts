/**
 * What a program must be allowed to use a client, found by running one with exactly that.
 *
 * - TCP: `--allow-net=<host>:<port>` of each server, or `--allow-net=<host>`; nothing else.
 * - A Unix socket: `--allow-net=unix:<path>` (or all of `--allow-net`), and `--allow-read=<path>` and
 *   `--allow-write=<path>`; Deno 2.9 asks for all three.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { startMemcached } from "../support/memcached.ts";
import { runProgram } from "./program.ts";

Deno.test("Client over TCP needs --allow-net for its servers and nothing else", async () => {
  await using server = await startMemcached();
  for (const net of [server.address, "127.0.0.1"]) {
    const end = await runProgram("round_trip", [`--allow-net=${net}`], [server.address]);
    assertEquals(end, { code: 0, out: "hello\n", error: "" });
  }
});

Deno.test("Client without permission says which one it lacks", async () => {
  await using server = await startMemcached();
  for (const permissions of [[], ["--allow-net=127.0.0.1:1"], ["--allow-read", "--allow-env"]]) {
    const { code, out, error } = await runProgram("round_trip", permissions, [server.address]);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(error, `Cannot connect to ${server.address}: Requires net access`);
  }
});

Deno.test("Client without permission rejects, although it is not strict", async () => {
  await using server = await startMemcached();
  await using socket = await startMemcached({ unixSocket: true });
  const unix = [`--allow-net=unix:${socket.address}`, `--allow-write=${socket.address}`];
  for (
    const [address, permissions] of [
      [server.address, ["--allow-read", "--allow-env"]],
      [socket.address, unix],
    ] as const
  ) {
    const { code, out, error } = await runProgram("soft_get", permissions, [address]);
    assertEquals([code, out], [1, ""]);
    assertStringIncludes(error, `Cannot connect to ${address}: Requires`);
    assertStringIncludes(error, "run again with the --allow-");
  }
});

Deno.test("Client over a Unix socket needs net, read and write for its path", async () => {
  await using server = await startMemcached({ unixSocket: true });
  const path = server.address;
  const net = `--allow-net=unix:${path}`;
  const files = [`--allow-read=${path}`, `--allow-write=${path}`];
  for (const permissions of [[net, ...files], ["--allow-net", ...files]]) {
    const end = await runProgram("round_trip", permissions, [path]);
    assertEquals(end, { code: 0, out: "hello\n", error: "" });
  }
  const lacking = [files, [net, files[0]], [net, files[1]]];
  for (const permissions of lacking) {
    const { code, error } = await runProgram("round_trip", permissions, [path]);
    assertEquals(code, 1);
    assertStringIncludes(error, `Cannot connect to ${path}: Requires`);
  }
});
