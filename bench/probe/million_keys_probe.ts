/**
 * One getMulti of a million keys: it completes, the process stays in proportion to the answer, and
 * the event loop is never held for long. The reading process is a child that does nothing else, and is
 * given the keys; what a plain Map of the same keys and values weighs is measured the same way.
 */
import process from "node:process";
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { RawSocket, setExchange } from "../participants/raw_socket.ts";
import { SMOKE } from "./contest.ts";
import { print } from "./verdict.ts";

const KEYS = SMOKE ? 10_000 : 1_000_000;
const KEY_BYTES = 10;

const [mode, address, valueBytes] = Deno.args;
if (mode === "map" || mode === "get") {
  await readAll(mode, address, Number(valueBytes));
} else {
  for (const bytes of [10, 100]) await measure(bytes);
}

interface Memory {
  readonly before: number;
  readonly peak: number;
  readonly milliseconds: number;
  readonly longestBlock: number;
}

async function measure(bytes: number): Promise<void> {
  await using daemon = await startMemcached({
    args: ["-t", "1", "-m", "1024"],
  });
  const socket = await RawSocket.connect(daemon.address);
  for (let i = 0; i < KEYS; i += 10_000) {
    const items = Array.from({ length: 10_000 }, (_, j) => item(i + j, bytes));
    await socket.exchange(setExchange(items));
  }
  socket.close();
  const map = await inChild("map", daemon.address, bytes);
  const get = await inChild("get", daemon.address, bytes);
  const answer = KEYS * (KEY_BYTES + bytes);
  const times = (bytes: number) => bytes / answer;
  print({
    what: `keys and values of ${bytes} B`,
    figure: answer / 1e6,
    unit: " MB",
  });
  print({
    what: "process before the call",
    figure: get.before / 1e6,
    unit: " MB",
  });
  print({ what: "process at its peak", figure: get.peak / 1e6, unit: " MB" });
  print({
    what: "a plain Map of them, made in place",
    figure: times(map.peak - map.before),
    unit: "×",
  });
  print({
    what: "growth in the call",
    figure: times(get.peak - get.before),
    unit: "×",
  });
  print({
    what: "whole process",
    figure: times(get.peak),
    unit: "×",
    atMost: 6,
  });
  print({ what: "time", figure: get.milliseconds, unit: " ms" });
  print({
    what: "keys a second",
    figure: KEYS / get.milliseconds * 1000,
    unit: "",
  });
  print({
    what: "longest block",
    figure: get.longestBlock,
    unit: " ms",
    atMost: 50,
  });
}

async function inChild(
  mode: string,
  address: string,
  bytes: number,
): Promise<Memory> {
  const { stdout, success } = await new Deno.Command("deno", {
    args: [
      "run",
      "-q",
      "-P=bench",
      import.meta.url,
      mode,
      address,
      String(bytes),
      ...SMOKE ? ["--smoke"] : [],
    ],
    cwd: new URL("../../", import.meta.url),
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot measure as the reading process failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function readAll(
  mode: "map" | "get",
  address: string,
  bytes: number,
): Promise<void> {
  await using client = new Client(address, {
    strict: true,
    pollTimeout: 60_000,
    timeout: 120_000,
  });
  await client.get("warm");
  const keys = Array.from({ length: KEYS }, (_, i) => item(i, bytes)[0]);
  const before = Deno.memoryUsage().rss;
  let last = performance.now();
  let longestBlock = 0;
  const ticks = setInterval(() => {
    const now = performance.now();
    longestBlock = Math.max(longestBlock, now - last);
    last = now;
  }, 1);
  const begin = performance.now();
  const found = mode === "get"
    ? await client.getMulti(keys)
    : new Map(keys.map((_, i) => item(i, bytes)));
  const milliseconds = performance.now() - begin;
  longestBlock = Math.max(longestBlock, performance.now() - last);
  clearInterval(ticks);
  if (
    found.size !== KEYS ||
    found.get(keys[KEYS - 1]) !== item(KEYS - 1, bytes)[1]
  ) {
    throw new Error(`Cannot trust the answer: ${found.size} of ${KEYS} keys`);
  }
  console.log(
    JSON.stringify({
      before,
      peak: process.resourceUsage().maxRSS * 1024,
      milliseconds,
      longestBlock,
    }),
  );
}

function item(i: number, bytes: number): [key: string, value: string] {
  const digits = String(i).padStart(KEY_BYTES - 1, "0");
  return [`k${digits}`, `v${digits}`.padEnd(bytes, "v")];
}
