import { assert } from "@std/assert";
import { valueTable } from "../codec/clients/value_table.ts";
import { hasTable } from "../support/document_tables.ts";

Deno.test("the table of docs/values.md says how the codecs of other clients compare", async () => {
  const page = new URL("../../docs/values.md", import.meta.url);
  assert(await hasTable(page, valueTable()), valueTable());
});
