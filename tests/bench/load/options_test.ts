import { assertEquals, assertThrows } from "@std/assert";
import { parseOptions } from "../../../bench/load/options.ts";
import { fullMatrix, hasTarget, nameOf, targetMatrix } from "../../../bench/load/work.ts";

const [WORK] = targetMatrix();

function read(args: string[]) {
  return parseOptions(args, "/home/me");
}

Deno.test("parseOptions() runs everything and saves it unless told otherwise", () => {
  const options = read([]);
  assertEquals(options.works, fullMatrix());
  assertEquals(options.save, true);
});

Deno.test("parseOptions() saves no part of a run, unless told to", () => {
  assertEquals(read(["--quick"]).save, false);
  assertEquals(read(["--only", "get 100B"]).save, false);
  assertEquals(read(["--quick", "--save"]).save, true);
});

Deno.test("parseOptions() picks works by any of the names given", () => {
  const { works } = read(["--only", "setMulti100 10B c1 ", "--only", "get 100kB c64"]);
  assertEquals(works.map(nameOf), ["get 100kB c64 s1", "setMulti100 10B c1 s1"]);
});

Deno.test("parseOptions() compares with a folder, given from where the command was run", () => {
  const options = read(["--compare", "../before"]);
  assertEquals(options.before, "libmc@/home/before");
  assertEquals(options.works, targetMatrix());
  assertEquals(options.save, false);
  assertEquals(read(["--compare", "/other"]).before, "libmc@/other");
  assertEquals(read(["--compare", "/other", "--only", "set 10B c64"]).works.length, 1);
  assertEquals(read([]).before, undefined);
});

Deno.test("parseOptions() makes each kind of run a short one with --smoke", () => {
  assertEquals(read(["--smoke"]).works, targetMatrix());
  for (
    const args of [["--smoke"], ["--smoke", "--compare", "/x"], ["--compare", "/x", "--smoke"]]
  ) {
    const options = read(args);
    assertEquals(options.timesOf(WORK), { rounds: 1, milliseconds: 5, warmUp: 5 });
    assertEquals(options.save, false);
  }
});

Deno.test("parseOptions() runs on one core and on two, unless one of them is named", () => {
  assertEquals(read([]).cores, ["one", "two"]);
  assertEquals(read(["--cores", "two"]).cores, ["two"]);
});

Deno.test("parseOptions() lets libmc itself take part where a Python is given", () => {
  assertEquals(read([]).participants.includes("libmc-python"), false);
  const { participants, python } = read(["--libmc", "/opt/python3"]);
  assertEquals([participants.at(-1), python], ["libmc-python", "/opt/python3"]);
  assertEquals(read(["--libmc", "../venv/python"]).python, "/home/venv/python");
  assertEquals(read(["--libmc", "python3"]).python, "python3");
});

Deno.test("parseOptions() measures longest what has a target, and warms one caller for more than a second", () => {
  const { works, timesOf } = read([]);
  for (const work of works) {
    const { rounds, warmUp } = timesOf(work);
    assertEquals(rounds, hasTarget(work) ? 9 : 5, nameOf(work));
    if (work.callers === 1) assertEquals(warmUp > 1000, true, nameOf(work));
  }
  const asked = read(["--rounds", "2", "--ms", "30", "--warm-up", "40"]);
  assertEquals(asked.timesOf(WORK), { rounds: 2, milliseconds: 30, warmUp: 40 });
});

Deno.test("parseOptions() says what it cannot use", () => {
  assertThrows(() => read(["--fast"]), RangeError, '"--fast"');
  assertThrows(() => read(["--only", "nothing"]), RangeError, '"nothing"');
  assertThrows(() => read(["--participants", "redis"]), RangeError, '"redis"');
  assertThrows(() => read(["--rounds", "0"]), RangeError, "must be > 0");
  assertThrows(() => read(["--cores", "three"]), RangeError, '"three"');
  assertThrows(() => read(["--ms"]), RangeError, "missing");
});

Deno.test("targetMatrix() is a part of fullMatrix(), under unique names", () => {
  const names = fullMatrix().map(nameOf);
  assertEquals(new Set(names).size, names.length);
  assertEquals(targetMatrix().map(nameOf).filter((name) => !names.includes(name)), []);
});
