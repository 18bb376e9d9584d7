import { assert, assertEquals } from "@std/assert";
import { missingTests } from "../support/named_tests.ts";

Deno.test("libmc_checklist.md names a test that is there, or a reason, for each of libmc's tests", async () => {
  const text = await Deno.readTextFile(new URL("../libmc_checklist.md", import.meta.url));
  const rows = Array.from(text.matchAll(/^\| (?!libmc's|---)(.+?) *\| (.+?) *\| (.+?) *\|$/gm));
  assertEquals(rows.length, 122);
  const named: string[] = [];
  for (const [, libmcTest, , here] of rows) {
    assert(here.length >= 9, `${libmcTest} has neither test nor reason`);
    if (/`tests\/[\w/]+\.ts`: /.test(here)) named.push(here);
    else assert(!here.includes(".ts`"), `${libmcTest} names a file and no test`);
  }
  assertEquals(await missingTests(named), []);
  const { length } = named;
  console.log(
    `checklist: ${rows.length} rows, ${length} with a test, ${rows.length - length} with a reason`,
  );
});
