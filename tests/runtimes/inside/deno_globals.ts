/** What tests use of the global `Deno`, on a runtime that has none. */

import process from "node:process";
import { inspect } from "node:util";
import { Command } from "./command.ts";
import { provideStacks } from "./disposal.ts";
import { errors } from "./errors.ts";
import { files } from "./files.ts";
import { provideProcessEvents } from "./process_events.ts";
import { connect } from "./sockets.ts";

/**
 * Puts `Deno` in place. To be called after `mod.ts` has picked its platform: the client is to see the runtime as it is.
 *
 * @param args `Deno.args`.
 * @param test `Deno.test`.
 */
export function provideDeno(
  args: readonly string[],
  test?: (...definition: unknown[]) => void,
): void {
  provideStacks(globalThis);
  provideProcessEvents(globalThis);
  Object.defineProperty(globalThis, "Deno", {
    value: {
      ...files,
      args,
      build: { os: process.platform, arch: process.arch },
      Command,
      connect,
      env: { get: (name: string) => process.env[name] },
      errors,
      exit: process.exit,
      inspect: inspected,
      memoryUsage: process.memoryUsage,
      permissions: { querySync: granted, requestSync: granted },
      noColor: true,
      pid: process.pid,
      stderr: {
        writable: new WritableStream({ write: (bytes) => void process.stderr.write(bytes) }),
      },
      test,
      unrefTimer: (timer: { unref(): void }) => void timer.unref(),
      uid: () => process.getuid?.() ?? null,
    },
  });
}

/** There is nothing to ask for. */
function granted(): { readonly state: "granted" } {
  return { state: "granted" };
}

/** As Deno shows a value: a text in double quotes. */
function inspected(value: unknown, { depth = 4 }: { depth?: number } = {}): string {
  return typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth });
}
