/** `watch`: what happens on the servers, as it happens. */

import { Argument } from "commander";
import type { WatchEvent, WatchKind } from "../../../mod.ts";
import { integer } from "../arguments.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit_codes.ts";

interface WatchCommandOptions {
  readonly count?: number;
}

const KINDS: readonly WatchKind[] = [
  ...["fetchers", "mutations", "deletions", "evictions"] as const,
  ...["connevents", "sysevents"] as const,
];

export const watch: CliCommand = {
  name: "watch",
  summary: "show what happens on the servers, until Ctrl-C",
  define(command) {
    command.addArgument(
      new Argument("[kinds...]", "which events").choices(KINDS)
        .default(["fetchers", "mutations"], "fetchers mutations"),
    ).option("-n, --count <number>", "end after so many events", integer(1, 2 ** 53 - 1));
  },
  async run({ client, report, signal }, { args, options }) {
    const [kinds] = args as [WatchKind[]];
    const { count = Infinity } = options as WatchCommandOptions;
    const events = (await client()).admin.watch(kinds, { signal });
    try {
      await events.ready();
      if (!report.isJson) await report.message(`Watching ${kinds.join(", ")}: Ctrl-C ends it`);
      let seen = 0;
      for await (const event of events) {
        if (event.skipped > 0 && !report.isJson) {
          await report.message(`${report.foreign(event.server)} left out ${event.skipped} events`);
        }
        await report.result(event, report.foreign(lineOf(event)));
        if (++seen >= count) break;
      }
    } catch (error) {
      // It has no other end.
      if (!signal.aborted) throw error;
    } finally {
      await events.return();
    }
    return EXIT.done;
  },
};

function lineOf(event: WatchEvent): string {
  const { server, type, time, id: _id, skipped: _skipped, key, ...more } = event;
  const facts = Object.entries(more)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => `${name}=${value}`);
  const clock = new Date(time).toISOString().slice(11, 23);
  return [clock, server, type, ...(key === undefined ? [] : [key]), ...facts].join("  ");
}
