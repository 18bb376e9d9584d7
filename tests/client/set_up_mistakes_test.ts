/** Nothing is silent: each mistake in a set-up is told, by the client that cannot be made, by calls, or on the console. */

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ConnectionError } from "@libmc/libmc";
import { settle } from "../support/settle.ts";
import { MISTAKES, type SetUp } from "./set_up_mistakes.ts";

for (const { what, told, says, open } of MISTAKES) {
  Deno.test(`Client tells of ${what}: ${told}`, async () => {
    await using stack = new AsyncDisposableStack();
    const setUp = await open(stack);
    if (told === "make") {
      const error = await assertRejects(() => calls(setUp), TypeError);
      return assertMatch(error.message, says);
    }
    const { outcomes, said } = await calls(setUp);
    if (told === "reject") {
      for (const outcome of outcomes) assertMatch(String(outcome), says);
      assertEquals(outcomes[0] instanceof ConnectionError, true, String(outcomes[0]));
      return assertEquals(said, [], "What rejects is seen");
    }
    assertEquals(outcomes, [undefined, undefined, undefined]);
    assertEquals(said.length, 1, said.join("\n"));
    assertMatch(said[0], says);
    assertMatch(said[0], /^libmc: No call to .* has succeeded yet, and callers see no error\. /);
    assertMatch(said[0], /This is said once: .* "warn" to false to hear nothing\.$/);
    const silenced = await calls(setUp, { warn: false });
    assertEquals([silenced.outcomes, silenced.said], [outcomes, []]);
  });
}

/** Makes three calls that are not strict, and gives what came of them and what the console was told. */
async function calls(
  { server, options }: SetUp,
  more: ClientOptions = {},
): Promise<{ outcomes: unknown[]; said: string[] }> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (text: string) => said.push(text);
  try {
    await using client = new Client(server, { ...options, ...more });
    const outcomes: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      outcomes.push(await client.get(`key${i}`).catch((error) => error));
      await settle();
    }
    return { outcomes, said };
  } finally {
    console.warn = warn;
  }
}
