import { assertEquals } from "@std/assert";
import type { Observer } from "../../src/observe/observer.ts";
import { Observers } from "../../src/observe/observers.ts";

/** An observer that writes down all that it hears, under its name. */
function noting(notes: string[], name: string): Required<Observer> {
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
  assertEquals([observers.watchesCalls, observers.watchesAttempts], [true, true]);
  const tokens = observers.begin("get", ["k"]);
  observers.attempt("s", "get", 1, undefined);
  observers.happened({ what: "connect" });
  observers.end(tokens, { value: 1 });
  assertEquals(
    notes,
    ["begin get", "attempt s get", "happened connect"].flatMap((text) =>
      ["a", "b", "c"].map((name) => `${name} ${text}`)
    ).concat(["a", "b", "c"].map((name) => `${name} end token of ${name} 1`)),
  );
});

Deno.test("Observers watches calls and commands only if one of them does", () => {
  const none = new Observers([{ happened() {} }], { happened() {} });
  assertEquals([none.watchesCalls, none.watchesAttempts], [false, false]);
  const builtIn = new Observers([{ end() {} }], undefined);
  assertEquals([builtIn.watchesCalls, builtIn.watchesAttempts], [true, false]);
  const custom = new Observers([], { attempt() {} });
  assertEquals([custom.watchesCalls, custom.watchesAttempts], [false, true]);
});
