import { presets } from "@libmc/libmc";
import { assert, assertEquals } from "@std/assert";
import { comparePresets } from "../placement/compared.ts";
import { presetTable } from "../placement/preset_table.ts";
import { hasTable } from "../support/document_tables.ts";

Deno.test("the table of docs/other_clusters.md says how each preset compares, and that nothing differs", async () => {
  const page = new URL("../../docs/other_clusters.md", import.meta.url);
  const rows = comparePresets();
  // The other rows are options for clients that have no preset.
  const named = rows.map(({ preset }) => preset).filter((name) => !name.includes(":"));
  assertEquals(named.toSorted(), Object.keys(presets).toSorted());
  assertEquals(rows.filter(({ different }) => different > 0), []);
  assert(await hasTable(page, presetTable(rows)), presetTable(rows));
});
