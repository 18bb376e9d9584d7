import { assertEquals, assertThrows } from "@std/assert";
import { parseOptions } from "../../../bench/load/options.ts";
import { fullMatrix, nameOf, quickMatrix } from "../../../bench/load/work.ts";

Deno.test("parseOptions() runs everything and saves it unless told otherwise", () => {
  const options = parseOptions([]);
  assertEquals(options.works, fullMatrix());
  assertEquals(options.save, true);
});

Deno.test("parseOptions() saves no part of a run, unless told to", () => {
  assertEquals(parseOptions(["--quick"]).save, false);
  assertEquals(parseOptions(["--only", "get 100B"]).save, false);
  assertEquals(parseOptions(["--quick", "--save"]).save, true);
});

Deno.test("parseOptions() picks works by any of the names given", () => {
  const { works } = parseOptions(["--only", "setMulti100 10B c1 ", "--only", "get 100kB c64"]);
  assertEquals(works.map(nameOf), ["get 100kB c64 s1", "setMulti100 10B c1 s1"]);
});

Deno.test("parseOptions() says what it cannot use", () => {
  assertThrows(() => parseOptions(["--fast"]), RangeError, '"--fast"');
  assertThrows(() => parseOptions(["--only", "nothing"]), RangeError, '"nothing"');
  assertThrows(() => parseOptions(["--participants", "redis"]), RangeError, '"redis"');
  assertThrows(() => parseOptions(["--rounds", "0"]), RangeError, "must be > 0");
  assertThrows(() => parseOptions(["--ms"]), RangeError, "missing");
});

Deno.test("quickMatrix() is a part of fullMatrix(), under unique names", () => {
  const names = fullMatrix().map(nameOf);
  assertEquals(new Set(names).size, names.length);
  assertEquals(quickMatrix().map(nameOf).filter((name) => !names.includes(name)), []);
});
