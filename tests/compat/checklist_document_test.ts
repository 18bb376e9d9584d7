import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

Deno.test("libmc_checklist.md names a test that is there, or a reason, for each of libmc's tests", async () => {
  const text = await Deno.readTextFile(new URL("tests/libmc_checklist.md", ROOT));
  const rows = Array.from(text.matchAll(/^\| (?!libmc's|---)(.+?) *\| (.+?) *\| (.+?) *\|$/gm));
  assertEquals(rows.length, 122);
  const missing: string[] = [];
  let tests = 0;
  for (const [, libmcTest, , here] of rows) {
    assert(here.length >= 9, `${libmcTest} has neither test nor reason`);
    const named = /`(tests\/[\w/]+\.ts)`: (.+)$/.exec(here);
    if (named === null) {
      assert(!here.includes(".ts`"), `${libmcTest} names a file and no test`);
      continue;
    }
    tests++;
    const [, file, rest] = named;
    const source = await textOf(file);
    // The name may be followed by a sentence that explains a difference.
    const isThere = rest.split(". ").some((_, i, parts) =>
      source.includes(`"${parts.slice(0, i + 1).join(". ")}"`)
    );
    if (!isThere) missing.push(`${libmcTest}: ${file} has no test "${rest}"`);
  }
  assertEquals(missing, []);
  console.log(
    `checklist: ${rows.length} rows, ${tests} with a test, ${rows.length - tests} with a reason`,
  );
});

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(file, ROOT));
  } catch {
    return "";
  }
}
