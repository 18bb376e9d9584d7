/** `delete`: removes items. */

import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { partly } from "../partly.ts";

/** Not named `delete`, as that is no name in JavaScript. */
export const deleteCommand: CliCommand = {
  name: "delete",
  summary: "delete items; a key that is not there is no failure",
  define(command) {
    command.argument("<keys...>", "the keys");
  },
  async run({ client, report, signal }, { args }) {
    const [keys] = args as [string[]];
    const { given, failure } = await partly((await client()).deleteMulti(keys, { signal }));
    const failed = new Set(given.failed);
    for (const key of keys) {
      if (failed.has(key)) continue;
      await report.result({ key, gone: true }, `${report.foreign(key)} is gone`);
    }
    if (failure !== undefined) throw failure;
    return EXIT.done;
  },
};
