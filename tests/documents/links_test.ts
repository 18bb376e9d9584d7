import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const READ_ONLY = { permissions: { read: [ROOT] } };

Deno.test(
  "documents: every link to a file or heading of the repository leads there",
  READ_ONLY,
  () => {
    const pages = [...filesIn("", /\.md$/), ...filesIn("src/", /\.ts$/), "mod.ts"];
    assert(pages.length > 200);
    const links = pages.flatMap((page) => linksOf(page, read(page)));
    assert(links.length > 60);
    assertEquals(
      links.map((link) => broken(link)).filter((sentence) => sentence !== undefined),
      [],
    );
  },
);

Deno.test("documents: links lead from the README to every page of docs/", READ_ONLY, () => {
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    const links = linksOf(page, read(page)).map(({ path }) => path);
    for (const path of links) if (/^docs\/.*\.md$/.test(path)) reached.add(path);
  }
  assertEquals(filesIn("docs/", /\.md$/).filter((page) => !reached.has(page)), []);
});

Deno.test(
  "broken() names a file that is not there, and a heading that is not there",
  READ_ONLY,
  () => {
    const text =
      "[a](docs/none.md) [b](#see-it) [c](CONTRIBUTING.md#none) [d](LICENSE)\n# See `it`\n";
    assertEquals(linksOf("README.md", text).map((link) => broken(link, text)), [
      "README.md leads to docs/none.md, which is not there",
      undefined,
      "README.md leads to CONTRIBUTING.md#none, which is not there",
      undefined,
    ]);
  },
);

interface Link {
  /** Where it stands. */
  from: string;
  /** From the root of the repository. */
  path: string;
  anchor: string;
}

/** The links of a page that stay in the repository. */
function linksOf(from: string, text: string): Link[] {
  const prose = from.endsWith(".md") ? withoutCode(text) : commentsOf(text);
  const targets = Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target);
  return targets.filter((target) => !/^\w+:/.test(target) && /[.#]|^[A-Z]+$/.test(target))
    .map((target) => {
      const { pathname, hash } = new URL(target, new URL(from, ROOT));
      return { from, path: pathname.slice(ROOT.pathname.length), anchor: hash.slice(1) };
    });
}

/** Says what is wrong with a link. `text` takes the place of the file it leads to if that is the page it stands on. */
function broken({ from, path, anchor }: Link, text?: string): string | undefined {
  const sentence = `${from} leads to ${path}${
    anchor === "" ? "" : `#${anchor}`
  }, which is not there`;
  if (!isThere(path)) return sentence;
  if (anchor === "" || !path.endsWith(".md")) return undefined;
  const page = path === from && text !== undefined ? text : read(path);
  return anchorsOf(page).has(decodeURIComponent(anchor)) ? undefined : sentence;
}

/** The anchors of a page as GitHub makes them: small letters, no punctuation, a hyphen for a space. */
function anchorsOf(page: string): Set<string> {
  const headings = Array.from(withoutCode(page).matchAll(/^#+ (.+)$/gm), ([, text]) => text);
  return new Set(
    headings.map((text) =>
      text.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
    ),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, "");
}

function commentsOf(source: string): string {
  return source.split("\n").filter((line) => /^\s*\/?\*/.test(line)).join("\n");
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, ROOT)) !== undefined;
  } catch {
    return false;
  }
}

/** Files of a folder and its folders, by their paths in that folder, from the root of the repository. */
function filesIn(folder: string, names: RegExp): string[] {
  const entries = [...Deno.readDirSync(new URL(folder === "" ? "." : folder, ROOT))];
  return entries.flatMap(({ name, isDirectory }) => {
    if (isDirectory) {
      return /^\.|^node_modules$|^coverage$/.test(name) ? [] : filesIn(`${folder}${name}/`, names);
    }
    return names.test(name) ? [`${folder}${name}`] : [];
  });
}
