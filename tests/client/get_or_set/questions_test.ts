/** The table of questions that wait for an answer, against a list of them. */

import { assertEquals } from "@std/assert";
import { NOWHERE, Questions } from "../../../src/operations/get_or_set/questions.ts";
import { Random } from "../../support/random.ts";

interface Question {
  readonly wireKey: string;
  hasLeft: boolean;
  place: number;
  next: Question | undefined;
}

Deno.test("Questions finds, gives and forgets exactly those that wait, however many share a place", () => {
  const seed = 7;
  const random = new Random(seed);
  const questions = new Questions<Question>();
  const waiting: Question[] = [];
  const below = (n: number) => random.below(n);
  for (let step = 0; step < 20_000; step++) {
    const wireKey = `k${below(3000)}`;
    const found = waiting.findLast((each) => each.wireKey === wireKey && !each.hasLeft);
    assertEquals(questions.find(wireKey), found, `seed ${seed}`);
    assertEquals(
      new Set(questions.of(wireKey)),
      new Set(waiting.filter((each) => each.wireKey === wireKey)),
    );
    if (below(waiting.length) < 1500) {
      const question = { wireKey, hasLeft: below(4) === 0, place: NOWHERE, next: undefined };
      if (questions.same(question) === undefined) {
        questions.add(question);
        waiting.push(question);
      }
    } else {
      const [question] = waiting.splice(below(waiting.length), 1);
      questions.remove(question);
      questions.remove(question);
    }
    assertEquals(questions.isEmpty, waiting.length === 0);
  }
  assertEquals(new Set(questions), new Set(waiting));
});
