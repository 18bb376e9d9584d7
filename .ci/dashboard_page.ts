/**
 * Puts the dashboard's page together: the scripts and styles that it has in it, as texts in one module, so that it can be
 * served from the package without a permission to read, on every runtime. The chart library goes in as npm has it.
 *
 * `deno task dashboard:build` writes the module; `deno task check` fails if it is out of date.
 *
 * @module
 */

import library from "npm:uplot@1.6.32/dist/uPlot.iife.min.js" with { type: "text" };
import libraryStyle from "npm:uplot@1.6.32/dist/uPlot.min.css" with { type: "text" };
import license from "npm:uplot@1.6.32/LICENSE" with { type: "text" };

const ROOT = `${import.meta.dirname}/..`;
const FOLDER = "src/cli/dashboard/page";

/** The parts of the style, in the order in which they count. */
const STYLES = [
  ...["colours", "base", "header", "controls", "notices", "charts"],
  ...["tables", "pictures", "keys", "sizes", "print"],
];

/** Where the module is. */
export const PAGE_TEXT = "src/cli/dashboard/page_text.ts";

/** Makes the text of the module. */
export async function pageText(): Promise<string> {
  const [script, locked] = await Promise.all(["main.ts", "locked.ts"].map(bundle));
  const parts = STYLES.map((name) => Deno.readTextFile(`${ROOT}/${FOLDER}/style/${name}.css`));
  const style = (await Promise.all(parts)).join("");
  return `/**
 * The texts of the dashboard's page. Made by \`deno task dashboard:build\` from the files in \`page/\` and from the npm
 * package uplot: change those.
 *
 * @module
 */

/** uPlot, as the package has it in \`dist/uPlot.iife.min.js\`, behind its license. */
export const CHART_LIBRARY: string = ${literal(`/*!\n${license.trim()}\n*/\n${library}`)};

/** Its style, as the package has it in \`dist/uPlot.min.css\`. */
export const CHART_STYLE: string = ${literal(libraryStyle)};

/** The page's own script, from \`page/main.ts\`. */
export const PAGE_SCRIPT: string = ${literal(script)};

/** The script of the locked page, from \`page/locked.ts\`. */
export const LOCKED_SCRIPT: string = ${literal(locked)};

/** The page's own style, from \`page/style/\`. */
export const PAGE_STYLE: string = ${literal(style)};
`;
}

/** Joins a script and all that it imports to one that a browser runs. */
async function bundle(name: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--format", "iife", "--minify"],
      ...["--config", `${FOLDER}/deno.json`, `${FOLDER}/${name}`],
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot bundle ${name}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trim();
}

/** Writes a text as a literal of one line. */
function literal(text: string): string {
  // The end of a script or style would end it in the page as well.
  if (/<\/(?:script|style)/i.test(text)) {
    throw new Error("Cannot put a text with an end tag into the page");
  }
  return JSON.stringify(text);
}

if (import.meta.main) {
  const text = await pageText();
  const path = `${ROOT}/${PAGE_TEXT}`;
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(path, text);
  else if (await Deno.readTextFile(path) !== text) {
    console.error(`${PAGE_TEXT} is out of date: run deno task dashboard:build`);
    Deno.exit(1);
  }
}
