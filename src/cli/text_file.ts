/** Files that are named on the command line. */

import type { CliIo } from "./cli_io.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Reads a file of text.
 *
 * @throws {UsageError} If that fails.
 */
export async function readTextFile(io: CliIo, path: string): Promise<string> {
  let data;
  try {
    data = await io.readFile(path);
  } catch (error) {
    const { message, name } = error as Error;
    const wayOut = name === "NotCapable" ? `Let Deno read it: deno run -N -R=${path}` : undefined;
    throw new UsageError(`cannot read ${path}: ${message}`, wayOut);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    throw new UsageError(`cannot read ${path}: it is not UTF-8`);
  }
}
