/** The meta commands alone: their bytes, their replies, and what cannot be one. */

import { assertEquals, assertThrows } from "@std/assert";
import { type Counted, metaArithmetic } from "../../src/commands/meta/arithmetic.ts";
import { MetaDebugCommand } from "../../src/commands/meta/debug.ts";
import { metaDelete } from "../../src/commands/meta/delete.ts";
import { metaGet, type MetaItem } from "../../src/commands/meta/get.ts";
import { MetaBatch } from "../../src/commands/meta/meta_batch.ts";
import { MetaCommand, type MetaKind } from "../../src/commands/meta/meta_command.ts";
import { MetaNoopCommand } from "../../src/commands/meta/noop.ts";
import { Opaques } from "../../src/commands/meta/opaque.ts";
import { flagText, type RequestFlags } from "../../src/commands/meta/request_flags.ts";
import { metaSet, type MetaStored } from "../../src/commands/meta/set.ts";
import { CodecError, type MemcachedError, ProtocolError } from "../../src/errors.ts";
import {
  answer,
  expectErrorLines,
  expectSwallowed,
  expectUnexpected,
  requestOf,
  textDecoder,
  Told,
} from "./exchange.ts";

const NOTHING = {
  ...{ value: false, cas: false, ttl: false, size: false, hit: false, lastAccess: false },
  unchanged: false,
};
const SAFE = { needs: undefined, mayRepeat: true };
const VALUE = metaGet(textDecoder, { ...NOTHING, value: true }, {}, SAFE);
const PLAIN = { won: false, stale: false, taken: false };

Deno.test("flagText() writes flags in the one order in which what changes comes before what tells", () => {
  const all: RequestFlags = {
    ...{ l: true, h: true, c: true, t: true, s: true, f: true, v: true, q: true } as const,
    ...{ u: true, x: true, I: true, M: "A", D: 2, J: 3, F: 4, E: 5n, C: 6n } as const,
    ...{ T: 7, N: 8, R: 9 },
  };
  assertEquals(flagText(all), " R9 N8 T7 C6 E5 F4 J3 D2 MA I x u q v f s t c h l");
  assertEquals(flagText({}), "");
});

Deno.test("MetaCommand sends a key as it is, and in base64 where a byte would end the word", () => {
  for (
    const [key, written] of [
      ["a", "a"],
      ["\xc3\xa9\t\x7f", "\xc3\xa9\t\x7f"],
      ["a b", "YSBi b"],
      ["a\r\nb", "YQ0KYg== b"],
      ["\0", "AA== b"],
      ["\xff ", "/yA= b"],
    ]
  ) {
    const command = new MetaCommand(VALUE, key, 7, new Told());
    assertEquals(requestOf(command), `mg ${written} v f O7\r\n`);
    assertEquals(command.key, key);
  }
});

Deno.test("mg gives what was asked for, whatever else a server says", () => {
  const asked = { ...NOTHING, value: true, cas: true, ttl: true, size: true, hit: true };
  const kind = metaGet(textDecoder, { ...asked, lastAccess: true }, { R: 5, N: 6 }, SAFE);
  const told = new Told<MetaItem<string> | undefined>();
  const command = new MetaCommand(kind, "a", 12, told);
  assertEquals(requestOf(command), "mg a R5 N6 v f s t c h l O12\r\n");
  const wire = "VA 2 f5 s2 t-1 c18446744073709551615 h1 l30 O12 W X y9\r\nhi\r\n";
  assertEquals(answer(command, wire), true);
  told.expect({
    ...{ won: true, stale: true, taken: false, value: "hi#18446744073709551615" },
    ...{ cas: 18446744073709551615n, ttl: Infinity, size: 2, hitBefore: true, lastAccess: 30 },
  });
});

Deno.test("mg reads the marks of an item, and no value of a placeholder", () => {
  const replies: [wire: string, item: MetaItem | undefined][] = [
    ["EN O1\r\n", undefined],
    ["EN\r\n", undefined],
    ["VA 1 f0 O1\r\nx\r\n", { value: "x", ...PLAIN }],
    ["VA 0 f0 O1\r\n\r\n", { value: "", ...PLAIN }],
    ["VA 0 f0 O1 W\r\n\r\n", { ...PLAIN, won: true }],
    ["VA 0 f0 O1 Z\r\n\r\n", { ...PLAIN, taken: true }],
    ["VA 1 f0 O1 X Z\r\nx\r\n", { value: "x", ...PLAIN, stale: true, taken: true }],
  ];
  for (const [wire, item] of replies) {
    const told = new Told<MetaItem | undefined>();
    const command = new MetaCommand<MetaItem>(VALUE, "a", 1, told);
    requestOf(command);
    assertEquals(answer(command, wire), true);
    told.expect(item, wire);
  }
});

Deno.test("mg takes a ttl that has wrapped around for one that is over", () => {
  const kind = metaGet(textDecoder, { ...NOTHING, ttl: true }, {}, SAFE);
  for (const [flag, ttl] of [["t-1", Infinity], ["t60", 60], ["t4294967126", 0], ["t-5", 0]]) {
    const told = new Told<MetaItem | undefined>();
    const command = new MetaCommand<MetaItem>(kind, "a", 1, told);
    requestOf(command);
    answer(command, `HD ${flag} O1\r\n`);
    told.expect({ ...PLAIN, ttl: ttl as number });
  }
});

Deno.test("mg says that an item is unchanged only if that was asked", () => {
  const asked = metaGet(textDecoder, { ...NOTHING, value: true, unchanged: true }, { C: 5n }, SAFE);
  const told = new Told<MetaItem | undefined>();
  const command = new MetaCommand<MetaItem>(asked, "a", 1, told);
  assertEquals(requestOf(command), "mg a C5 v f O1\r\n");
  answer(command, "HD O1\r\n");
  told.expect({ ...PLAIN, unchanged: true });
  const other = new MetaCommand(VALUE, "a", 1, new Told());
  requestOf(other);
  assertThrows(() => answer(other, "HD O1\r\n"), ProtocolError, "Cannot take HD");
});

Deno.test("meta commands take no reply with another opaque, nor one without, but for the miss of old", () => {
  for (
    const wire of [
      ...["EN O2\r\n", "EN Ox\r\n", "VA 1 f0 O2\r\nx\r\n", "VA 1 f0\r\nx\r\n"],
      ...["VA 1 f0 O1x\r\nx\r\n", "VALUE a 0 1\r\nx\r\n"],
    ]
  ) {
    const told = new Told<MetaItem | undefined>();
    const command = new MetaCommand<MetaItem>(VALUE, "a", 1, told);
    requestOf(command);
    assertThrows(() => answer(command, wire), ProtocolError, "Cannot take", wire);
    told.expectNothing(wire);
  }
  for (const wire of ["HD\r\n", "NS O2\r\n", "NF\r\n"]) {
    const told = new Told<MetaStored | undefined>();
    const kind = metaSet({ cas: false, size: false, isQuiet: false }, {}, SAFE);
    const command = new MetaCommand(kind, "a", 1, told, { data: "x", flags: 0 });
    requestOf(command);
    assertThrows(() => answer(command, wire), ProtocolError, "Cannot take a reply");
  }
});

Deno.test("mg passes on what its decoder refuses, once the reply is complete", () => {
  const told = new Told<MetaItem | undefined>();
  const command = new MetaCommand<MetaItem>(VALUE, "a", 1, told);
  requestOf(command);
  assertEquals(answer(command, "VA 1 f0 O1\r\n!\r\n"), true);
  assertEquals(told.expectError() instanceof CodecError, true);
});

Deno.test("ms sends the data block behind its flags, and reads its four outcomes", () => {
  const kind = metaSet({ cas: true, size: true, isQuiet: false }, { T: 60, M: "E" }, SAFE);
  const outcomes: [wire: string, stored: MetaStored][] = [
    ["HD s5 c77 O3\r\n", { status: "stored", cas: 77n, size: 5 }],
    ["NS s5 c0 O3\r\n", { status: "notStored" }],
    ["EX O3\r\n", { status: "exists" }],
    ["NF c0 O3\r\n", { status: "notFound" }],
  ];
  for (const [wire, stored] of outcomes) {
    const told = new Told<MetaStored | undefined>();
    const command = new MetaCommand(kind, "a b", 3, told, { data: "é\r\n", flags: 8 });
    assertEquals(requestOf(command), "ms YSBi 4 b T60 F8 ME s c O3\r\n\xc3\xa9\r\n\r\n");
    assertEquals(answer(command, wire), true);
    told.expect(stored);
  }
});

Deno.test("md reads its three outcomes, and ma its number", () => {
  const deletion = metaDelete({ I: true, T: 5 }, { isQuiet: false, ...SAFE });
  for (
    const [wire, status] of [["HD O1\r\n", "deleted"], ["NF O1\r\n", "notFound"], [
      "EX O1\r\n",
      "exists",
    ]] as const
  ) {
    const told = new Told<{ status: string } | undefined>();
    const command = new MetaCommand<{ status: string }>(deletion, "a", 1, told);
    assertEquals(requestOf(command), "md a T5 I O1\r\n");
    answer(command, wire);
    told.expect({ status });
  }
  const counting = metaArithmetic({ value: true, cas: true, ttl: true }, { D: 5, M: "D" }, {
    isQuiet: false,
    needs: undefined,
  });
  const told = new Told<Counted | undefined>();
  const command = new MetaCommand(counting, "n", 9, told);
  assertEquals(requestOf(command), "ma n D5 MD v t c O9\r\n");
  answer(command, "VA 20 t-1 c3 O9\r\n18446744073709551615\r\n");
  told.expect({ status: "stored", value: 18446744073709551615n, cas: 3n, ttl: Infinity });
  const bad = new MetaCommand(counting, "n", 9, new Told<Counted | undefined>());
  requestOf(bad);
  assertThrows(
    () => answer(bad, "VA 2 t1 c3 O9\r\n1x\r\n"),
    ProtocolError,
    "unless it is a number",
  );
});

Deno.test("mn and me read their replies, and me the key in both its forms", () => {
  const told = new Told<true>();
  const noop = new MetaNoopCommand(told);
  assertEquals(requestOf(noop), "mn\r\n");
  answer(noop, "MN\r\n");
  told.expect(true);
  const facts = "exp=-30 la=4 cas=2 fetch=yes cls=1 size=63 new=1";
  for (const shown of ["a b", "YSBi"]) {
    const told = new Told<unknown>();
    const command = new MetaDebugCommand("a b", told);
    assertEquals(requestOf(command), "me YSBi b\r\n");
    answer(command, `ME ${shown} ${facts}\r\n`);
    told.expect({ ttl: 30, lastAccess: 4, cas: 2n, fetched: true, slabClass: 1, size: 63 });
  }
  const other = new MetaDebugCommand("a b", new Told());
  requestOf(other);
  assertThrows(() => answer(other, `ME c ${facts}\r\n`), ProtocolError, "for another key");
});

const COMMANDS: readonly ((receiver: Told<never>) => MetaCommand<never> | MetaNoopCommand)[] = [
  (told) => new MetaCommand(VALUE as MetaKind<never>, "a", 1, told),
  (told) => {
    const kind = metaSet({ cas: false, size: false, isQuiet: false }, {}, SAFE);
    return new MetaCommand(kind as MetaKind<never>, "a", 1, told, { data: "x", flags: 0 });
  },
  (told) =>
    new MetaCommand(metaDelete({}, { isQuiet: false, ...SAFE }) as MetaKind<never>, "a", 1, told),
  (told) => new MetaNoopCommand(told as Told<unknown> as Told<true>),
];

Deno.test("meta commands take no reply of other commands", () => {
  for (const commandFor of COMMANDS) {
    expectUnexpected(commandFor, [
      ...["END\r\n", "STORED\r\n", "NOT_STORED\r\n", "EXISTS\r\n", "NOT_FOUND\r\n", "DELETED\r\n"],
      ...["TOUCHED\r\n", "OK\r\n", "5\r\n", "VERSION 1\r\n", "STAT a b\r\n", "RESET\r\n"],
      ...["ME a\r\n", "VALUE a 0 1\r\nb\r\n", "WHAT is this\r\n"],
    ]);
  }
});

Deno.test("meta commands fail with an error line, and swallow the reply when nobody waits", () => {
  for (const commandFor of COMMANDS) expectErrorLines(commandFor);
  expectSwallowed(COMMANDS[0], "VA 1 f0 O1\r\nx\r\n");
  expectSwallowed(COMMANDS[1], "HD O1\r\n");
  expectSwallowed(COMMANDS[3], "MN\r\n");
});

/** A pipeline for keys, with its results. */
function batch<R>(
  kind: MetaKind<R>,
  keys: readonly string[],
  { isQuiet = true, items }: { isQuiet?: boolean; items?: { data: string; flags: number }[] } = {},
) {
  const results = new Array<R | undefined>(keys.length).fill(undefined);
  const told = new Told<MemcachedError[]>();
  const work = { kind, isQuiet, opaques: new Opaques(), results, items };
  const command = new MetaBatch(work, { keys }, [0, keys.length], told);
  return { command, results, told };
}

const QUIET = metaGet(textDecoder, { ...NOTHING, value: true }, { q: true }, SAFE);
const QUIET_SET = metaSet({ cas: false, size: false, isQuiet: true }, {}, SAFE);

Deno.test("a quiet pipeline of mg ends with mn, and finds the key of each item by its opaque", () => {
  const { command, results, told } = batch(QUIET, ["a", "b c", "d"]);
  const wire = "mg a q v f O1\r\nmg YiBj b q v f O2\r\nmg d q v f O3\r\nmn\r\n";
  assertEquals(requestOf(command), wire);
  assertEquals(answer(command, "VA 1 f0 O1\r\nx\r\nVA 1 f0 O3\r\nz\r\nMN\r\n"), true);
  told.expect([]);
  assertEquals(results.map((item) => item?.value), ["x", undefined, "z"]);
});

Deno.test("a quiet pipeline takes no item out of order, twice, or of another one", () => {
  for (const opaques of [[2, 1], [1, 1], [4], [0], [-1]]) {
    const { command, told } = batch(QUIET, ["a", "b", "c"]);
    requestOf(command);
    const wire = opaques.map((opaque) => `VA 1 f0${opaque < 0 ? "" : ` O${opaque}`}\r\nx\r\n`);
    assertThrows(() => answer(command, wire.join("")), ProtocolError, "its opaque is from");
    told.expectNothing();
  }
});

Deno.test("a quiet pipeline of ms says what it hides, and what became of the others", () => {
  const items = ["1", "é", "3"].map((data) => ({ data, flags: 4 }));
  const { command, results, told } = batch(QUIET_SET, ["a", "b", "c"], { items });
  const wire = "ms a 1 F4 q O1\r\n1\r\nms b 2 F4 q O2\r\n\xc3\xa9\r\nms c 1 F4 q O3\r\n3\r\nmn\r\n";
  assertEquals(requestOf(command), wire);
  assertEquals(answer(command, "NS O2\r\nMN\r\n"), true);
  told.expect([]);
  assertEquals(results, [{ status: "stored" }, { status: "notStored" }, { status: "stored" }]);
});

Deno.test("an error line in a quiet pipeline belongs to a key between its neighbours", () => {
  const error = "SERVER_ERROR out of memory\r\n";
  const cases: [wire: string, statuses: (string | undefined)[]][] = [
    // One key between two replies: it is known which.
    [`NS O1\r\n${error}NS O3\r\nMN\r\n`, ["notStored", undefined, "notStored"]],
    [`NS O2\r\n${error}MN\r\n`, ["stored", "notStored", undefined]],
    [`${error}${error}NS O3\r\nMN\r\n`, [undefined, undefined, "notStored"]],
    // Two keys and one line: it may be for either.
    [`${error}NS O3\r\nMN\r\n`, [undefined, undefined, "notStored"]],
    [`${error}MN\r\n`, [undefined, undefined, undefined]],
  ];
  for (const [wire, statuses] of cases) {
    const items = ["1", "2", "3"].map((data) => ({ data, flags: 0 }));
    const { command, results, told } = batch(QUIET_SET, ["a", "b", "c"], { items });
    requestOf(command);
    assertEquals(answer(command, wire), true);
    assertEquals(results.map((result) => result?.status), statuses, wire);
    assertEquals(told.values[0].length, wire.split(error).length - 1);
  }
  const { command } = batch(QUIET_SET, ["a"], { items: [{ data: "1", flags: 0 }] });
  requestOf(command);
  assertThrows(() => answer(command, `${error}${error}MN\r\n`), ProtocolError, "1 keys have 2");
});

Deno.test("a pipeline that is not quiet misses no reply", () => {
  const kind = metaSet({ cas: true, size: false, isQuiet: false }, {}, SAFE);
  const items = ["1", "2"].map((data) => ({ data, flags: 0 }));
  const { command, results, told } = batch(kind, ["a", "b"], { isQuiet: false, items });
  requestOf(command);
  assertEquals(answer(command, "HD c5 O1\r\nHD c6 O2\r\nMN\r\n"), true);
  told.expect([]);
  assertEquals(results.map((result) => result?.cas), [5n, 6n]);
  const short = batch(kind, ["a", "b"], { isQuiet: false, items });
  requestOf(short.command);
  assertThrows(() => answer(short.command, "HD c6 O2\r\n"), ProtocolError, "1 keys have 0");
});

Deno.test("a pipeline that fails keeps what is sure, and after a reply out of place nothing", () => {
  const lost = batch(QUIET_SET, ["a", "b", "c"], {
    items: ["1", "2", "3"].map((data) => ({ data, flags: 0 })),
  });
  requestOf(lost.command);
  answer(lost.command, "NS O2\r\n");
  lost.command.fail(new CodecError("The connection is lost"));
  assertEquals(lost.results, [{ status: "stored" }, { status: "notStored" }, undefined]);
  const astray = batch(QUIET, ["a", "b", "c"]);
  requestOf(astray.command);
  answer(astray.command, "VA 1 f0 O1\r\nx\r\n");
  astray.command.fail(new ProtocolError("A reply out of place"));
  assertEquals(astray.results, [undefined, undefined, undefined]);
  const doubtful = batch(QUIET, ["a", "b"]);
  requestOf(doubtful.command);
  answer(doubtful.command, "VA 5 f0 O1\r\nx\r\nMN\r\n");
  doubtful.command.fail(new CodecError("The connection is lost"));
  assertEquals(doubtful.results, [undefined, undefined]);
});

Deno.test("a pipeline can be divided, and each part has opaques of its own", () => {
  const { command, results, told } = batch(QUIET, ["a", "b", "c"]);
  const parts = command.divide([{ keys: ["a", "c"], positions: [0, 2] }, {
    keys: ["b"],
    positions: [1],
  }]);
  assertEquals(told.parts, 1);
  assertEquals(parts.map(requestOf), [
    "mg a q v f O4\r\nmg c q v f O5\r\nmn\r\n",
    "mg b q v f O6\r\nmn\r\n",
  ]);
  answer(parts[1], "VA 1 f0 O6\r\ny\r\nMN\r\n");
  answer(parts[0], "VA 1 f0 O5\r\nz\r\nMN\r\n");
  assertEquals(results.map((item) => item?.value), [undefined, "y", "z"]);
});

Deno.test("Opaques begin again before they get long, and give many in a row", () => {
  const opaques = new Opaques();
  assertEquals([opaques.next(), opaques.next(3), opaques.next()], [1, 2, 5]);
  for (let i = 0; i < 99; i++) opaques.next(1000);
  assertEquals(opaques.next(1000), 1);
});
