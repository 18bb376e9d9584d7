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

Deno.test("cli takes weights behind the place of a server, and ring says what each is due", async () => {
  const distribution = ["--distribution", "ketama_weighted"];
  const servers = ["10.0.0.1:11211*3 blue*2", "[::1]*2", "10.0.0.3"];
  const ended = await cli([...distribution, "ring", "--json"], { servers });
  const setUp = {
    distribution: "ketama_weighted" as const,
    servers: [
      { server: "10.0.0.1:11211 blue*2", weight: 3 },
      { server: "[::1]", weight: 2 },
      "10.0.0.3",
    ],
  };
  const keys = Array.from({ length: 10_000 }, (_, i) => `key:${i}`);
  const counted = [...compareDistributions(setUp, setUp, keys).servers];
  assertEquals(
    jsonLines(ended),
    counted.map(([server, { before }], index) => {
      return { server, keys: before, share: before / 10_000, due: [3, 2, 1][index] / 6 };
    }),
  );
  const { out } = await cli([...distribution, "ring"], { servers });
  assertStringIncludes(out, "50.0 %");
  const key = await cli([...distribution, "ring", "a", "--json"], { servers });
  const moved = await cli([...distribution, "ring", "--with", "d*9", "--json"], { servers });
  assertEquals([key.code, moved.code], [0, 0]);
  const { after } = jsonLines(moved)[3] as { after: number };
  assertEquals(after > 5000, true, `${after}`);
});

Deno.test("cli says how weights are written, and which distributions have none", async () => {
  const none = await cli(["ring"], { servers: ["10.0.0.1*2", "10.0.0.2"] });
  assertEquals([none.code, none.out], [2, ""]);
  assertStringIncludes(none.err, "has no weights");
  const other = await cli(["--preset", "twemproxy", "ring"], { servers: ["10.0.0.1:11211:2 a"] });
  assertEquals([other.code, other.out], [2, ""]);
  assertStringIncludes(other.err, "Write 10.0.0.1:11211*2 if");
  const ignored = await cli(["ring"], { servers: ["10.0.0.1:11211:2", "10.0.0.2"] });
  assertEquals(ignored.code, 0);
});

Deno.test("cli takes what else decides whose a key is: hash tag, hash prefix, long keys", async () => {
  const serverOf = async (key: string, ...args: string[]) => {
    const ended = await cli([...args, "ring", key, "--json"], { servers: SERVERS });
    return (jsonLines(ended)[0] as { server: string }).server;
  };
  const tag = ["--hash-tag", "{}"];
  for (const key of ["a{user}", "b{user}", "c{user}"]) {
    assertEquals(await serverOf(key, ...tag), await serverOf("user"));
  }
  for (let i = 0; i < 5; i++) {
    const prefix = ["--prefix", "shop:", "--hash-prefix", "no", "--distribution", "modulo"];
    const plain = ["--distribution", "modulo"];
    assertEquals(await serverOf(`k${i}`, ...prefix), await serverOf(`k${i}`, ...plain));
  }
  const long = await cli(["--long-keys", "hash", "ring", "x".repeat(300)], { servers: SERVERS });
  assertEquals(long.code, 0);
});

Deno.test("cli ring makes up more keys for more servers, places any number, and hears Ctrl-C meanwhile", async () => {
  const servers = Array.from(
    { length: 300 },
    (_, index) => `10.0.0.${index % 250}:${1000 + index}`,
  );
  const { out } = await cli(["ring"], { servers });
  assertStringIncludes(out, "30,000 keys; an even share is 0.3 %");
  const many = await cli(["ring", "-n", "450001", "--json"], { servers: SERVERS });
  const sum = jsonLines(many).reduce<number>(
    (total, line) => total + (line as { keys: number }).keys,
    0,
  );
  assertEquals(sum, 450_001);
  const controller = new AbortController();
  const ended = cli(["ring", "-n", "10000000"], { servers: SERVERS, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("Interrupted")), 10);
  assertEquals(await ended, { code: 130, out: "", err: "" });
});
