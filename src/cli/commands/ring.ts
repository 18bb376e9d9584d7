/** `ring`: how keys are spread over the servers, and what moves if servers go or come. It asks no server. */

import type { Client, DistributionComparison, PlacementSetUp } from "../../../mod.ts";
import { addToList, integer } from "../arguments.ts";
import { bar, grouped, percent } from "../bars.ts";
import type { CliIo } from "../cli_io.ts";
import type { CliCommand, CliContext } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import type { Report } from "../report.ts";
import { comparison } from "../ring/comparison.ts";
import { type ListedServer, nameOf, readServer, stringsOf } from "../server_list.ts";
import { linesOf } from "../text_file.ts";
import { UsageError } from "../usage_error.ts";

interface RingOptions {
  readonly keys?: string;
  readonly sample?: number;
  readonly with?: readonly string[];
  readonly without?: readonly string[];
}

export const ring: CliCommand = {
  name: "ring",
  summary: "show how keys are spread over the servers, without asking them",
  define(command) {
    command.argument("[keys...]", "keys whose server is to be explained one by one")
      .option("-k, --keys <file>", 'a file with a key a line, or "-" for the standard input')
      .option(
        "-n, --sample <number>",
        `how many made-up keys (${grouped(FEWEST)}, or ${EACH} for each server)`,
        integer(1, 10_000_000),
      )
      .option("--with <list>", "servers that come", addToList)
      .option("--without <list>", "servers that go", addToList);
  },
  async run(context, { args, options }) {
    const [named] = args as [string[]];
    const { keys: file, sample, with: coming = [], without = [] } = options as RingOptions;
    if (named.length > 0) return await explain(context, named);
    const { servers, options: clientOptions } = await context.setUp();
    const { signal } = context;
    const keys = file === undefined
      ? madeUpKeys(sample ?? Math.max(FEWEST, EACH * servers.length))
      : await linesOf(context.io, file);
    const before: PlacementSetUp = { ...clientOptions, servers };
    const after: PlacementSetUp = {
      ...clientOptions,
      servers: [...withoutServers(servers, without), ...coming.map(readServer)],
    };
    const compared = await comparison(before, after, keys, signal);
    if (compared.keys === 0) {
      throw new UsageError("no keys", "Give a file that has a key in each line");
    }
    const isChange = coming.length > 0 || without.length > 0;
    if (isChange) await showChange(context, compared);
    else await showShares(context, compared, duesOf(servers));
    return EXIT.done;
  },
};

/** How many keys are made up unless somebody says so: with fewer for each server its share would be chance. */
const FEWEST = 10_000;
const EACH = 100;

/** Keys that look like those of a program. */
function* madeUpKeys(count: number): Generator<string> {
  for (let index = 0; index < count; index++) yield `key:${index}`;
}

/** The shares that weights promise, by server; `undefined` if all are alike. */
function duesOf(servers: readonly ListedServer[]): ReadonlyMap<string, number> | undefined {
  const weights = servers.map((server) => typeof server === "string" ? 1 : server.weight ?? 1);
  if (new Set(weights).size === 1) return undefined;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return new Map(servers.map((server, index) => [nameOf(server), weights[index] / total]));
}

function withoutServers(
  servers: readonly ListedServer[],
  names: readonly string[],
): ListedServer[] {
  const namesOf = (server: ListedServer) => [...stringsOf([server]), nameOf(server)];
  const left = servers.filter((server) => !namesOf(server).some((name) => names.includes(name)));
  const known = new Set(servers.flatMap(namesOf));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    const list = servers.map(nameOf).join(", ");
    throw new UsageError(`no server is called ${unknown}`, `The servers are ${list}`);
  }
  if (left.length === 0) throw new UsageError("no server is left", "Name fewer after --without");
  return left;
}

async function showShares(
  { io, report }: CliContext,
  { keys, servers }: DistributionComparison,
  dues: ReadonlyMap<string, number> | undefined,
): Promise<void> {
  const rows = [...servers].map(([server, { before }]) => {
    return { server, count: before, due: dues?.get(server) };
  });
  if (report.isJson) {
    for (const { server, count, due } of rows) {
      await report.json({ server, keys: count, share: count / keys, due });
    }
    return;
  }
  const most = Math.max(...rows.map(({ count }) => count));
  const figures = ["keys", "share", ...(dues === undefined ? [] : ["due"])];
  const width = barWidth(io, rows.map(({ server }) => server), dues === undefined ? 20 : 29);
  await report.table(
    [{ title: "server" }, ...figures.map((title) => ({ title, isNumber: true })), { title: "" }],
    rows.map(({ server, count, due }) => [
      report.foreign(server),
      grouped(count),
      percent(count / keys),
      ...(due === undefined ? [] : [percent(due)]),
      report.paint("cyan", bar(count / most, width)),
    ]),
  );
  const even = dues === undefined ? `; an even share is ${percent(1 / rows.length)}` : "";
  await report.line(`${grouped(keys)} keys${even}`);
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
