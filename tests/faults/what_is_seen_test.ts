import { assertEquals } from "@std/assert";
import { rowsOfTable } from "../support/document_tables.ts";
import { SEEN } from "./what_is_seen.ts";

for (const { when, check } of SEEN) {
  Deno.test(`Client, what is seen when: ${when}`, check);
}

Deno.test("docs/what_happens.md says what is seen of each, as it is tested here", async () => {
  const page = new URL("../../docs/what_happens.md", import.meta.url);
  const rows = await rowsOfTable(page, /^\| when +\| `health\(\)`/);
  assertEquals(rows, SEEN.map(({ when, health, counts, slow }) => [when, health, counts, slow]));
});
