/** What JSR scores: every entry point says what it is, and shows how it is used. */

import { assert, assertEquals } from "@std/assert";
import settings from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const READ_ONLY = { permissions: { read: [ROOT] } };

Deno.test("documents: every entry point has a module comment with an example", READ_ONLY, () => {
  for (const [entry, file] of Object.entries(settings.exports)) {
    const text = read(file);
    const [comment = ""] = /^\/\*\*.*?\*\//s.exec(text) ?? [];
    assert(comment.includes("\n * @module\n"), entry);
    assert(/\n \* @example .+\n \* ```ts\n/.test(comment), entry);
    const specifier = `${settings.name}${entry.slice(1)}`;
    assert(comment.includes(` from "${specifier}";`), `${entry} does not show its own import`);
  }
});

Deno.test(
  "documents: every entry point is in the imports, and its documentation is linted",
  READ_ONLY,
  () => {
    const linted = /deno doc --lint (.+)$/.exec(settings.tasks.lint.command)?.[1].split(" ") ?? [];
    const imports: Record<string, string> = settings.imports;
    for (const [entry, file] of Object.entries(settings.exports)) {
      assertEquals(imports[`${settings.name}${entry.slice(1)}`], file);
      const path = file.slice(2);
      const patterns = linted.map((pattern) => RegExp.escape(pattern).replaceAll("\\*", "[^/]+"));
      assert(patterns.some((pattern) => new RegExp(`^${pattern}$`).test(path)), path);
    }
  },
);

Deno.test("documents: the description for JSR fits", READ_ONLY, () => {
  const [, text] = /- Description: "([^"]+)"/.exec(read("CONTRIBUTING.md")) as RegExpExecArray;
  assert(text.replaceAll(/\s+/g, " ").length <= 250);
});

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}
