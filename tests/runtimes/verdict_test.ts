import { assertEquals } from "@std/assert";
import type { Exception } from "./exceptions.ts";
import { verdictOf } from "./verdict.ts";

const EXCEPTION: Exception = {
  file: "tests/a_test.ts",
  name: "a > b",
  on: ["bun"],
  reason: "Bun has no b",
};

Deno.test("verdictOf() counts what passed, and names the exceptions that were met", () => {
  const files = [
    { file: "tests/a_test.ts", results: [{ name: "a > b", error: "no b" }, { name: "a" }] },
    { file: "tests/c_test.ts", results: [{ name: "a > b" }] },
  ];
  assertEquals(verdictOf("bun", files, [EXCEPTION]), {
    passed: 2,
    all: 3,
    exceptions: [EXCEPTION],
    complaints: [],
  });
});

Deno.test("verdictOf() complains of a test that fails and is no exception there", () => {
  const files = [{ file: "tests/a_test.ts", results: [{ name: "a > b", error: "no b" }] }];
  for (const exceptions of [[], [EXCEPTION]]) {
    const { passed, all, complaints } = verdictOf("node24", files, exceptions);
    assertEquals([passed, all], [0, 1]);
    assertEquals(complaints, ["tests/a_test.ts: a > b fails: no b"]);
  }
});

Deno.test("verdictOf() complains of an exception that passes, and of one that is no test", () => {
  const passing = [{ file: "tests/a_test.ts", results: [{ name: "a > b" }] }];
  assertEquals(verdictOf("bun", passing, [EXCEPTION]).complaints, [
    "tests/a_test.ts: a > b passes, and is listed as an exception",
  ]);
  const missing = [{ file: "tests/a_test.ts", results: [{ name: "a" }] }];
  assertEquals(verdictOf("bun", missing, [EXCEPTION]).complaints, [
    "tests/a_test.ts: a > b is listed, and there is no such test",
  ]);
  assertEquals(
    verdictOf("bun", [{ file: "tests/c_test.ts", results: [{ name: "c" }] }], [
      EXCEPTION,
    ]).complaints,
    [],
  );
});

Deno.test("verdictOf() complains of a file that ran no test", () => {
  assertEquals(verdictOf("node22", [{ file: "tests/a_test.ts", results: [] }], []).complaints, [
    "tests/a_test.ts has run no test",
  ]);
});
