/** The tables of the documentation, for the tests that hold it to what they say. */

/** The rows of the first table of a page whose head begins as said, cell by cell, without head and rule. */
export async function rowsOfTable(page: URL, head: RegExp): Promise<string[][]> {
  const table = (await tablesOf(page)).find(([first]) => head.test(first));
  if (table === undefined) throw new Error(`${page} has no table whose head is ${head}`);
  return table.slice(2).map(cellsOf);
}

/** The rows of all tables of a page. */
export async function rowsOf(page: URL): Promise<string[][]> {
  return (await tablesOf(page)).flatMap((table) => table.slice(2).map(cellsOf));
}

async function tablesOf(page: URL): Promise<string[][]> {
  const parts = (await Deno.readTextFile(page)).split("\n\n").map((part) => part.split("\n"));
  return parts.map((lines) => lines.filter((line) => line.startsWith("|")))
    .filter((table) => table.length > 0);
}

/** True if a page has this table, however wide its columns are. */
export async function hasTable(page: URL, table: string): Promise<boolean> {
  return squeezed(await Deno.readTextFile(page)).includes(squeezed(table));
}

function squeezed(text: string): string {
  return text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}
