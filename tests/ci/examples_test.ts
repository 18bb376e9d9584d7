import { assertEquals } from "@std/assert";
import { runExamples } from "../../.ci/examples.ts";
import type { Tally } from "../../.ci/tally.ts";

const ARGS = ["test", "--doc", "-P=doc", "mod.ts", "src"];
const FAILED = "file:///it/src/a.ts#6-24.ts => \u001b[2m./src/a.ts#6-24.ts:6:6\u001b[0m\n";

/** Runs examples whose first and second time end as given. Gives the tally, and what was run. */
async function ran(...ends: readonly (readonly [said: string, tally: Tally])[]) {
  const runs: (readonly string[])[] = [];
  const tally = await runExamples(
    (args, show) => {
      const [said, tally] = ends[runs.length];
      runs.push(args);
      // Errors are listed with their names, and failures once more.
      show.out(said + said);
      return Promise.resolve(tally);
    },
    ARGS,
    ["--quiet"],
    { out() {}, error() {} },
  );
  return [tally, runs.slice(1)];
}

Deno.test("runExamples() runs an example that failed once more by itself", async () => {
  const first = [FAILED, { passed: 432, failed: 1 }] as const;
  const again = ["test", "--doc", "-P=doc", "src/a.ts", "--quiet"];
  const good = { passed: 433, failed: 0 };
  assertEquals(await ran(["", good]), [good, []]);
  assertEquals(await ran(first, ["", { passed: 3, failed: 0 }]), [good, [again]]);
  assertEquals(await ran(first, [FAILED, { passed: 2, failed: 1 }]), [first[1], [again]]);
});

Deno.test("runExamples() takes what failed otherwise for failed", async () => {
  for (const failed of [1, 2]) {
    const tally = { passed: 5, failed };
    assertEquals(await ran([failed === 1 ? "error: Type checking failed\n" : FAILED, tally]), [
      tally,
      [],
    ]);
  }
});
