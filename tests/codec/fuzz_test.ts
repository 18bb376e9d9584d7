import { assert } from "@std/assert";
import { fuzz } from "./fuzz.ts";

Deno.test("readMarshal() and readPickle() survive 200,000 random and mutated streams", () => {
  const outcome = fuzz(200_000, 20260110);
  assert(outcome.read > 10_000, "nearly nothing was read: the streams are too random");
  assert(outcome.refused > 10_000, "nearly nothing was refused: the streams are too tame");
  console.log(
    `fuzz: ${outcome.streams} streams, ${outcome.read} read, ${outcome.refused} refused, at most ` +
      `${outcome.worstRatio.toFixed(1)} times their size, ${outcome.longest.toFixed(0)} ms`,
  );
});
