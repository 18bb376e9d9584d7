/** `flush`: empties servers, if somebody says yes. */

import { Client } from "../../../mod.ts";
import { integer } from "../arguments.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { partly } from "../partly.ts";
import { nameOf } from "../server_list.ts";
import { UsageError } from "../usage_error.ts";

interface FlushCommandOptions {
  readonly yes?: boolean;
  readonly delay?: number;
}

export const flush: CliCommand = {
  name: "flush",
  summary: "empty all of the servers",
  define(command) {
    command.option("-y, --yes", "do not ask whether that is meant")
      .option("--delay <seconds>", "so many seconds from now", integer(0, 2 ** 31 - 1));
  },
  async run({ io, report, setUp, signal }, { options }) {
    const { yes = false, delay } = options as FlushCommandOptions;
    const { servers, options: clientOptions } = await setUp();
    const names = servers.map((server) => report.foreign(nameOf(server))).join(", ");
    if (!yes) {
      const answer = await io.in.ask(
        `All items of ${names} will be gone. Type yes to go on: `,
        false,
      );
      if (answer === undefined) {
        throw new UsageError(
          `flush empties ${names}, and nobody can be asked`,
          "Give --yes if that is meant",
        );
      }
      if (answer.trim().toLowerCase() !== "yes") {
        await report.message("Nothing was done");
        return EXIT.miss;
      }
    }
    const client = new Client(servers, { ...clientOptions, allowFlushAll: true });
    try {
      const { given, failure } = await partly(
        client.flushAll({ ...(delay !== undefined && { delay }), signal }),
      );
      for (const server of given) {
        await report.result({ server, flushed: true }, `${report.foreign(server)} is empty`);
      }
      if (failure !== undefined) throw failure;
    } finally {
      await client.close();
    }
    return EXIT.done;
  },
};
