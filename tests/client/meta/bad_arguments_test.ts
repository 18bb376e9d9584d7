/** What meta verbs refuse, before a byte is sent, and what their messages say one can do. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client, type Meta, type Storable } from "@libmc/libmc";
import { ScriptedDialler } from "../../support/scripted_dialler.ts";

type Call = (meta: Meta) => Promise<unknown>;
type Kind = typeof TypeError | typeof RangeError;

/** An argument of any type. */
const any = (value: unknown) => value as never;

const REFUSED: readonly [call: Call, kind: Kind, message: string][] = [
  // Keys.
  [
    (meta) => meta.get(any(5)),
    TypeError,
    "neither a string nor a Uint8Array: current type is number",
  ],
  [(meta) => meta.get(any(null)), TypeError, "current type is null"],
  [(meta) => meta.get(""), TypeError, 'key "" as it is empty'],
  [(meta) => meta.get(new Uint8Array()), TypeError, "as it is empty"],
  [(meta) => meta.get("\ud800"), TypeError, "half of a surrogate pair"],
  [(meta) => meta.get("k".repeat(251)), RangeError, "must be <= 250 bytes"],
  [
    (meta) => meta.get("é".repeat(126)),
    RangeError,
    "must be <= 250 bytes with its prefix: current size is 252",
  ],
  [
    (meta) => meta.get(" ".repeat(187)),
    RangeError,
    "<= 186 bytes with its prefix to be sent in base64: current size is 187",
  ],
  [(meta) => meta.get(new Uint8Array(187)), RangeError, "must be <= 186 bytes"],
  [(meta) => meta.getMulti(any("abc")), TypeError, "not an iterable of strings and Uint8Arrays"],
  [(meta) => meta.getMulti(any(new Uint8Array(3))), TypeError, "a single Uint8Array"],
  [(meta) => meta.deleteMulti(["a", any(5)]), TypeError, "current type is number"],
  [(meta) => meta.setMulti(any("abc")), TypeError, "neither a Record nor an iterable"],
  [(meta) => meta.setMulti([["a"] as never]), TypeError, "must be a pair"],
  // A.5 trap 6: windows.
  ...[0, -1, 2_592_001, 1.5, NaN, Infinity].flatMap((seconds): [Call, Kind, string][] => [
    [
      (meta) => meta.get("a", { vivify: seconds }),
      RangeError,
      "from 1 to 2592000, which is 30 days",
    ],
    [(meta) => meta.get("a", { recache: seconds }), RangeError, '"recache"'],
    [(meta) => meta.getMulti(["a"], { recache: seconds }), RangeError, '"recache"'],
    [(meta) => meta.arithmetic("a", { vivify: seconds }), RangeError, '"vivify"'],
    [(meta) => meta.set("a", "", { mode: "append", vivify: seconds }), RangeError, '"vivify"'],
  ]),
  [(meta) => meta.get("a", { vivify: 0 }), RangeError, "memcached takes 0 for ever"],
  [(meta) => meta.get("a", { recache: 9e9 }), RangeError, "memcached takes more for a Unix time"],
  [(meta) => meta.get("a", { vivify: any("5") }), TypeError, "a number of seconds"],
  // An opaque by hand, and other flags of the client's own.
  [
    (meta) => meta.get("a", any({ opaque: 5 })),
    TypeError,
    "the client decides on the opaque by which it knows each reply itself: leave it out",
  ],
  [(meta) => meta.get("a", any({ quiet: true })), TypeError, "leave it out"],
  [(meta) => meta.set("a", 1, any({ base64: true })), TypeError, "leave it out"],
  [
    (meta) => meta.get("a", any({ exptime: 5 })),
    TypeError,
    "has none of that name: it has signal, strict, routeBy, value",
  ],
  [(meta) => meta.set("a", 1, any(60)), TypeError, "write { exptime: 60 }"],
  [(meta) => meta.getMulti(["a"], any({ ifNotCas: 5n })), TypeError, "none of that name"],
  [(meta) => meta.setMulti({ a: 1 }, any({ cas: 5n })), TypeError, "none of that name"],
  // A.5 trap 7: an item without a value and without an end.
  [
    (meta) => meta.delete("a", { removeValue: true }),
    TypeError,
    'without "exptime" as the item without a value would stay for ever',
  ],
  [
    (meta) => meta.deleteMulti(["a"], { removeValue: true }),
    TypeError,
    "say how long it is to stay",
  ],
  // What does not go together.
  [(meta) => meta.delete("a", { exptime: 5 }), TypeError, "as the item is then deleted at once"],
  [(meta) => meta.delete("a", { newCas: 5n }), TypeError, "leave it out"],
  [(meta) => meta.get("a", { newCas: 5n }), TypeError, 'without "vivify"'],
  [(meta) => meta.get("a", { value: false, ifNotCas: 5n }), TypeError, "without the value"],
  [(meta) => meta.get("a", { noBump: true, touch: 5 }), TypeError, "leave one of them out"],
  [(meta) => meta.set("a", 1, { mode: "add", cas: 5n }), TypeError, "whatever the cas"],
  [(meta) => meta.set("a", 1, { vivify: 5 }), TypeError, 'give "exptime"'],
  [(meta) => meta.set("a", "x", { mode: "append", exptime: 5 }), TypeError, 'give "vivify"'],
  [(meta) => meta.set("a", 1, { staleIfOlder: true }), TypeError, 'without "cas"'],
  [
    (meta) => meta.set("a", 1, { staleIfOlder: true, cas: 5n, mode: "replace" }),
    TypeError,
    'leave "mode" out',
  ],
  [(meta) => meta.setMulti({ a: "x" }, { mode: "append" }), TypeError, "appendMulti()"],
  [(meta) => meta.arithmetic("a", { initial: 5 }), TypeError, 'without "vivify"'],
  [
    (meta) => meta.arithmetic<number | bigint>("a", { initial: 5n, delta: 1, vivify: 5 }),
    TypeError,
    "give two numbers, or two bigints",
  ],
  // Values and numbers.
  [(meta) => meta.set("a", undefined as unknown as Storable), TypeError, "Cannot encode value"],
  [(meta) => meta.set("a", 5, { mode: "append" }), TypeError, "neither a string nor a Uint8Array"],
  [
    (meta) => meta.set("a", new Uint8Array(1_048_576)),
    RangeError,
    "A meta command stores one item; set() splits what is bigger",
  ],
  [(meta) => meta.setMulti({ a: new Uint8Array(1_048_576) }), RangeError, '(key "a")'],
  [(meta) => meta.set("a", 1, { exptime: NaN }), RangeError, "exptime"],
  [(meta) => meta.get("a", { touch: any("5") }), TypeError, "exptime"],
  [(meta) => meta.set("a", 1, { cas: any(5) }), TypeError, '"cas" as it must be a bigint'],
  [(meta) => meta.set("a", 1, { cas: -1n }), RangeError, '"cas"'],
  [(meta) => meta.set("a", 1, { newCas: 2n ** 64n }), RangeError, '"newCas"'],
  [(meta) => meta.set("a", 1, { mode: any("cas") }), TypeError, '"mode"'],
  [(meta) => meta.arithmetic("a", { delta: -1 }), RangeError, "delta"],
  [(meta) => meta.arithmetic("a", { delta: 2n ** 64n }), RangeError, "delta"],
  [(meta) => meta.arithmetic("a", { delta: 0.5 }), RangeError, "delta"],
  [(meta) => meta.arithmetic("a", { initial: -1, vivify: 5 }), RangeError, "initial"],
  [(meta) => meta.get("a", { value: any(1) }), TypeError, '"value"'],
  [(meta) => meta.debug("a\nb"), TypeError, "meta.get() tells its ttl, size and cas"],
  [(meta) => meta.noop(any({ value: true })), TypeError, "none of that name"],
];

Deno.test(`A.5 traps 6 and 7: client.meta refuses windows and ends out of range, and in all ${REFUSED.length} kinds of wrong use, before anything is dialled`, async () => {
  for (const strict of [false, true]) {
    const dialler = new ScriptedDialler();
    await using client = new Client("any", { strict, connect: dialler.connect });
    for (const [call, kind, message] of REFUSED) {
      await assertRejects(() => call(client.meta), kind, message, String(call));
    }
    assertEquals(dialler.dials.length, 0);
    assertEquals(client.lastError, undefined);
  }
});

Deno.test("client.meta counts the prefix among the bytes of a key", async () => {
  const dialler = new ScriptedDialler();
  await using client = new Client("any", { prefix: "p".repeat(100), connect: dialler.connect });
  await assertRejects(() => client.meta.get("k".repeat(151)), RangeError, "current size is 251");
  await assertRejects(() => client.meta.get(" ".repeat(87)), RangeError, "current size is 187");
  assertEquals(dialler.dials.length, 0);
});
