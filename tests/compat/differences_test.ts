import { assertEquals } from "@std/assert";
import {
  BESIDES_DIFFERENCES,
  BIG_DIFFERENCES,
  CHUNK_DIFFERENCES,
  type Differences,
  REPLY_DIFFERENCES,
  STEP_DIFFERENCES,
} from "./wire_differences.ts";

const DOCUMENT = new URL("../vectors/differences.md", import.meta.url);

Deno.test("differences.md gives the reason of every difference, and how many calls have it", async () => {
  const expected: string[] = [];
  for (
    const [kind, differences] of [
      ["calls", STEP_DIFFERENCES],
      ["calls", BESIDES_DIFFERENCES],
      ["replies", REPLY_DIFFERENCES],
      ["big values", BIG_DIFFERENCES],
      ["big values", CHUNK_DIFFERENCES],
    ] as const
  ) {
    for (const [reason, count] of countedByReason(differences)) {
      expected.push(`${count} ${kind}: ${reason}`);
    }
  }
  assertEquals((await documented()).sort(), expected.sort());
});

function countedByReason(differences: Differences): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of Object.values(differences)) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

/** Rows of the section: `| **reason** | 3 calls, 1 replies | … |`. */
async function documented(): Promise<string[]> {
  const text = await Deno.readTextFile(DOCUMENT);
  const section = text.split("\n## Wire\n")[1]?.split("\n## ")[0] ?? "";
  return Array.from(section.matchAll(/^\| \*\*(.+?)\*\* \| (.+?) \|/gm)).flatMap((
    [, reason, counts],
  ) => counts.split(", ").map((count) => `${count}: ${reason}`));
}
