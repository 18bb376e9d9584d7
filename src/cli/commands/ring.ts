/** `ring`: how keys are spread over the servers, and what moves if servers go or come. It asks no server. */

import {
  type Client,
  compareDistributions,
  type DistributionComparison,
  type PlacementSetUp,
} from "../../../mod.ts";
import { parseAddress } from "../../placement/address.ts";
import { addToList, integer } from "../arguments.ts";
import { bar, grouped, percent } from "../bars.ts";
import type { CliIo } from "../cli_io.ts";
import type { CliCommand, CliContext } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import type { Report } from "../report.ts";
import { linesOf } from "../text_file.ts";
import { UsageError } from "../usage_error.ts";

interface RingOptions {
  readonly keys?: string;
  readonly sample: number;
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}

export const ring: CliCommand = {
  name: "ring",
  summary: "show how keys are spread over the servers, without asking them",
  define(command) {
    command.argument("[keys...]", "keys whose server is to be explained one by one")
      .option("-k, --keys <file>", 'a file with a key a line, or "-" for the standard input')
      .option("-n, --sample <number>", "how many made-up keys", integer(1, 10_000_000), 10_000)
      .option("--with <list>", "servers that come", addToList)
      .option("--without <list>", "servers that go", addToList);
  },
  async run(context, { args, options }) {
    const [named] = args as [string[]];
    const { keys: file, sample, with: coming = [], without = [] } = options as RingOptions;
    if (named.length > 0) return await explain(context, named);
    const { servers, options: clientOptions } = await context.setUp();
    const keys = file === undefined ? madeUpKeys(sample) : await keysFrom(context.io, file);
    if (keys.length === 0) {
      throw new UsageError("no keys", "Give a file that has a key in each line");
    }
    const before: PlacementSetUp = { ...clientOptions, servers };
    const after: PlacementSetUp = {
      ...clientOptions,
      servers: [...withoutServers(servers, without), ...coming],
    };
    const comparison = compareDistributions(before, after, keys);
    const isChange = coming.length > 0 || without.length > 0;
    await (isChange ? showChange : showShares)(context, comparison);
    return EXIT.done;
  },
};

/** Keys that look like those of a program. */
function madeUpKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `key:${index}`);
}

async function keysFrom(io: CliIo, file: string): Promise<string[]> {
  return await linesOf(io, file);
}

function withoutServers(servers: readonly string[], names: readonly string[]): string[] {
  const left = servers.filter((server) => {
    return !names.includes(server) && !names.includes(parseAddress(server).name);
  });
  const known = new Set(servers.flatMap((server) => [server, parseAddress(server).name]));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    const list = servers.map((server) => parseAddress(server).name).join(", ");
    throw new UsageError(`no server is called ${unknown}`, `The servers are ${list}`);
  }
  if (left.length === 0) throw new UsageError("no server is left", "Name fewer after --without");
  return left;
}

async function showShares(
  { io, report }: CliContext,
  { keys, servers }: DistributionComparison,
): Promise<void> {
  const rows = [...servers].map(([server, { before }]) => ({ server, count: before }));
  if (report.isJson) {
    for (const { server, count } of rows) {
      await report.json({ server, keys: count, share: count / keys });
    }
    return;
  }
  const most = Math.max(...rows.map(({ count }) => count));
  const width = barWidth(io, rows.map(({ server }) => server), 20);
  await report.table(
    [{ title: "server" }, { title: "keys", isNumber: true }, { title: "share", isNumber: true }, {
      title: "",
    }],
    rows.map(({ server, count }) => [
      report.foreign(server),
      grouped(count),
      percent(count / keys),
      report.paint("cyan", bar(count / most, width)),
    ]),
  );
  await report.line(`${grouped(keys)} keys; an even share is ${percent(1 / rows.length)}`);
}

async function showChange(
  { io, report }: CliContext,
  { keys, moved, share, servers }: DistributionComparison,
): Promise<void> {
  if (report.isJson) {
    for (const [server, { before, after, left, came }] of servers) {
      await report.json({ server, before, after, left, came });
    }
    await report.json({ keys, moved, share });
    return;
  }
  const rows = [...servers];
  const most = Math.max(...rows.map(([, { before, after }]) => Math.max(before, after)));
  const width = barWidth(io, rows.map(([server]) => server), 36);
  await report.table(
    [
      { title: "server" },
      ...["before", "after", "gone", "come"].map((title) => ({ title, isNumber: true })),
      { title: "" },
    ],
    rows.map(([server, { before, after, left, came }]) => [
      report.foreign(server),
      grouped(before),
      grouped(after),
      report.paint(left > 0 ? "red" : "dim", grouped(left)),
      report.paint(came > 0 ? "green" : "dim", grouped(came)),
      report.paint("cyan", bar(after / most, width)),
    ]),
  );
  await report.line(
    `${grouped(moved)} of ${grouped(keys)} keys (${percent(share)}) get another server: ` +
      "each of them misses once",
  );
}

/** What a line leaves for its bar. */
function barWidth({ out }: CliIo, names: readonly string[], figures: number): number {
  const name = Math.max(...names.map((text) => text.length));
  return Math.min(Math.max(out.columns - name - figures, 4), 50);
}

/** Says of each key how its server is found. */
async function explain(context: CliContext, keys: readonly string[]): Promise<typeof EXIT.done> {
  const { report } = context;
  const client = await context.client();
  if (report.isJson) {
    for (const key of keys) await report.json({ key, ...client.explain(key) });
    return EXIT.done;
  }
  const rows = keys.map((key) => explained(client, report, key));
  await report.table(
    [{ title: "key" }, { title: "server" }, { title: "hash", isNumber: true }, {
      title: "point",
      isNumber: true,
    }, { title: "then" }],
    rows,
  );
  return EXIT.done;
}

function explained(client: Client, report: Report, key: string): string[] {
  const { server, hash, point, standIns } = client.explain(key);
  const others = standIns.slice(0, 2).map(({ server }) => server);
  if (standIns.length > others.length) others.push("…");
  return [key, server, hash, point, others.join(", ")].map((cell) =>
    report.foreign(String(cell ?? ""))
  );
}
