import { assert, assertEquals } from "@std/assert";
import { missingTests } from "../support/named_tests.ts";

Deno.test("faults_found.md names a test that is there for each fault", async () => {
  const text = await Deno.readTextFile(new URL("faults_found.md", import.meta.url));
  const rows = Array.from(text.matchAll(/^\| (\d+) *\| (.+?) *\| (.+?) *\| (.*?) *\|$/gm));
  assertEquals(rows.map(([, number]) => Number(number)), rows.map((_, index) => index + 1));
  const named = rows.map(([, number, , , test]) => {
    assert(test.includes("`tests/"), `fault ${number} has no test`);
    return test.split(" · ");
  });
  assertEquals(await missingTests(named.flat()), []);
});
