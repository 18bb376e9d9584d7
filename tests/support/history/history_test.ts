import { assertEquals, assertStringIncludes } from "@std/assert";
import { Holders } from "./holders.ts";
import { History, HistoryTally } from "./history.ts";

Deno.test("History allows what may have been left, and finds what was overwritten", () => {
  const history = new History(new HistoryTally());
  history.read("a", undefined, history.now());
  const first = history.change(["a"], "first");
  history.read("a", "first", history.now());
  first.ended("done");
  const began = history.now();
  const lost = history.change(["a"], "lost");
  lost.ended("maybe");
  const second = history.change(["a"], "second");
  second.ended("done");
  // This one began before, and a change in doubt may be carried out at any time.
  history.read("a", "first", began);
  history.read("a", "lost", history.now());
  assertEquals(history.wrong, undefined);
  history.read("a", "first", history.now());
  assertStringIncludes(String(history.wrong), "gave first");
});

Deno.test("History finds a refill that takes the place of something newer, and lets it be shared", () => {
  const history = new History(new HistoryTally());
  const client = {};
  const loading = history.loading("a", client);
  history.loads(loading, "loaded", true, true);
  history.change(["a"], "newer").ended("done");
  const joined = history.loading("a", client);
  history.loaded(joined, undefined, { value: "loaded" });
  history.loaded(loading, "loaded", { value: "loaded" });
  assertEquals(history.wrong, undefined);
  history.read("a", "loaded", history.now());
  assertStringIncludes(String(history.wrong), "gave loaded");
});

Deno.test("History lets an update be lost whose namespace has lost its number, if it was called before what it read was stored", () => {
  for (const isCalledBefore of [true, false]) {
    const history = new History(new HistoryTally());
    history.numberLost(["a"]);
    const early = history.now();
    history.change(["a"], "stored").ended("done");
    const late = history.now();
    for (const after of ["one", "other"]) {
      const read = history.now();
      history.change(["a"], after).ended("done");
      history.updated("a", "stored", after, read, isCalledBefore && after === "one" ? early : late);
    }
    assertEquals(history.wrong === undefined, isCalledBefore);
  }
});

Deno.test("History finds an update that is lost, and one that overwrites what it has not read", () => {
  for (const isLost of [true, false]) {
    const history = new History(new HistoryTally());
    history.change(["a"], "first").ended("done");
    const read = history.now();
    if (!isLost) history.change(["a"], "between").ended("done");
    for (const after of isLost ? ["one", "two"] : ["one"]) {
      history.change(["a"], after).ended("done");
      history.updated("a", "first", after, read);
    }
    assertStringIncludes(String(history.wrong), isLost ? "lost one" : "lost between");
  }
});

Deno.test("History allows a value kept near until it is too old, and never one from before the reader's own change", () => {
  let time = 0;
  const client = {};
  const near = { client, maxAge: 10 };
  const read = (history: History) => history.read("a", "first", history.now(), "a read", near);
  for (const isOwn of [false, true]) {
    const history = new History(new HistoryTally(), { now: () => time });
    history.change(["a"], "first", client).ended("done");
    history.change(["a"], "second", isOwn ? client : {}).ended("done");
    if (!isOwn) {
      time += 9;
      read(history);
      assertEquals([history.wrong, history.tally.behind], [undefined, 1]);
      time += 1;
    }
    read(history);
    assertStringIncludes(String(history.wrong), "gave first");
  }
});

Deno.test("Holders finds a second holder, a token that does not grow, and a release that lies", () => {
  const wrongs: readonly [wrong: string, play: (holders: Holders) => void][] = [
    ["beside 1", (holders) => holders.given("a", 2n)],
    ["after 1", (holders) => {
      holders.expire();
      holders.given("a", 1n);
    }],
    ["gave true", (holders) => {
      holders.expire();
      holders.released("a", 1n, holders.releases("a", 1n), true);
    }],
  ];
  for (const [wrong, play] of wrongs) {
    const holders = new Holders();
    holders.given("a", 1n);
    assertEquals(holders.wrong, undefined);
    play(holders);
    assertStringIncludes(String(holders.wrong), wrong);
  }
});
