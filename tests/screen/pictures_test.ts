/** The documentation of the command line shows what the program writes; with `--update` it is written into it. */

import { assertEquals } from "@std/assert";
import { DOCUMENT, pictures, withPictures } from "./pictures.ts";

Deno.test("docs/command_line.md shows what the program writes, or deno task test:screen -- --update writes it", async () => {
  const document = await Deno.readTextFile(DOCUMENT);
  const shown = withPictures(document, await pictures());
  if (Deno.args.includes("--update")) {
    await Deno.writeTextFile(DOCUMENT, shown);
    await new Deno.Command("deno", { args: ["fmt", "-q", DOCUMENT.pathname] }).output();
  } else {
    assertEquals(unaligned(document), unaligned(shown));
  }
});

/** Without what `deno fmt` does to tables. */
function unaligned(text: string): string[] {
  return text.split("\n").map((line) => {
    return line.startsWith("|") ? line.replaceAll(/ {2,}/g, " ").replaceAll(/-{3,}/g, "---") : line;
  });
}
