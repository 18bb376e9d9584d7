/** `ring`: which asks no server. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { compareDistributions } from "@libmc/libmc";
import { cli, jsonLines } from "./captured_io.ts";

const SERVERS = ["10.0.0.1", "10.0.0.2 blue", "10.0.0.3"];

Deno.test("cli ring shows the share of each server as the client places keys", async () => {
  const stdin = Array.from({ length: 300 }, (_, i) => `user:${i}`).join("\n");
  const ended = await cli(["ring", "--keys", "-", "--json"], { servers: SERVERS, stdin });
  const { servers } = compareDistributions(
    { servers: SERVERS },
    { servers: SERVERS },
    stdin.split("\n"),
  );
  assertEquals(
    jsonLines(ended),
    [...servers].map(([server, { before }]) => ({ server, keys: before, share: before / 300 })),
  );
  const file = await cli(["ring", "--keys", "keys.txt", "--json"], {
    servers: SERVERS,
    files: { "keys.txt": `${stdin}\n` },
  });
  assertEquals(file, ended);
});

Deno.test("cli ring says how many keys move when servers go and come", async () => {
  const args = ["ring", "--sample", "2000", "--without", "blue", "--with", "10.0.0.4"];
  const ended = await cli([...args, "--json"], { servers: SERVERS });
  const keys = Array.from({ length: 2000 }, (_, i) => `key:${i}`);
  const { moved, share } = compareDistributions(
    { servers: SERVERS },
    { servers: ["10.0.0.1", "10.0.0.3", "10.0.0.4"] },
    keys,
  );
  const lines = jsonLines(ended);
  assertEquals(lines.at(-1), { keys: 2000, moved, share });
  assertEquals(lines.length, 5);
  const { out } = await cli(args, { servers: SERVERS });
  assertStringIncludes(out, "get another server: each of them misses once");
});

Deno.test("cli ring is placed by presets, and explains single keys", async () => {
  const args = ["--preset", "gomemcache", "ring", "user:1"];
  const { code, out } = await cli(args, { servers: ["10.0.0.1", "10.0.0.2"] });
  assertEquals(code, 0);
  assertStringIncludes(out, "user:1  10.0.0.1:11211");
});

Deno.test("cli ring fits its bars into a narrow window", async () => {
  const { out } = await cli(["ring"], { servers: SERVERS, columns: 50 });
  for (const line of out.split("\n")) assertEquals([...line].length <= 50, true, line);
});

Deno.test("cli ring says which servers there are when none is called so, and keeps one", async () => {
  const unknown = await cli(["ring", "--without", "red"], { servers: SERVERS });
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.err, "10.0.0.1:11211, blue, 10.0.0.3:11211");
  const none = await cli(["ring", "--without", "blue"], { servers: ["10.0.0.2 blue"] });
  assertEquals(none.code, 2);
  const empty = await cli(["ring", "--keys", "-"], { servers: SERVERS });
  assertEquals([empty.code, empty.err.split("\n")[0]], [2, "libmc: no keys"]);
});
