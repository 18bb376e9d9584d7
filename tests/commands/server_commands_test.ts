import type { Receiver } from "../../src/commands/receiver.ts";
import { assertEquals, assertThrows } from "@std/assert";
import type { Command } from "../../src/commands/command.ts";
import {
  OkCommand,
  QuitCommand,
  type ServerStats,
  StatsCommand,
  VersionCommand,
} from "../../src/commands/server_commands.ts";
import { ProtocolError } from "../../src/errors.ts";
import {
  allLinesBut,
  answer,
  expectErrorLines,
  expectSwallowed,
  expectUnexpected,
  requestOf,
  Told,
} from "./exchange.ts";

Deno.test("VersionCommand asks for the version and gives its text", () => {
  for (
    const [wire, text] of [
      ["VERSION 1.6.18\r\n", "1.6.18"],
      ["VERSION 1.4.0-rc1 (proxy)\r\n", "1.4.0-rc1 (proxy)"],
      ["VERSION \xc3\xa9\r\n", "é"],
      ["VERSION\r\n", ""],
    ]
  ) {
    const told = new Told<string>();
    const command = version(told);
    assertEquals(requestOf(command), "version\r\n");
    assertEquals(answer(command, wire), true);
    told.expect(text);
  }
});

Deno.test("VersionCommand.line() refuses every other reply", () => {
  expectUnexpected(version, allLinesBut("VERSION 1\r\n"));
});

Deno.test("StatsCommand.write() writes the name of the statistics, if there is one", () => {
  assertEquals(requestOf(stats(new Told())), "stats\r\n");
  assertEquals(requestOf(new StatsCommand("items", new Told())), "stats items\r\n");
});

Deno.test("StatsCommand.line() collects names and values; what looks like a number is one", () => {
  const wire = [
    "STAT pid 4711",
    "STAT zero 0",
    "STAT negative -1",
    "STAT rusage_user 0.006578",
    "STAT version 1.6.18",
    "STAT libevent 2.1.12-stable",
    "STAT items:1:number 5",
    "STAT exact 9007199254740991",
    "STAT large 18446744073709551615",
    "STAT hex 0x10",
    "STAT exponent 1e5",
    "STAT infinite 1e999",
    "STAT text a b  c",
    "STAT empty ",
    "STAT bare",
    "STAT __proto__ 7",
    "END",
    "",
  ].join("\r\n");
  const told = new Told<ServerStats>();
  const command = stats(told);
  requestOf(command);
  assertEquals(answer(command, wire), true);
  assertEquals(Object.entries(told.values[0]), [
    ["pid", 4711],
    ["zero", 0],
    ["negative", -1],
    ["rusage_user", 0.006578],
    ["version", "1.6.18"],
    ["libevent", "2.1.12-stable"],
    ["items:1:number", 5],
    ["exact", 9007199254740991],
    ["large", "18446744073709551615"],
    ["hex", "0x10"],
    ["exponent", 100000],
    ["infinite", "1e999"],
    ["text", "a b  c"],
    ["empty", ""],
    ["bare", ""],
    ["__proto__", 7],
  ]);
  assertEquals(Object.getPrototypeOf(told.values[0]), Object.prototype);
});

Deno.test("StatsCommand.line() ends with END or RESET, also at once", () => {
  for (const wire of ["END\r\n", "RESET\r\n"]) {
    const told = new Told<ServerStats>();
    assertEquals(answer(stats(told), wire), true);
    told.expect({});
  }
});

Deno.test("StatsCommand.write() forgets what an earlier connection answered", () => {
  const told = new Told<ServerStats>();
  const command = stats(told);
  requestOf(command);
  assertEquals(answer(command, "STAT a 1\r\nSTAT b 2\r\n"), false);
  requestOf(command);
  assertEquals(answer(command, "STAT b 3\r\nEND\r\n"), true);
  told.expect({ b: 3 });
});

Deno.test("StatsCommand.line() ends statistics without an end, whether or not somebody waits for them", () => {
  for (const isAbandoned of [false, true]) {
    const told = new Told<ServerStats>();
    const command = stats(told);
    requestOf(command);
    if (isAbandoned) command.fail(new ProtocolError("given up"));
    const wire = `STAT name ${"x".repeat(8000)}\r\n`.repeat(100);
    assertThrows(
      () => {
        for (let i = 0; i < 100; i++) answer(command, wire);
      },
      ProtocolError,
      "must be <= 67108864 bytes",
    );
  }
});

Deno.test("StatsCommand.line() refuses every other reply, also in the middle", () => {
  const wires = allLinesBut("STAT a b\r\n", "END\r\n", "RESET\r\n");
  expectUnexpected(stats, [...wires, ...wires.map((wire) => `STAT a 1\r\n${wire}`)]);
});

Deno.test("OkCommand writes its argument, if there is one, and takes OK", () => {
  for (
    const [name, argument, request] of [
      ["flush_all", "", "flush_all\r\n"],
      ["flush_all", "60", "flush_all 60\r\n"],
      ["verbosity", "1", "verbosity 1\r\n"],
    ] as const
  ) {
    const told = new Told<true>();
    const command = new OkCommand(name, argument, told);
    assertEquals(requestOf(command), request);
    assertEquals(answer(command, "OK\r\n"), true);
    told.expect(true);
  }
});

Deno.test("OkCommand.line() refuses every other reply", () => {
  expectUnexpected(flush, allLinesBut("OK\r\n"));
});

Deno.test("QuitCommand has no reply", () => {
  const told = new Told<void>();
  const command = new QuitCommand(told);
  assertEquals([requestOf(command), command.traits.expectsReply], ["quit\r\n", false]);
  assertThrows(
    () => answer(command, "OK\r\n"),
    ProtocolError,
    "Cannot take OK as the reply to quit",
  );
  command.completeWithoutReply();
  told.expect(undefined);
});

Deno.test("commands to servers end with an error line", () => {
  expectErrorLines(version);
  expectErrorLines(stats);
  expectErrorLines(flush);
});

Deno.test("commands to servers that failed tell it once and swallow the reply", () => {
  expectSwallowed(version, "VERSION 1\r\n");
  expectSwallowed(stats, "STAT a 1\r\nEND\r\n");
  expectSwallowed(flush, "OK\r\n");
});

Deno.test("commands to servers are repeated only if they change nothing", () => {
  for (
    const [command, repeats] of [
      [version(new Told()), true],
      [stats(new Told()), true],
      [flush(new Told()), false],
      [new QuitCommand(new Told()), false],
    ] as const
  ) {
    assertEquals([command.traits.resend === "always", command.traits.resend !== "never"], [
      repeats,
      repeats,
    ], command.name);
    assertEquals([command.traits.hasPayload, command.keysDue], [false, 0]);
  }
});

function version(receiver: Receiver<string>): Command {
  return new VersionCommand(receiver);
}

function stats(receiver: Receiver<ServerStats>): Command {
  return new StatsCommand("", receiver);
}

function flush(receiver: Receiver<true>): Command {
  return new OkCommand("flush_all", "", receiver);
}
