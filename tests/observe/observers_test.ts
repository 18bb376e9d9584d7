import { assertEquals, assertThrows } from "@std/assert";
import type { CallEnd, Observer } from "../../src/observe/observer.ts";
import { Observers } from "../../src/observe/observers.ts";

/** An observer that writes down all that it hears, under its name. */
function noting(notes: string[], name: string): Observer {
  return {
    begin(verb) {
      notes.push(`${name} begin ${verb}`);
      return `token of ${name}`;
    },
    end: (token, { value }) => notes.push(`${name} end ${token} ${value}`),
    attempt: (server, command) => notes.push(`${name} attempt ${server} ${command}`),
    happened: ({ what }) => notes.push(`${name} happened ${what}`),
  };
}

Deno.test("Observers tells the built-in ones and the custom one of everything, in this order", () => {
  const notes: string[] = [];
  const observers = new Observers([noting(notes, "a"), noting(notes, "b")], noting(notes, "c"));
  assertEquals(observers.watchesCalls, true);
  const call = aCall();
  observers.begin(call, ["k"], CALLED);
  observers.onAttempt?.("s", "get", 1, undefined);
  observers.happened({ what: "connect" });
  call.onSettled?.({ value: 1 });
  assertEquals(
    notes,
    ["begin get", "attempt s get", "happened connect"].flatMap((text) =>
      ["a", "b", "c"].map((name) => `${name} ${text}`)
    ).concat(["a", "b", "c"].map((name) => `${name} end token of ${name} 1`)),
  );
});

Deno.test("Observers watches calls and commands only if one of them does", () => {
  const none = new Observers([{ happened() {} }], { happened() {} });
  assertEquals([none.watchesCalls, none.onAttempt !== undefined], [false, false]);
  const builtIn = new Observers([{ end() {} }], undefined);
  assertEquals([builtIn.watchesCalls, builtIn.onAttempt !== undefined], [true, false]);
  const custom = new Observers([], { attempt() {} });
  assertEquals([custom.watchesCalls, custom.onAttempt !== undefined], [false, true]);
});

Deno.test("Observers asks an idle one nothing, and does not tell it of the end of a call that it slept through", () => {
  const notes: string[] = [];
  let isIdle = true;
  const observers = new Observers([], { ...noting(notes, "a"), isIdle: () => isIdle });
  assertEquals(observers.watchesCalls, false);
  const both = new Observers([noting(notes, "b")], {
    ...noting(notes, "a"),
    isIdle: () => isIdle,
  });
  const call = aCall();
  both.begin(call, ["k"], CALLED);
  isIdle = false;
  call.onSettled?.({ value: 1 });
  assertEquals(notes, ["b begin get", "b end token of b 1"]);
  assertEquals(observers.watchesCalls, true);
});

Deno.test("Observers tells one that was added from then on, and until it is taken away", () => {
  const notes: string[] = [];
  const observers = new Observers([], undefined);
  const takeAway = observers.add(noting(notes, "a"));
  const call = aCall();
  observers.begin(call, ["k"], CALLED);
  takeAway();
  assertEquals([observers.watchesCalls, observers.onAttempt], [false, undefined]);
  observers.happened({ what: "connect" });
  call.onSettled?.({ value: 1 });
  assertEquals(notes, ["a begin get", "a end token of a 1"]);
});

Deno.test("Begun.within() runs what it is given once, through all observers, and gives its outcome", () => {
  const notes: string[] = [];
  const through = (name: string): Observer => ({
    begin: () => name,
    within(token, run) {
      notes.push(`${token} before`);
      run();
      notes.push(`${token} after`);
    },
  });
  const begun = new Observers([through("a"), through("b")], undefined).begin(
    aCall(),
    ["k"],
    CALLED,
  );
  assertEquals(begun.within(() => notes.push("run")), 3);
  assertEquals(notes, ["b before", "a before", "run", "a after", "b after"]);
  assertThrows(
    () =>
      begun.within(() => {
        throw new Error("the loader's");
      }),
    Error,
    "the loader's",
  );
});

Deno.test("Begun.within() runs what an observer forgets to run, and what it runs twice only once", () => {
  let runs = 0;
  const twice: Observer = {
    begin() {},
    within(_token, run) {
      run();
      run();
    },
  };
  const observers = new Observers([{ begin() {}, within() {} }, twice], undefined);
  assertEquals(observers.begin(aCall(), [], CALLED).within(() => ++runs), 1);
});

Deno.test("Observers.keepContext() wraps what comes later, once for each observer that knows contexts", () => {
  const notes: string[] = [];
  const keeping = (name: string): Observer => ({
    begin() {},
    keepContext(run) {
      const at = notes.length;
      return (argument) => {
        notes.push(`${name} ${at}`);
        return run(argument);
      };
    },
  });
  const observers = new Observers([keeping("a"), { begin() {} }, keeping("b")], undefined);
  const later = observers.keepContext((key: string) => key.toUpperCase());
  notes.push("in between");
  assertEquals([later("k"), notes], ["K", ["in between", "b 0", "a 0"]]);
});

const CALLED = { prefix: "", server: undefined };

function aCall() {
  return {
    verb: { name: "get" },
    onSettled: undefined as ((end: CallEnd) => void) | undefined,
  };
}
