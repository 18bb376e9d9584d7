/** `get`: reads values. */

import type { CliCommand, CliContext } from "../command.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { partlyEach } from "../partly.ts";
import { shownValue } from "../shown_value.ts";

interface GetOptions {
  readonly raw?: boolean;
}

export const get: CliCommand = {
  name: "get",
  summary: "read values",
  define(command) {
    command.argument("<keys...>", "the keys")
      .option("--raw", "write the stored bytes as they are, with nothing between or behind them");
  },
  async run(context, { args, options }) {
    const [keys] = args as [string[]];
    const { raw = false } = options as GetOptions;
    return raw ? await writeRaw(context, keys) : await writeValues(context, keys);
  },
};

async function writeValues(
  { client, report, signal }: CliContext,
  keys: string[],
): Promise<ExitCode> {
  const from = await client();
  const { given, failure } = await partlyEach(keys, (key) => from.get(key, { signal }));
  let code: ExitCode = EXIT.done;
  for (const key of keys) {
    if (!given.has(key)) continue;
    const value = given.get(key);
    if (value === undefined) {
      code = EXIT.miss;
      await report.absent(key);
      continue;
    }
    const text = report.foreign(shownValue(value), true);
    const line = keys.length === 1 ? text : `${report.foreign(key)}\t${text}`;
    await report.result({ key, hit: true, value }, line);
  }
  if (failure !== undefined) throw failure;
  return code;
}

async function writeRaw({ client, report, signal }: CliContext, keys: string[]): Promise<ExitCode> {
  const from = await client();
  let code: ExitCode = EXIT.done;
  for (const key of keys) {
    const item = await from.getRaw(key, { signal });
    if (item === undefined) {
      code = EXIT.miss;
      await report.absent(key);
    } else if (report.isJson) await report.json({ key, hit: true, ...item });
    else await report.bytes(item.data);
  }
  return code;
}
