/** `set`: stores a value. */

import { Option } from "commander";
import type { Exptime, Storable } from "../../../mod.ts";
import { exptime, integer } from "../arguments.ts";
import type { CliIo } from "../cli_io.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { untilAborted } from "../interrupt.ts";
import { UsageError } from "../usage_error.ts";

interface SetOptions {
  readonly exptime?: Exptime;
  readonly as: "text" | "json" | "bytes";
  readonly flags?: number;
  readonly add?: boolean;
  readonly replace?: boolean;
}

export const set: CliCommand = {
  name: "set",
  summary: "store a value",
  define(command) {
    command.argument("<key>", "the key")
      .argument("<value>", 'the value, or "-" for all of the standard input')
      .option("-e, --exptime <time>", "when it expires: seconds, or 15m, 12h, 7d, never", exptime)
      .addOption(
        new Option("--as <kind>", "what the value is").choices(["text", "json", "bytes"])
          .default("text"),
      )
      .addOption(
        new Option("--flags <number>", "store the bytes as they are, with these flags")
          .argParser(integer(0, 2 ** 32 - 1)).conflicts(["as", "add", "replace"]),
      )
      .addOption(new Option("--add", "only if the key is not there").conflicts("replace"))
      .option("--replace", "only if the key is there");
  },
  async run({ client, io, report, signal }, { args, options }) {
    const [key, value] = args as [string, string];
    const { as, flags, add, replace, exptime = 0 } = options as SetOptions;
    const data = value === "-" ? await allOf(io) : new TextEncoder().encode(value);
    const to = await client();
    const method = add ? "add" : replace ? "replace" : "set";
    const stored = flags === undefined
      ? await to[method](key, valueOf(data, as), { exptime, signal })
      : await to.setRaw(key, data, { flags, exptime, signal });
    await report.result({ key, stored }, stored ? "stored" : "not stored");
    return stored ? EXIT.done : EXIT.miss;
  },
};

function valueOf(data: Uint8Array, as: SetOptions["as"]): Storable {
  if (as === "bytes") return data;
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new UsageError("the value is not UTF-8", "Give --as bytes");
  }
  if (as === "text") return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`the value is not JSON: ${(error as Error).message}`);
  }
}

/** More could not be stored, whatever the servers take. */
const MOST_BYTES = 2 ** 30;

async function allOf({ in: input, signal }: CliIo): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of untilAborted(input.bytes(), signal)) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new UsageError("the value is larger than 1 GiB");
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
