/** `top` and what it draws, by a clock that the test turns. */

import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Scene, screenLines } from "../../src/cli/top/screen.ts";
import type { ServerFigures } from "../../src/cli/top/figures.ts";
import { cli, jsonLines } from "./captured_io.ts";
import { hurried } from "./clocks.ts";

Deno.test("cli top --json gives rates between two samples, and hits of the gets among them", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.set("a", 1);
  let round = 0;
  const ended = await cli(["top", "--json", "-n", "2", "-i", "10"], {
    servers: [server.address],
    clock: hurried(),
    onWrite: () => {
      if (round++ === 0) void client.getMulti(["a", "b", "c", "d"]);
    },
  });
  assertEquals(ended.code, 0);
  const [first, second] = jsonLines(ended) as ServerFigures[];
  assertEquals(first.operations, undefined);
  assertEquals([second.operations, second.hits, second.items], [0.4, 0.25, 1]);
});

Deno.test("cli top writes a line for a server that is down, and ends by itself after --count", async () => {
  const { code, out } = await cli(["top", "-n", "1"], {
    servers: ["127.0.0.1:1 gone"],
    clock: hurried(),
  });
  assertEquals(code, 0);
  assertMatch(out, /^gone {2}down: Cannot connect to gone: /);
});

Deno.test("cli top gives the terminal back when its output fails", async () => {
  await using server = await MemcachedServer.start();
  const written: string[] = [];
  const ended = await cli(["top"], {
    servers: [server.address],
    isTerminal: true,
    clock: hurried(),
    onWrite: (text) => {
      written.push(text);
      if (text.includes("libmc top")) throw new Error("The terminal is broken");
    },
  });
  assertEquals(ended.code, 2);
  assertStringIncludes(ended.err, "cannot write the output: The terminal is broken");
  assertStringIncludes(written.join(""), "\x1b[?25h\x1b[?1049l");
});

const PLAIN = (_style: string, text: string) => text;

Deno.test("screenLines() draws no line longer and no more lines than the window, whatever it shows", () => {
  const servers = Array.from({ length: 100 }, (_, i) => figures(`cache-${i}.example.com:11211`, i));
  servers[3] = { ...servers[3], operations: undefined, trouble: "Connection refused ".repeat(9) };
  const history = new Map(servers.map(({ server }) => [server, [1, 2, undefined, 3]]));
  const scene: Scene = { servers, history, interval: 1 };
  for (const columns of [1, 5, 20, 40, 79, 80, 120, 200, 400]) {
    for (const rows of [1, 2, 3, 5, 10, 24, 200]) {
      const lines = screenLines(scene, { columns, rows }, PLAIN);
      assertEquals(lines.length <= Math.max(rows, 1), true, `${lines.length} of ${rows}`);
      for (const line of lines) assertEquals([...line].length <= columns, true, line);
    }
  }
  const [, , , first] = screenLines(scene, { columns: 120, rows: 24 }, PLAIN);
  assertMatch(first, /^cache-0\.example\.com:11211 +0 +50\.0 % +0\.3 +1\.0 MiB 2 %/);
});

Deno.test("screenLines() keeps both ends of a name that is too long, and leaves out columns first", () => {
  const servers = ["cache-1.example.com:11211", "cache-1.example.com:11212"].map((name, i) => {
    return figures(name, i);
  });
  const lines = screenLines({ servers, history: new Map(), interval: 1 }, {
    columns: 20,
    rows: 9,
  }, PLAIN);
  assertEquals(lines.slice(2, 5), [
    "server          op/s",
    "cache-1…:11211     0",
    "cache-1…:11212     1",
  ]);
});

Deno.test("cli top draws again as soon as the window has another size", async () => {
  await using server = await MemcachedServer.start();
  const pictures: string[] = [];
  const quit = Promise.withResolvers<string>();
  const window = { columns: 80 };
  const changed = Promise.withResolvers<void>();
  const world = {
    servers: [server.address],
    isTerminal: true,
    keys: (async function* () {
      yield await quit.promise;
    })(),
    get columns() {
      return window.columns;
    },
    resized: async (signal: AbortSignal) => {
      const left = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await (window.columns === 80 ? changed.promise : left);
    },
    onWrite: (text: string) => {
      if (!text.includes("libmc top")) return;
      pictures.push(text);
      if (pictures.length > 1) return quit.resolve("q");
      window.columns = 30;
      changed.resolve();
    },
  };
  assertEquals((await cli(["top", "-i", "3600"], world)).code, 0);
  assertEquals(pictures.map((text) => text.includes("conns")), [true, false]);
});

Deno.test("screenLines() shows no control characters of server names and errors", () => {
  const servers = [{ ...figures("a\x1b[2J", 1), trouble: "b\x1b[2J" }];
  const scene: Scene = { servers, history: new Map(), interval: 1 };
  const text = screenLines(scene, { columns: 120, rows: 24 }, PLAIN).join("\n");
  assertEquals(text.includes("\x1b"), false);
});

function figures(server: string, operations: number): ServerFigures {
  return {
    server,
    operations,
    hits: 0.5,
    bytes: 1024 * 1024,
    limit: 64 * 1024 * 1024,
    items: 12_345,
    evictions: 0,
    connections: 3,
    latency: 0.3,
    trouble: undefined,
  };
}
