/** `stats`: the figures of servers, by families. */

import { Argument } from "commander";
import type { StatsFamilies } from "../../../mod.ts";
import type { CliCommand, CliContext } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { partly } from "../partly.ts";
import { type Column, narrowTables } from "../table.ts";

type Family = keyof StatsFamilies;

const FAMILIES: readonly Family[] = ["general", "settings", "items", "slabs", "sizes", "conns"];

export const stats: CliCommand = {
  name: "stats",
  summary: "show the figures of the servers",
  define(command) {
    command.addArgument(
      new Argument("[family]", "which figures").choices(FAMILIES).default("general"),
    );
  },
  async run(context, { args }) {
    const [family] = args as [Family];
    const { report, signal } = context;
    const client = await context.client();
    const { given: servers, failure } = await partly(client.admin.stats(family, { signal }));
    if (report.isJson) {
      for (const [server, figures] of servers) await report.json({ server, family, figures });
    } else if (servers.size > 0) {
      await writeTables(context, tablesOf(servers));
    }
    if (failure !== undefined) throw failure;
    return EXIT.done;
  },
};

async function writeTables(
  { report, io: { out } }: CliContext,
  tables: readonly StatsTable[],
): Promise<void> {
  // What is not looked at is worked with: there a line has all that there is.
  const width = out.isTerminal ? out.columns : Infinity;
  for (const [index, { title, columns, rows }] of tables.entries()) {
    if (index > 0) await report.line();
    if (title !== undefined) await report.line(report.paint("cyan", report.foreign(title)));
    if (rows.length === 0) await report.line("nothing");
    const cells = rows.map((row) => row.map((cell) => report.foreign(cell)));
    for (const [part, table] of narrowTables(columns, cells, width).entries()) {
      if (part > 0) await report.line();
      await report.table(table.columns, table.rows);
    }
  }
}

interface StatsTable {
  readonly title?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** One table with a column a server where each has one figure by a name; else a table a server. */
function tablesOf(servers: ReadonlyMap<string, StatsFamilies[Family]>): StatsTable[] {
  const read = [...servers].map(([server, figures]) => [server, sectionsOf(figures)] as const);
  const flat = read.flatMap(([server, sections]) => {
    return sections.size === 1 && sections.has("") ? [[server, sections.get("")!] as const] : [];
  });
  if (flat.length === read.length) return [aColumnEach(new Map(flat))];
  return read.map(([title, sections]) => {
    const figures = new Set([...sections.values()].flatMap((cells) => [...cells.keys()]));
    // There are few slab classes with many figures, and many connections with few.
    const table = sections.size > figures.size ? aRowEach(sections) : aColumnEach(sections);
    return { title, ...table };
  });
}

type Cells = ReadonlyMap<string, string>;

/** The figures of a server by the class or connection that they belong to; some families have one section, without a name. */
function sectionsOf(figures: StatsFamilies[Family]): Map<string, Cells> {
  if (figures instanceof Map) {
    const [first] = figures.values();
    if (typeof first === "number") return new Map([["", cellsOf(Object.fromEntries(figures))]]);
    return new Map([...figures].map(([id, section]) => [String(id), cellsOf(section)]));
  }
  if (!("classes" in figures) || !(figures.classes instanceof Map)) {
    return new Map([["", cellsOf(figures)]]);
  }
  const { classes, totals } = figures as StatsFamilies["slabs"];
  const sections = [...classes].map(([id, section]) => [String(id), cellsOf(section)] as const);
  return new Map([...sections, ["all", cellsOf(totals)]]);
}

function cellsOf(figures: object): Cells {
  return new Map(
    Object.entries(figures).filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}

function aColumnEach(sections: ReadonlyMap<string, Cells>): StatsTable {
  const columns = [...sections.values()];
  const names = new Set(columns.flatMap((cells) => [...cells.keys()]));
  return {
    columns: [{ title: "" }, ...[...sections.keys()].map((title) => ({ title, isNumber: true }))],
    rows: [...names].map((name) => [name, ...columns.map((cells) => cells.get(name) ?? "")]),
  };
}

function aRowEach(sections: ReadonlyMap<string, Cells>): StatsTable {
  const names = [...new Set([...sections.values()].flatMap((cells) => [...cells.keys()]))];
  return {
    columns: [{ title: "", isNumber: true }, ...names.map((title) => ({ title, isNumber: true }))],
    rows: [...sections].map(([id, cells]) => [id, ...names.map((name) => cells.get(name) ?? "")]),
  };
}
