/** One load for a whole fleet: several processes, one memcached. */

import { assert, assertEquals } from "@std/assert";
import { Client, jsCodec, libmcCodec } from "@libmc/libmc";
import { eventually } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";

for (const [way, codec] of [["a lease", "js"], ["a lock", "python"]] as const) {
  Deno.test(`Client.getOrSet(), live: four processes with 200 callers each load a missing key once, by ${way}`, async () => {
    await using server = await startMemcached();
    const options = { callers: 200, loadTime: 200, lease: 10, codec };
    await using fleet = await startFleet(server.address, options);
    await fleet.go();
    await eventually("all have their value", () => fleet.linesOf("done").length === 4, 20_000);
    assertEquals(fleet.linesOf("load").length, 1);
    assertEquals(new Set(fleet.linesOf("done").map(({ line }) => line)).size, 1);
  });

  Deno.test(`Client.getOrSet(), live: a holder of ${way} that is killed is replaced once, within its lease and a second`, async () => {
    await using server = await startMemcached();
    const options = { callers: 200, loadTime: 800, lease: 3, codec };
    await using fleet = await startFleet(server.address, options);
    await fleet.go();
    await eventually("somebody loads", () => fleet.linesOf("load").length === 1);
    const [first] = fleet.linesOf("load");
    fleet.kill(first.process);
    await eventually("the rest have their value", () => fleet.linesOf("done").length === 3, 20_000);
    const loads = fleet.linesOf("load");
    assertEquals(loads.length, 2);
    assert(loads[1].at - first.at <= 4000, `it took ${loads[1].at - first.at} ms`);
    await using client = new Client(server.address, {
      pollTimeout: 5000,
      connectTimeout: 5000,
      codec: codec === "python" ? libmcCodec : jsCodec,
    });
    const value = await client.get<string>("hot");
    assertEquals(fleet.linesOf("done").map(({ line }) => line), Array(3).fill(`done ["${value}"]`));
  });
}

Deno.test("Client.getOrSet(), live: a holder that dies while there is a stale value is replaced once", async () => {
  await using server = await startMemcached();
  await using one = new Client(server.address, { pollTimeout: 5000, connectTimeout: 5000 });
  await using two = new Client(server.address, { pollTimeout: 5000, connectTimeout: 5000 });
  const options = { ttl: 1, staleWhileRevalidate: 60, lease: 1 };
  await one.set("hot", "old", { exptime: 59 });
  // Somebody wins and is never heard of again.
  assertEquals((await two.meta.get("hot", { recache: 60, vivify: 1 }))?.won, true);
  const loaded: number[] = [];
  const begun = performance.now();
  const load = () => {
    loaded.push(performance.now());
    return "new";
  };
  await eventually("it is renewed", async () => {
    const values = await Promise.all(
      [one, two].map((client) => client.getOrSet("hot", load, options)),
    );
    return values.includes("new");
  });
  assertEquals(loaded.length, 1);
  assert(loaded[0] - begun >= 1000 && loaded[0] - begun <= 2000, `${loaded[0] - begun} ms`);
});

interface Said {
  readonly process: number;
  readonly line: string;
  readonly at: number;
}

/** Starts four processes that wait for a word. */
async function startFleet(
  address: string,
  { callers, loadTime, lease, codec }: {
    callers: number;
    loadTime: number;
    lease: number;
    codec: string;
  },
) {
  const path = new URL("../programs/get_or_set.ts", import.meta.url).pathname;
  const said: Said[] = [];
  const processes = Array.from({ length: 4 }, () =>
    new Deno.Command("deno", {
      args: [
        ...["run", "--quiet", "--no-prompt", "--allow-net", path],
        ...[address, callers, loadTime, lease, codec].map(String),
      ],
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
    }).spawn());
  const heard = processes.map(async ({ stdout }, process) => {
    let begun = "";
    for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (begun + text).split("\n");
      begun = lines.pop() ?? "";
      for (const line of lines) said.push({ process, line, at: performance.now() });
    }
  });
  const linesOf = (word: string) => said.filter(({ line }) => line.startsWith(word));
  await eventually("all are ready", () => linesOf("ready").length === processes.length, 30_000);
  return {
    linesOf,
    kill: (process: number) => processes[process].kill("SIGKILL"),
    async go() {
      await Promise.all(processes.map(async ({ stdin }) => {
        const writer = stdin.getWriter();
        await writer.write(new Uint8Array(1));
        await writer.close();
      }));
    },
    async [Symbol.asyncDispose]() {
      for (const process of processes) {
        try {
          process.kill("SIGKILL");
        } catch {
          // It has ended.
        }
      }
      await Promise.all([...processes.map(({ status }) => status), ...heard]);
    },
  };
}
