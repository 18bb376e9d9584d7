/** Each distribution against the client that it is named for: every fact that was recorded from the originals. */

import { assert, assertEquals } from "@std/assert";
import { encodeHex } from "@std/encoding";
import { compareCase, WIRE_KEYS } from "./compared.ts";
import { ASKED, type Original, ORIGINALS } from "./originals.ts";

for (const original of ORIGINALS) {
  Deno.test(`distributionOf() chooses the servers of ${original.recordedFrom}`, async () => {
    await checkWhole(original);
    let all = 0;
    for (const one of original.cases) {
      const { facts, different } = compareCase(one, original);
      assertEquals(different, 0, JSON.stringify({ ...one, owners: undefined }));
      all += facts;
    }
    assertEquals(all, original.facts);
    console.log(`${original.recordedFrom}: ${all} facts compared, 0 differ`);
  });
}

Deno.test("the originals were asked for 1,000 keys and more, wide ones among them, over 20 lists and more each", () => {
  const wide = ASKED.keys.filter((key, i) => key !== WIRE_KEYS[i]);
  assert(ASKED.keys.length >= 1000 && wide.length >= 200);
  for (const { name, cases } of ORIGINALS) {
    assert(new Set(cases.map(({ list }) => list)).size >= 20, name);
  }
});

/** The file is as it was written: its digest says so. */
async function checkWhole({ cases, sha256 }: Original): Promise<void> {
  const text = new TextEncoder().encode(cases.map(({ owners }) => owners).join("\n"));
  assertEquals(encodeHex(await crypto.subtle.digest("SHA-256", text)), sha256);
}
