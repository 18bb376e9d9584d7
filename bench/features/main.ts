/**
 * What this client does in trouble and with values, beside what the clients of the npm registry do, and libmc itself if
 * `--libmc PYTHON` names a Python that can import it: `deno task bench:features` prints the table of the README, and
 * with `--check` says whether the README has it.
 *
 * Each client is asked in a process of its own, so that an error which nobody catches is its own.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { ASKED, type AskedClient } from "./clients.ts";
import { libmcPython } from "./libmc_python.ts";
import { type Question, QUESTIONS } from "./questions.ts";

const { values: options } = parseArgs({
  args: Deno.args,
  options: {
    check: { type: "boolean", default: false },
    client: { type: "string" },
    libmc: { type: "string" },
  },
});
const clients = [
  ...ASKED,
  ...options.libmc === undefined ? [] : [libmcPython(options.libmc)],
];

if (options.client === undefined) await printTable();
else await answer(options.client);

/** Answers for one client. */
async function answer(name: string): Promise<never> {
  globalThis.addEventListener(
    "unhandledrejection",
    (event) => event.preventDefault(),
  );
  const client = clients.find((client) => client.name === name);
  if (client === undefined) {
    throw new RangeError(`Cannot ask "${name}" as it is not known`);
  }
  console.log(JSON.stringify(await answersTo(QUESTIONS, client)));
  Deno.exit();
}

/** One question after the other; beside them those that mostly wait. */
async function answersTo(
  questions: readonly Question[],
  client: AskedClient,
): Promise<string[]> {
  let before: Promise<unknown> = Promise.resolve();
  return await Promise.all(questions.map(({ ask, waits }) => {
    if (waits) return ask(client);
    const answer = before.then(() => ask(client));
    before = answer;
    return answer;
  }));
}

async function printTable(): Promise<void> {
  const head = ["", ...clients.map(({ name }) => `\`${name}\``)];
  const rows = await askAll();
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  console.log(lines.join("\n"));
  if (!options.check || (await missing(rows)).length === 0) return;
  // An answer that is a time may be that of a machine which was busy.
  const different = await missing(await askAll());
  if (different.length === 0) return;
  console.error(`The README does not have:\n${different.map((row) => row.join(" | ")).join("\n")}`);
  Deno.exit(1);
}

/** Has all clients answer. Gives the rows of the table. */
async function askAll(): Promise<string[][]> {
  const columns = await Promise.all(clients.map(({ name }) => answersOf(name)));
  return QUESTIONS.map(({ row }, i) => [row, ...columns.map((answers) => answers[i])]);
}

/** The rows that the README does not have. It may have columns besides, and rows. */
async function missing(rows: string[][]): Promise<string[][]> {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const table = readme.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  return rows.filter((row) => {
    return !table.some((cells) => cells.slice(0, row.length).join("|") === row.join("|"));
  });
}

/** Has a process of its own answer for a client. */
async function answersOf(name: string): Promise<string[]> {
  const { success, stdout } = await new Deno.Command("deno", {
    args: [
      ...[
        "run",
        "-q",
        "--config",
        "bench/deno.json",
        "-P=load",
        "--unsafe-proto",
      ],
      ...["bench/features/main.ts", "--client", name],
      ...options.libmc === undefined ? [] : ["--libmc", options.libmc],
    ],
    cwd: new URL("../..", import.meta.url),
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot ask "${name}"`);
  return JSON.parse(
    new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "[]",
  );
}
