import { assert } from "@std/assert";
import { valueTable } from "../codec/clients/value_table.ts";

Deno.test("the table of the README says how the codecs of other clients compare", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const squeezed = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
  assert(squeezed(readme).includes(squeezed(valueTable())), valueTable());
});
