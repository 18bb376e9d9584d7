/** `keys`: lists items, as servers give them. */

import { unixTime } from "../../clock.ts";
import { Client, type KeyInfo, MemcachedError, MultiError } from "../../../mod.ts";
import { integer } from "../arguments.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import type { Report } from "../report.ts";
import { nameOf } from "../server_list.ts";

interface KeysOptions {
  readonly limit?: number;
}

export const keys: CliCommand = {
  name: "keys",
  summary: "list items, those with --prefix: bytes, seconds to live, server, key",
  define(command) {
    command.option(
      "-n, --limit <number>",
      "end after so many",
      integer(1, Number.MAX_SAFE_INTEGER),
    );
  },
  async run({ report, setUp, signal }, { options }) {
    const { limit = Infinity } = options as KeysOptions;
    // Keys are shown whole: a client that has the prefix would leave it out.
    const { servers, options: { prefix = "", ...others } } = await setUp();
    const client = new Client(servers, others);
    let count = 0;
    const errors: MemcachedError[] = [];
    try {
      for (const server of servers) {
        try {
          for await (
            const item of client.admin.keys({
              servers: [nameOf(server)],
              prefix,
              signal,
            })
          ) {
            await report.result(item, lineOf(item, report));
            if (++count >= limit) return EXIT.done;
          }
        } catch (error) {
          // The items of the others are wanted all the same.
          if (!(error instanceof MemcachedError)) throw error;
          errors.push(error);
        }
      }
    } finally {
      await client.close();
    }
    if (errors.length > 0) throw new MultiError("Cannot list all", { errors, partial: undefined });
    if (count === 0 && !report.isJson) await report.message("There are no such items");
    return count === 0 ? EXIT.miss : EXIT.done;
  },
};

function lineOf(item: KeyInfo, report: Report): string {
  return [
    String(item.size ?? "?").padStart(9),
    ttlOf(item).padStart(8),
    report.foreign(item.server),
    report.foreign(item.key),
  ].join("  ");
}

/** Seconds that an item has to live, by the clock of this machine. */
function ttlOf({ exptime }: KeyInfo): string {
  return exptime === 0 ? "never" : String(Math.max(exptime - unixTime(), 0));
}
