import { assert, assertEquals } from "@std/assert";
import { newestOf, PROGRAM } from "../../.ci/jsr_check.ts";
import settings from "../../deno.json" with { type: "json" };

Deno.test("newestOf() takes the newest release, and no pre-release", () => {
  assertEquals(newestOf(["v0.9.0", "v0.10.0", "v0.10.1", "v1.0.0-rc.1", "vnext", ""]), "0.10.1");
  assertEquals(newestOf(["v2.0.0", "v10.0.0", "v10.0.0-beta"]), "10.0.0");
  assertEquals(newestOf([""]), undefined);
});

Deno.test("jsr:check: its program uses every entry point", async () => {
  const program = await Deno.readTextFile(PROGRAM);
  for (const entry of Object.keys(settings.exports)) {
    const specifier = `${settings.name}${entry.slice(1)}`;
    assert(program.includes(` from "${specifier}";`), specifier);
  }
});
