import { assertEquals } from "@std/assert";
import { type Batch, runBatches } from "../../.ci/batches.ts";
import type { Tally } from "../../.ci/tally.ts";
import type { Show } from "../../.ci/terminal.ts";

Deno.test("runBatches() runs two at once, one stage after the other, and shows each when it is over", async () => {
  const runs = new Map<string, PromiseWithResolvers<Tally>>();
  const run = ([name]: readonly string[], show: Show) => {
    show.out(`${name} runs\n`);
    const started = Promise.withResolvers<Tally>();
    runs.set(name, started);
    return started.promise;
  };
  let shown = "";
  const show = { out: (text: string) => shown += text, error: (text: string) => shown += text };
  const end = async (name: string, failed: number) => {
    runs.get(name)?.resolve({ passed: 1, failed });
    runs.delete(name);
    await new Promise((resolve) => setTimeout(resolve));
    return Array.from(runs.keys());
  };
  const batches = [batch("a", 1), batch("b"), batch("c"), batch("d"), batch("e", 2)];
  const tallies = runBatches(batches, run, show);
  assertEquals(Array.from(runs.keys()), ["b", "c"]);
  assertEquals(shown, "");
  assertEquals(await end("c", 1), ["b", "d"]);
  assertEquals(shown, "\n# c\nc runs\n");
  assertEquals(await end("d", 0), ["b"]);
  assertEquals(await end("b", 0), ["a"]);
  assertEquals(await end("a", 0), ["e"]);
  assertEquals(await end("e", 2), []);
  assertEquals((await tallies).map(({ failed }) => failed), [1, 0, 0, 0, 2]);
});

Deno.test("runBatches() runs one that waits beside two others, and more of those where no others are left", async () => {
  const ends = new Map<string, () => void>();
  const begun: string[] = [];
  const run = async ([name]: readonly string[]): Promise<Tally> => {
    begun.push(name);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    return { passed: 1, failed: 0 };
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise((resolve) => setTimeout(resolve));
    return begun;
  };
  const waiting = ["w1", "w2", "w3"].map((name) => ({ ...batch(name), waits: true }));
  const batches = [...waiting, ...["a", "b", "c"].map((name) => batch(name))];
  const tallies = runBatches(batches, run, { out: () => {}, error: () => {} });
  assertEquals(begun, ["a", "b", "w1"]);
  assertEquals((await end("w1")).slice(3), ["w2"]);
  assertEquals((await end("a")).slice(4), ["c"]);
  assertEquals((await end("b")).slice(5), ["w3"]);
  for (const name of ["c", "w2", "w3"]) await end(name);
  assertEquals((await tallies).length, 6);
});

Deno.test("runBatches() shows at once what the only one of a stage says", () => {
  let shown = "";
  const show = { out: (text: string) => shown += text, error: () => {} };
  void runBatches([batch("a"), batch("b", 1), batch("c", 1)], (_, { out }) => {
    out("a runs");
    return new Promise(() => {});
  }, show);
  assertEquals(shown, "\n# a\na runs");
});

function batch(name: string, stage = 0): Batch {
  return { name, args: [name], stage };
}
