/** The examples of the documentation that are programs. */

/** The first block of code of a page in a language, without its fence. */
export async function firstBlock(page: URL, language: string): Promise<string> {
  const text = await Deno.readTextFile(page);
  const block = new RegExp(`^\`\`\`${language}\\b[^\\n]*\\n(.*?)^\`\`\`$`, "ms").exec(text)?.[1];
  if (block === undefined) throw new Error(`${page} has no block of ${language}`);
  return block;
}
