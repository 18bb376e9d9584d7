/** Finds the tests that a document names. */

const ROOT = new URL("../../", import.meta.url);

/**
 * Gives the entries whose test is not there. An entry is a file in backquotes, a colon and the name of the test, which
 * may be followed by a sentence that explains something.
 */
export async function missingTests(entries: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const entry of entries) {
    const [, file, rest] = /`(tests\/[\w/]+\.ts)`: (.+)$/.exec(entry) ?? [];
    const source = file === undefined ? "" : await textOf(file);
    const isThere = rest?.split(". ").some((_, i, parts) =>
      names(source, parts.slice(0, i + 1).join(". "))
    );
    if (!isThere) missing.push(entry);
  }
  return missing;
}

/** True if a source has the name of a test as a text, or as a template with anything in its gaps. */
function names(source: string, name: string): boolean {
  if (source.includes(`"${name}"`)) return true;
  for (const [, template] of source.matchAll(/`([^`]*\$\{[^`]*)`/g)) {
    const parts = template.split(/\$\{[^}]*\}/).map((part) => RegExp.escape(part));
    const fixed = parts.join("");
    if (fixed.length >= SHORTEST && new RegExp(`^${parts.join(".*")}$`).test(name)) return true;
  }
  return false;
}

async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(new URL(file, ROOT));
  } catch {
    return "";
  }
}

/** A template of little more than gaps would name every test. */
const SHORTEST = 20;
