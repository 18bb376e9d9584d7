/** Whether a program may listen, on each runtime. */

import { denoMayListen, isDeno } from "./deno.ts";

/** An error that says that a permission is missing, under the name that Deno has for it. */
export class ListeningDeniedError extends Error {
  override name = "NotCapable";
}

/**
 * Finds out before `node:http` is asked to listen: on Deno it throws where nobody can catch it.
 *
 * @throws {ListeningDeniedError} If Deno was not permitted to, and nobody who was asked has permitted it.
 */
export function checkMayListen(hostname: string, port: number): void {
  if (!isDeno(globalThis) || denoMayListen(`${hostname}:${port}`)) return;
  throw new ListeningDeniedError(`Requires net access to "${hostname}:${port}"`);
}
