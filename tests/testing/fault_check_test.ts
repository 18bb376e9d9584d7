import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Fault, MemcachedServer } from "@libmc/libmc/testing";

type Refused = readonly [fault: unknown, error: typeof TypeError | typeof RangeError, told: string];

/** Most of it is what only those can write who do without the compiler. */
const REFUSED: readonly Refused[] = [
  [null, TypeError, "Cannot use a fault as it must be an object: current type is null"],
  [undefined, TypeError, "a fault as it must be an object: current type is undefined"],
  ["wrongKey", TypeError, "a fault as it must be an object: current type is string"],
  [{}, TypeError, 'option "kind" of a fault as it must be one of "wrongLength", "truncatedValue"'],
  [{ kind: "nope" }, TypeError, 'current value is "nope"'],
  [{ kind: "constructor" }, TypeError, 'current value is "constructor"'],
  [{ kind: 1 }, TypeError, "current value is 1"],

  [{ kind: "wrongKey", Nth: 1 }, TypeError, 'option "Nth" of fault "wrongKey" as there is none'],
  [{ kind: "wrongKey", by: 1 }, TypeError, 'option "by" of fault "wrongKey" as there is none'],
  [{ kind: "garbageLine", message: "x" }, TypeError, 'option "message" of fault "garbageLine"'],
  [
    { kind: "idleKick", afterMs: 1, commands: ["get"] },
    TypeError,
    'option "commands" of fault "idleKick"',
  ],
  [
    { kind: "slowStart", delayMs: 1, afterMs: 1 },
    TypeError,
    'option "afterMs" of fault "slowStart"',
  ],

  [{ kind: "missingReply", probability: 1.5 }, RangeError, "from 0 to 1: current value is 1.5"],
  [{ kind: "missingReply", probability: NaN }, RangeError, "from 0 to 1: current value is NaN"],
  [{ kind: "missingReply", probability: "1" }, TypeError, "a number: current type is string"],
  [{ kind: "missingReply", nth: 0 }, RangeError, "current value is 0"],
  [{ kind: "missingReply", nth: Infinity }, RangeError, "current value is Infinity"],
  [{ kind: "missingReply", nth: [1] }, TypeError, "current type is object"],
  [{ kind: "missingReply", times: 0.5 }, RangeError, "current value is 0.5"],
  [{ kind: "slowStart", delayMs: 1, nth: -1 }, RangeError, 'option "nth" of fault "slowStart"'],

  [{ kind: "garbageLine", commands: "get" }, TypeError, "a list: current type is string"],
  [{ kind: "garbageLine", commands: [] }, RangeError, "one command or more: current length is 0"],
  [{ kind: "garbageLine", commands: ["gett"] }, TypeError, 'current value is "gett"'],
  [{ kind: "garbageLine", commands: ["get", "mx"] }, TypeError, 'current value is "mx"'],
  [{ kind: "garbageLine", commands: [null] }, TypeError, "current value is null"],
  [
    { kind: "wrongKey", commands: ["set"] },
    TypeError,
    'get, gets, gat, gats: current value is "set"',
  ],
  [{ kind: "wrongKey", commands: ["get", "set"] }, TypeError, 'current value is "set"'],
  [{ kind: "wrongLength", commands: ["incr"] }, TypeError, 'current value is "incr"'],
  [{ kind: "truncatedValue", commands: ["stats"] }, TypeError, 'current value is "stats"'],
  [{ kind: "missingReply", commands: ["quit"] }, TypeError, 'current value is "quit"'],
  [{ kind: "singleBytes", commands: ["quit"] }, TypeError, 'current value is "quit"'],
  [{ kind: "serverError", commands: ["shutdown"] }, TypeError, 'current value is "shutdown"'],

  [{ kind: "wrongLength", by: 0 }, RangeError, "another number than 0: current value is 0"],
  [{ kind: "wrongLength", by: -0 }, RangeError, "another number than 0: current value is 0"],
  [{ kind: "wrongLength", by: 1.5 }, RangeError, "current value is 1.5"],
  [{ kind: "wrongLength", by: 2 ** 31 }, RangeError, "from -2147483647 to 2147483647"],
  [{ kind: "wrongLength", by: "2" }, TypeError, "current type is string"],
  [{ kind: "truncatedValue", keep: -1 }, RangeError, "from 0 to 2147483647: current value is -1"],
  [{ kind: "truncatedValue", keep: NaN }, RangeError, "current value is NaN"],
  [{ kind: "truncatedValue", then: "bogus" }, TypeError, '"continue", "close", "silence": current'],
  [{ kind: "missingReply", then: true }, TypeError, "current value is true"],
  [{ kind: "wrongKey", key: "a b" }, TypeError, 'current value is "a b"'],
  [{ kind: "wrongKey", key: "a\r\nb" }, TypeError, 'current value is "a\\r\\nb"'],
  [{ kind: "wrongKey", key: "" }, TypeError, 'current value is ""'],
  [{ kind: "wrongKey", key: "\ud800" }, TypeError, "half surrogate pairs"],
  [
    { kind: "wrongKey", key: "é".repeat(126) },
    RangeError,
    "at most 250 bytes: current length is 252",
  ],
  [{ kind: "wrongKey", key: 1 }, TypeError, "current type is number"],
  [{ kind: "garbageLine", line: 1 }, TypeError, "current type is number"],
  [{ kind: "extraReply", line: ["END"] }, TypeError, "current type is object"],
  [
    { kind: "serverError", message: "no\r\nEND" },
    TypeError,
    'without CR and LF: current value is "no',
  ],
  [{ kind: "serverError", message: null }, TypeError, "current type is null"],
  [{ kind: "serverError", closeAfterMs: -1 }, RangeError, "current value is -1"],
  [{ kind: "serverError", carriedOut: 1 }, TypeError, "a boolean: current type is number"],

  [{ kind: "singleBytes", pauseMs: Infinity }, RangeError, "current value is Infinity"],
  [{ kind: "singleBytes", pauseMs: 0.5 }, RangeError, "from 0 to 2147483647: current value is 0.5"],
  [{ kind: "tooManyConnections", afterMs: -1 }, RangeError, "current value is -1"],
  [{ kind: "idleKick", afterMs: 2 ** 31 }, RangeError, "current value is 2147483648"],
  [{ kind: "idleKick" }, TypeError, 'option "afterMs" of fault "idleKick" as it must be a number'],
  [{ kind: "slowStart", delayMs: NaN }, RangeError, "current value is NaN"],
  [{ kind: "slowStart", delayMs: 0 }, RangeError, "from 1 to 2147483647: current value is 0"],
  [{ kind: "slowStart", delayMs: undefined }, TypeError, "current type is undefined"],
];

for (const [fault, error, told] of REFUSED) {
  Deno.test(`MemcachedServer.fault() refuses ${Deno.inspect(fault)}`, async () => {
    await using server = await MemcachedServer.start();
    assertThrows(() => server.fault(fault as Fault), error, told);
    await assertRejects(() => MemcachedServer.start({ faults: [fault as Fault] }), error, told);
  });
}

Deno.test("MemcachedServer.fault() takes every fault at its bounds, and undefined for not given", async () => {
  await using server = await MemcachedServer.start();
  const most = 2 ** 31 - 1;
  const faults = [
    { kind: "wrongLength", by: most, commands: ["get", "gets", "gat", "gats"] },
    { kind: "wrongLength", by: -most, nth: Number.MAX_SAFE_INTEGER },
    { kind: "truncatedValue", keep: 0, then: "continue", probability: 0 },
    { kind: "truncatedValue", keep: most, then: "silence", probability: 1 },
    { kind: "wrongKey", key: "é".repeat(125), times: 1 },
    { kind: "wrongKey", key: "\t\u{1f600}" },
    { kind: "garbageLine", line: "", commands: ["quit", "shutdown"] },
    { kind: "garbageLine", line: "VALUE k9 0 3\r\nabc\r\nEND" },
    { kind: "extraReply", line: "VALUE x 0 1\r\nx\r\nEND", commands: ["flush_all", "verbosity"] },
    { kind: "missingReply", then: "close", commands: ["stats", "version"] },
    { kind: "serverError", message: "", carriedOut: false, commands: ["quit"] },
    { kind: "singleBytes", pauseMs: most },
    { kind: "tooManyConnections", afterMs: 0 },
    { kind: "idleKick", afterMs: most },
    { kind: "slowStart", delayMs: 1 },
    { kind: "slowStart", delayMs: most, nth: undefined, Nth: undefined },
  ] as unknown as Fault[];
  for (const fault of faults) assertEquals(server.fault(fault).struck, 0);
});
