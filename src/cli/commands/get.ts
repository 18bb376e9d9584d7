/** `get`: reads values. */

import type { CliCommand, CliContext } from "../command.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
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
  const values = await (await client()).getMulti(keys, { signal });
  for (const key of keys) {
    if (!values.has(key)) {
      if (report.isJson) await report.json({ key, hit: false });
      else await report.message(`${report.foreign(key)} is not there`);
      continue;
    }
    const value = values.get(key);
    const text = report.foreign(shownValue(value), true);
    const line = keys.length === 1 ? text : `${report.foreign(key)}\t${text}`;
    await report.result({ key, hit: true, value }, line);
  }
  return keys.every((key) => values.has(key)) ? EXIT.done : EXIT.miss;
}

async function writeRaw({ client, report, signal }: CliContext, keys: string[]): Promise<ExitCode> {
  const from = await client();
  let code: ExitCode = EXIT.done;
  for (const key of keys) {
    const item = await from.getRaw(key, { signal });
    if (item === undefined) code = EXIT.miss;
    if (report.isJson) await report.json(item ? { key, hit: true, ...item } : { key, hit: false });
    else if (item) await report.bytes(item.data);
    else await report.message(`${report.foreign(key)} is not there`);
  }
  return code;
}
