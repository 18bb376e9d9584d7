/** A program that reads one stored value from its input as a client would, and says what that took. */

import process from "node:process";
import { DEFAULT_BUDGET } from "../../src/codec/budget.ts";
import { jsCodec } from "../../src/codec/js_codec.ts";
import { decodeValue } from "../../src/codec/values.ts";

/** What reading a value took. */
export interface Reading {
  /** Milliseconds of the processor. */
  readonly cpu: number;
  /** By how many bytes the process has grown at most. */
  readonly memory: number;
  /** The message of the error, if it is one. */
  readonly error: string | undefined;
}

if (import.meta.main) await main(Number(Deno.args[0]));

async function main(flags: number): Promise<void> {
  const data = new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
  const before = process.cpuUsage();
  const { rss } = process.memoryUsage();
  let error: string | undefined;
  let value: unknown;
  try {
    // The ratio alone would refuse most of them.
    value = decodeValue(jsCodec, data, 0, data.length, flags, { ...DEFAULT_BUDGET, ratio: 1100 });
  } catch (reason) {
    error = (reason as Error).message;
  }
  const { user, system } = process.cpuUsage(before);
  const reading: Reading = { cpu: (user + system) / 1000, memory: peakMemory() - rss, error };
  // The value is held until here.
  console.log(JSON.stringify(reading), value === undefined ? "" : " ");
}

/** `maxRSS` begins with what the parent took, so that Linux is asked itself. */
function peakMemory(): number {
  if (Deno.build.os !== "linux") return process.resourceUsage().maxRSS * 1024;
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}
