/** Tables of text, and how wide ones fit into a window. */

import { assertEquals } from "@std/assert";
import { MemcachedServer } from "@libmc/libmc/testing";
import { narrowTables, tableLines } from "../../src/cli/table.ts";
import { cli } from "./captured_io.ts";

const COLUMNS = ["", "cache1", "cache2", "cache3"].map((title) => ({ title, isNumber: true }));
const ROWS = [["gets", "1", "22", "333"], ["sets", "4", "5", "123456789"]];

Deno.test("narrowTables() breaks a table that is too wide into several that are not", () => {
  for (const width of [10, 13, 14, 20, 22, 23, 33, 34, 1000]) {
    const tables = narrowTables(COLUMNS, ROWS, width);
    const titles = tables.flatMap(({ columns: [, ...others] }) => others.map(({ title }) => title));
    assertEquals(titles, ["cache1", "cache2", "cache3"]);
    for (const { columns, rows } of tables) {
      assertEquals(rows.map(([name]) => name), ["gets", "sets"]);
      for (const line of tableLines(columns, rows)) {
        assertEquals(columns.length === 2 || [...line].length <= width, true, `${width}: ${line}`);
      }
    }
  }
  assertEquals(narrowTables(COLUMNS, ROWS, 31).length, 1);
  assertEquals(narrowTables(COLUMNS, ROWS, 30).length, 2);
  assertEquals(narrowTables(COLUMNS, [], 30), []);
});

Deno.test("cli stats shows as many servers beside each other as a window holds, and all in a pipe", async () => {
  const running = await Promise.all(Array.from({ length: 9 }, () => MemcachedServer.start()));
  const servers = running.map(({ address }, index) => `${address} cache${index}`);
  const env = { NO_COLOR: "1" };
  const seen = await cli(["stats"], { servers, isTerminal: true, columns: 80, env });
  for (const line of seen.out.split("\n")) assertEquals(line.length <= 80, true, line);
  assertEquals(seen.out.match(/^pid /gm)!.length > 1, true);
  const piped = await cli(["stats"], { servers, columns: 80 });
  assertEquals(piped.out.match(/^pid /gm)?.length, 1);
  await Promise.all(running.map((server) => server.stop()));
});
