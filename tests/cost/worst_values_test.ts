/** Whatever somebody stores, reading it ends soon and leaves memory for others. */

import { assert, assertLess } from "@std/assert";
import { countComparisons } from "../../src/codec/python/collisions.ts";
import { collidingBigints, collidingFloats, collidingInts } from "../codec/chosen_keys.ts";
import type { Reading } from "./read_stored_value.ts";
import { type StoredValue, WORST_VALUES } from "./worst_values.ts";

/** The promise, in milliseconds of the processor, and what a machine may be slower and busier than the one it was set on. */
const MOST_CPU = 2000;
const RESERVE = 3;
/** The promise, and what the process takes for itself meanwhile. */
const MOST_MEMORY = 512 * 1024 * 1024;
const OWN_MEMORY = 96 * 1024 * 1024;

for (const [name, make] of Object.entries(WORST_VALUES)) {
  Deno.test(`decodeValue() takes 2 s and 512 MiB at most for the worst value: ${name}`, async () => {
    const { cpu, memory, error } = await read(make());
    const seen = `${Math.round(cpu)} ms, ${Math.round(memory / 2 ** 20)} MiB: ${error ?? "read"}`;
    assertLess(cpu, MOST_CPU * RESERVE, seen);
    assertLess(memory, MOST_MEMORY + OWN_MEMORY, seen);
  });
}

Deno.test("countComparisons() foresees what V8 needs for a Set", () => {
  const [few, many] = [1000, 10_000];
  for (const make of [collidingBigints, collidingFloats, collidingInts]) {
    const keys: readonly unknown[] = make(many);
    assert(countComparisons(keys, 1) > many * many / 5);
    // One comparison a key would take ten times as long for ten times as many keys; here it is a hundred times.
    const short = milliseconds(() => new Set(keys.slice(0, few)));
    const long = milliseconds(() => new Set(keys));
    assert(long > 25 * short, `${make.name}: ${short} ms for ${few} keys, ${long} ms for ${many}`);
  }
});

async function read({ data, flags }: StoredValue): Promise<Reading> {
  const path = new URL("read_stored_value.ts", import.meta.url).pathname;
  const child = new Deno.Command("deno", {
    args: ["run", "--quiet", "--no-prompt", "--allow-all", path, String(flags)],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [output] = await Promise.all([
    child.output(),
    new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeTo(child.stdin),
  ]);
  return JSON.parse(new TextDecoder().decode(output.stdout)) as Reading;
}

/** The shortest of three times. */
function milliseconds(work: () => void): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}
