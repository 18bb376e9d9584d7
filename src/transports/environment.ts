/** The variables of the environment, on each runtime. */

import process from "node:process";
import { denoEnvironment, isDeno } from "./deno.ts";

/**
 * Gives a variable of the environment.
 *
 * @returns `undefined` if it is not set, or if Deno was not permitted to read it: to ask for that would stop a program for
 * something that it can do without.
 */
export function environmentVariable(name: string): string | undefined {
  return isDeno(globalThis) ? denoEnvironment(name) : process.env[name];
}
