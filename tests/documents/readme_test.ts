import { assert, assertArrayIncludes, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { settingsOf } from "../../src/engine/options.ts";
import { rowsOfTable } from "../support/document_tables.ts";
import { figuresRows, newestRun, readmeRows } from "./figures.ts";

const ROOT = new URL("../../", import.meta.url);
const README = new URL("README.md", ROOT);
const OPTIONS = new URL("docs/options.md", ROOT);
const READ_ONLY = { permissions: { read: [ROOT] } };

Deno.test("README has at most 250 lines", READ_ONLY, async () => {
  assert((await Deno.readTextFile(README)).trimEnd().split("\n").length <= 250);
});

Deno.test("README says what happens as docs/what_happens.md says it", READ_ONLY, async () => {
  const head = /^\| when +\| by default/;
  const rows = await rowsOfTable(README, head);
  assert(rows.length >= 8);
  assertArrayIncludes(await rowsOfTable(new URL("docs/what_happens.md", ROOT), head), rows);
});

Deno.test("README says the defaults of options that docs/options.md says", READ_ONLY, async () => {
  const head = /^\| option +\|/;
  const defaults = (await rowsOfTable(OPTIONS, head)).map(([name, , value]) => [name, value]);
  // A row of several options is about what they are for.
  const rows = (await rowsOfTable(README, head)).filter(([name]) => !name.includes(","));
  assert(rows.length >= 8);
  assertArrayIncludes(defaults, rows.map(([name, , value]) => [name, value]));
});

Deno.test("docs/options.md has every option of a client", async () => {
  const named = namesOf(await rowsOfTable(OPTIONS, /^\| option +\|/));
  assertEquals(Object.keys(settingsOf({})).filter((name) => !named.has(name)), []);
});

Deno.test("docs/methods.md has every method of a client", async () => {
  const rows = await rowsOfTable(new URL("docs/methods.md", ROOT), /^\| method +\|/);
  const named = namesOf(rows);
  const methods = Object.getOwnPropertyNames(Client.prototype)
    .filter((name) => name !== "constructor");
  assert(methods.length > 40);
  assertEquals(methods.filter((name) => !named.has(name)), []);
});

Deno.test(
  "README and docs/figures.md have the figures of the newest run, and its chart",
  READ_ONLY,
  async () => {
    const run = newestRun();
    assertArrayIncludes(await rowsOfTable(README, /^\| +\| libmc, this package/), readmeRows(run));
    const figures = new URL("docs/figures.md", ROOT);
    assertEquals(await rowsOfTable(figures, /^\| 100 bytes a value/), figuresRows(run));
    for (const page of [README, figures]) {
      assert((await Deno.readTextFile(page)).includes(`bench/results/${run.stem}.svg`), `${page}`);
    }
  },
);

Deno.test(
  "README says how much was compared and how long it was soaked as docs/ says it",
  READ_ONLY,
  async () => {
    const readme = await Deno.readTextFile(README);
    const rows = await rowsOfTable(
      new URL("docs/other_clusters.md", ROOT),
      /^\| preset or options/,
    );
    const facts = rows.reduce((sum, [, , count]) => sum + Number(count.replaceAll(",", "")), 0);
    const figures = await Deno.readTextFile(new URL("docs/figures.md", ROOT));
    const [, calls] = /The run had ([\d,]+) operations/.exec(figures) ?? [];
    for (const figure of [`${facts.toLocaleString("en")} recorded facts`, `${calls} calls`]) {
      assert(readme.includes(figure), figure);
    }
  },
);

/** All words of the first column. */
function namesOf(rows: string[][]): Set<string> {
  return new Set(rows.flatMap(([name]) => name.match(/\w+/g) ?? []));
}
