/** Files that are named on the command line, and the standard input in place of one. */

import type { CliIo } from "./cli_io.ts";
import { untilAborted } from "./interrupt.ts";
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

/** Reads the lines of a file, or of the standard input for `-`. Empty ones are left out. */
export async function linesOf(io: CliIo, path: string): Promise<string[]> {
  const text = path === "-" ? await textOfInput(io) : await readTextFile(io, path);
  return text.split(/\r?\n/).filter((line) => line !== "");
}

async function textOfInput({ in: input, signal }: CliIo): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of untilAborted(input.bytes(), signal)) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
