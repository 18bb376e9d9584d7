/** `llms.txt`, for those who write code with an assistant: its form, its links, its example. */

import { assert, assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const TEXT = Deno.readTextFileSync(new URL("llms.txt", ROOT));

Deno.test("llms.txt has the form of llmstxt.org", () => {
  const [head, ...sections] = TEXT.split(/^## /m);
  assertMatch(head, /^# libmc\n\n> .+\n\n/);
  assertEquals(Array.from(head.replaceAll(CODE, "").matchAll(/^#/gm)).length, 1);
  assertEquals(sections.map((section) => section.split("\n")[0]), ["Docs", "Examples", "Optional"]);
  for (const section of sections) {
    const [, blank, ...lines] = section.trimEnd().split("\n");
    assertEquals(blank, "");
    for (const line of lines) assertMatch(line, /^- \[[^\]]+\]\([^)\s]+\): .+$/);
  }
});

Deno.test("llms.txt leads to every page and every example, and to nothing else", () => {
  const links = Array.from(TEXT.matchAll(/^- \[[^\]]+\]\(([^)]+)\)/gm), ([, path]) => path);
  for (const path of links) assert(Deno.statSync(new URL(path, ROOT)).isFile, path);
  const pages = ["docs/", "docs/examples/"].flatMap((folder) =>
    [...Deno.readDirSync(new URL(folder, ROOT))]
      .filter(({ isFile }) => isFile).map(({ name }) => folder + name)
  );
  assertEquals(pages.filter((page) => !links.includes(page)), []);
  assertEquals(links.length, new Set(links).size);
});

Deno.test("llms.txt has an example that runs as it stands", async () => {
  const [[, code], ...others] = TEXT.matchAll(CODE);
  assertEquals(others, []);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/example.ts`, code);
    const { success, stderr } = await new Deno.Command("deno", {
      args: [
        ...["run", "--config=deno.json", "--no-prompt", "--allow-net=127.0.0.1"],
        `${folder}/example.ts`,
      ],
      cwd: ROOT,
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("llms.txt names methods and options that are there", async () => {
  const client = await Deno.readTextFile(new URL("src/client/client.ts", ROOT));
  for (const name of ["getOrSet", "getMulti", "setMulti", "update", "incr", "lock", "namespace"]) {
    assert(TEXT.includes(`${name}(`), name);
    assertMatch(client, new RegExp(`^  ${name}(?:<|\\()`, "m"));
  }
  const options = await Deno.readTextFile(new URL("docs/options.md", ROOT));
  for (const name of ["timeout", "pollTimeout", "strict", "longKeys"]) {
    assert(TEXT.includes(name) && options.includes(`| \`${name}\``), name);
  }
});

const CODE = /^```ts\n(.*?)^```$/gms;
