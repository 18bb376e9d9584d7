import { presets } from "@libmc/libmc";
import { assert, assertEquals } from "@std/assert";
import { comparePresets } from "../placement/compared.ts";
import { presetTable } from "../placement/preset_table.ts";

Deno.test("the table of the README says how each preset compares, and that nothing differs", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const rows = comparePresets();
  // The other rows are options for clients that have no preset.
  const named = rows.map(({ preset }) => preset).filter((name) => !name.includes(":"));
  assertEquals(named.toSorted(), Object.keys(presets).toSorted());
  assertEquals(rows.filter(({ different }) => different > 0), []);
  const squeezed = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
  assert(squeezed(readme).includes(squeezed(presetTable(rows))), presetTable(rows));
});
