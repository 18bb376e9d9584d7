import { assert, assertEquals } from "@std/assert";
import * as text from "../../../../src/cli/dashboard/page_text.ts";

const PAGE = new URL("../../../../src/cli/dashboard/page/", import.meta.url);
const READ_ONLY = { permissions: { read: [PAGE] } };

Deno.test("page: nothing in it makes HTML of a text", READ_ONLY, () => {
  const wrong =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\b/;
  const files = [...Deno.readDirSync(PAGE)].filter(({ name }) => name.endsWith(".ts"));
  assert(files.length > 10);
  for (const { name } of files) {
    assertEquals(wrong.exec(Deno.readTextFileSync(new URL(name, PAGE))), null, name);
  }
  assertEquals(wrong.exec(text.PAGE_SCRIPT), null);
  assertEquals(wrong.exec(text.CHART_LIBRARY), null);
});

Deno.test("page: the license of the chart library goes with it", { permissions: "none" }, () => {
  assert(text.CHART_LIBRARY.startsWith("/*!\nThe MIT License"));
  assert(text.CHART_LIBRARY.includes("Leon Sorokin"));
});
