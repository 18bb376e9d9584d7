/**
 * Runs one bundled test file on the runtime that this is started with, and writes a line of JSON for each beginning and
 * each end. Given are the file of the tests and that of the results. It ends by itself: what is left open is found out.
 */

// First of all, so that the client sees the runtime without Deno.
import "../../../mod.ts";
import { appendFileSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { provideDeno } from "./deno_globals.ts";
import { isTaken } from "./process_events.ts";
import { TestRegistry } from "./test_registry.ts";

const [file, results] = process.argv.slice(2);
const write = (line: object) => appendFileSync(results, `${JSON.stringify(line)}\n`);
const registry = new TestRegistry({
  began: (name) => write({ began: name }),
  ended: (result) => write({ ended: result }),
});
process.on("uncaughtException", (error) => {
  if (!isTaken("error", error)) registry.stray(error);
});
process.on("unhandledRejection", (reason) => {
  if (!isTaken("unhandledrejection", reason)) registry.stray(reason);
});
if ("Deno" in globalThis) throw new Error("Cannot test a runtime that has a Deno of its own");
provideDeno([], registry.add);
try {
  await import(pathToFileURL(file).href);
  await registry.run();
  write({ done: true });
  // Whatever is still open by then would keep a program of a user from ending, too.
  setTimeout(() => {
    console.error(`It does not end by itself: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  }, 10_000).unref();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
