import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { QuietReport } from "../../.ci/quiet_report.ts";
import {
  batchesOf,
  ECOSYSTEM,
  PURE_TESTS,
  runQuietly,
  SCREEN_TESTS,
  stepsOf,
  withTypesOnce,
} from "../../.ci/test.ts";

Deno.test("QuietReport gives a dot for each test that passed, and the summary", () => {
  const lines = [
    "running 2 tests from ./a_test.ts",
    "first ... ok (1ms)",
    "second ...",
    "------- output -------",
    "some figures",
    "----- output end -----",
    "  a step ... ok (1ms)",
    "second ... ok (2ms)",
    "third ... ignored (0ms)",
    "",
    "ok | 2 passed (1 step) | 0 failed | 1 ignored (12ms)",
    "",
  ];
  assertEquals(reportOf(lines), "..,\nok | 2 passed (1 step) | 0 failed | 1 ignored (12ms)\n");
});

Deno.test("QuietReport shows of a test that failed what it printed, and all errors", () => {
  const failed = [
    "second ...",
    "------- output -------",
    "seed 7",
    "----- output end -----",
    "  a step ... FAILED (1ms)",
    "second ... FAILED (due to 1 failed step) (2ms)",
  ];
  const end = [
    " ERRORS ",
    "",
    "second ... a step => ./a_test.ts:3:6",
    "error: Error: bad ... ok",
    "",
    " FAILURES ",
    "",
    "second ... a step => ./a_test.ts:3:6",
    "",
    "FAILED | 2 passed | 1 failed (1 step) (12ms)",
  ];
  const lines = ["running 3 tests from ./a_test.ts", "first ... ok (1ms)", ...failed];
  const all = [...lines, "third ... ok (1ms)", "", ...end, ""];
  assertEquals(reportOf(all), [".!", ...failed, ".", ...end, ""].join("\n"));
});

Deno.test("QuietReport shows what was under way in a run that broke off", () => {
  const lines = ["running 2 tests from ./a_test.ts", "first ... ok (1ms)", "second ...", "out"];
  assertEquals(reportOf(lines), ".\nsecond ...\nout\n");
});

Deno.test("runQuietly() counts and shows failures, leaks and modules that do not load", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
    await write("deno.json", `{ "test": { "sanitizeOps": true, "sanitizeResources": true } }`);
    await write(
      "a_test.ts",
      `Deno.test("fine", () => console.log("of no interest"));
       Deno.test("leaks", () => void setTimeout(() => {}, 10_000));
       Deno.test("fails", () => { console.log("seed", 3 + 4); throw new Error("bad"); });`,
    );
    await write("b_test.ts", `throw new Error("does not load");`);
    let shown = "";
    const show = { out: (text: string) => shown += text, error: (text: string) => shown += text };
    const args = ["test", `--config=${folder}/deno.json`, folder];
    const tally = await runQuietly(args, show);
    assertEquals(tally, { passed: 1, failed: 3 });
    for (const text of ["seed 7", "Error: bad", "A timer was started", "does not load"]) {
      assertStringIncludes(shown, text);
    }
    assert(!shown.includes("of no interest"), shown);
    const none = await runQuietly(["test", `${folder}/none_test.ts`], show);
    assertEquals(none, { passed: 0, failed: 1 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stepsOf() gives each step its own of the files and folders", () => {
  const all = ["unit", "live"] as const;
  assertEquals(stepsOf(all, []), [["unit", []], ["live", []]]);
  const some = ["tests/client", "tests/codec/text_test.ts", "src/key.ts"];
  assertEquals(stepsOf(all, some), [
    ["unit", ["tests/codec/text_test.ts"]],
    ["live", ["tests/client"]],
    ["doc", ["src/key.ts"]],
  ]);
  assertEquals(stepsOf(all, ["tests"]), [["unit", PURE_TESTS], ["live", ["tests"]]]);
  assertEquals(stepsOf(["live"], ["tests/codec"]), [["live", ["tests/codec"]]]);
});

Deno.test("batchesOf() runs the pure tests live only where they are asked for", () => {
  const ignoredBy = (paths: string[]) => batchesOf("live", paths)[0].args[2];
  assertEquals(ignoredBy(["tests/client"]), `--ignore=${[...PURE_TESTS, ...SCREEN_TESTS]}`);
  const others = [...PURE_TESTS.slice(1), ...SCREEN_TESTS];
  assertEquals(ignoredBy(["tests/protocol/cuts.ts"]), `--ignore=${others}`);
  assertEquals(batchesOf("live", PURE_TESTS)[0].args, [
    "test",
    "-P=live",
    `--ignore=${SCREEN_TESTS}`,
    ...PURE_TESTS,
  ]);
});

Deno.test("withTypesOnce() leaves the types of the unit tests to a run of all types, where there is one", () => {
  const unit = batchesOf("unit");
  assertEquals(withTypesOnce(unit), unit);
  const batches = withTypesOnce([...unit, ...batchesOf("live")]);
  const checked = batches.filter(({ args }) => !args.includes("--no-check"));
  assertEquals(checked.map(({ name }) => name), ["types"]);
});

Deno.test("batchesOf() lets only the tests with libraries of others read the environment", () => {
  const permissions = (paths: string[]) => batchesOf("live", paths).map(({ args }) => args[1]);
  assertEquals(permissions(["tests/client"]), ["-P=live"]);
  assertEquals(permissions([`${ECOSYSTEM}/a_test.ts`]), ["-P=ecosystem"]);
  assertEquals(permissions(["tests/client", ECOSYSTEM]), ["-P=live", "-P=ecosystem"]);
  assertEquals(batchesOf("live", ["tests"]).map(({ args }) => args.slice(1)), [
    ["-P=live", `--ignore=${[...PURE_TESTS, ...SCREEN_TESTS, ECOSYSTEM]}`, "tests"],
    ["-P=ecosystem", ECOSYSTEM],
  ]);
  assertEquals(
    batchesOf("live").filter(({ args }) => args.includes(ECOSYSTEM))
      .map(({ args }) => args.find((argument) => argument.startsWith("-P="))),
    ["-P=ecosystem"],
  );
});

function reportOf(lines: readonly string[]): string {
  let shown = "";
  const report = new QuietReport((text) => shown += text);
  for (const line of lines) report.add(line);
  report.end();
  return shown;
}
