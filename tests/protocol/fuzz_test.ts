import { assert } from "@std/assert";
import { fuzzParser } from "../fuzz/parser_fuzz.ts";

const STREAMS = 50_000;

Deno.test(`ReplyParser.feed() survives ${STREAMS} random and mutated streams, cut at random`, () => {
  const outcome = fuzzParser(STREAMS, 20260112);
  assert(outcome.replies > STREAMS, "few replies were found: the streams are too random");
  assert(outcome.refused > STREAMS / 10, "few streams were refused: they are too tame");
  assert(outcome.unfinished > STREAMS / 100, "few streams ended inside a reply");
  console.log(
    `fuzz: ${outcome.streams} streams, ${outcome.replies} replies, ${outcome.refused} refused, ` +
      `${outcome.unfinished} unfinished, ${outcome.longest.toFixed(0)} ms`,
  );
});
