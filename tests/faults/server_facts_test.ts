import { assertEquals, assertGreaterOrEqual } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

Deno.test("server_facts.md names a test that is there for each rule and each fact", async () => {
  const text = await Deno.readTextFile(new URL("tests/faults/server_facts.md", ROOT));
  const rows = text.split("\n").filter((line) =>
    line.startsWith("|") && !line.startsWith("| ---") && !/\| test *\|$/.test(line)
  );
  assertGreaterOrEqual(rows.length, 60);
  const missing: string[] = [];
  for (const row of rows) {
    const named = /\| `(tests\/[\w/]+\.ts)`: (.+?) *\|$/.exec(row);
    if (named === null) missing.push(`no test: ${row}`);
    else if (!hasTest(await textOf(named[1]), named[2])) {
      missing.push(`${named[1]} has no test "${named[2]}"`);
    }
  }
  assertEquals(missing, []);
});

/** In a name that is put together, `…` stands for what is put in. */
function hasTest(text: string, name: string): boolean {
  return text.includes(`"${name}"`) ||
    text.replace(/\$\{\w+\}/g, "…").includes(`\`${name}\``);
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(file, ROOT));
  } catch {
    return "";
  }
}
