import type { PartReceiver } from "../../src/commands/receiver.ts";
import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import type { Command } from "../../src/commands/command.ts";
import { Deadline } from "../../src/clock.ts";
import { GetMultiCommand } from "../../src/commands/get_multi.ts";
import { MAX_LINE_BYTES, type Retrieval } from "../../src/commands/get.ts";
import { MAX_GAT_LINE_BYTES, MAX_LINE_KEYS, retrievalPlan } from "../../src/commands/plan.ts";
import type { KeyGroup, KeyRange } from "../../src/commands/key_group.ts";
import {
  CodecError,
  type MemcachedError,
  ProtocolError,
  ReplyError,
  TimeoutError,
} from "../../src/errors.ts";
import { Random } from "../support/random.ts";
import {
  allLinesBut,
  answer,
  expectErrorLines,
  expectSwallowed,
  expectUnexpected,
  requestOf,
  textDecoder,
  Told,
} from "./exchange.ts";

const KEY = "\xe9\x9b\xbb";
const GET: Retrieval = { name: "get" };

Deno.test("GetMultiCommand.write() writes the keys of its range in one line", () => {
  const group = { keys: ["a", "b", KEY, "d"] };
  assertEquals(requestOf(ask(group, [0, 4]).command), `get a b ${KEY} d\r\n`);
  assertEquals(requestOf(ask(group, [1, 3]).command), `get b ${KEY}\r\n`);
  assertEquals(requestOf(ask(group, [3, 4], { name: "gets" }).command), "gets d\r\n");
  assertEquals(
    requestOf(ask(group, [0, 2], { name: "gats", exptime: -2147483648 }).command),
    "gats -2147483648 a b\r\n",
  );
});

Deno.test("GetMultiCommand.item() puts each value at its place, misses in between", () => {
  const asked = ask({ keys: ["a", "b", "c", "d"], positions: [7, 5, 3, 0] }, [0, 4], {
    name: "gets",
  });
  requestOf(asked.command);
  assertEquals(
    answer(
      asked.command,
      "VALUE a 0 1 9\r\nA\r\nVALUE c 0 0 8\r\n\r\nVALUE d 0 5 7\r\nEND\r\n\r\nEND\r\n",
    ),
    true,
  );
  asked.told.expect([]);
  assertEquals(asked.values, ["END\r\n#7", none, none, "#8", none, none, none, "A#9"]);
});

Deno.test("GetMultiCommand.item() finds many keys, some twice and some missed, with prefixes of each other", () => {
  const random = new Random(12);
  for (let round = 0; round < 200; round++) {
    const keys = Array.from(
      { length: 8 + random.below(30) },
      () => "key:" + "1".repeat(random.below(4)) + random.below(3),
    );
    const hits = keys.map((key) => key.length % 3 > 0 || key.endsWith("1"));
    const asked = ask({ keys }, [0, keys.length]);
    assertEquals(requestOf(asked.command), `get ${keys.join(" ")}\r\n`);
    const items = keys.map((key, i) => hits[i] ? `VALUE ${key} 0 ${key.length}\r\n${key}\r\n` : "");
    assert(answer(asked.command, items.join("") + "END\r\n"));
    const expected = keys.map((key, i) => hits[i] ? key : undefined);
    const found = keys.map((_, i) => asked.values[i]);
    assertEquals(found, expected, `seed 12, round ${round}`);
  }
});

Deno.test("GetMultiCommand.item() takes items in any order", () => {
  const random = new Random(8);
  for (let round = 0; round < 300; round++) {
    const keys = Array.from({ length: 1 + random.below(8) }, (_, i) => `k${i}`);
    const hits = keys.filter(() => random.below(4) > 0).sort(() => random.below(3) - 1);
    const asked = ask({ keys }, [0, keys.length]);
    requestOf(asked.command);
    const wire = hits.map((key) => `VALUE ${key} 0 2\r\n${key}\r\n`).join("");
    assertEquals(answer(asked.command, `${wire}END\r\n`), true);
    assertEquals(
      asked.values,
      keys.map((key) => hits.includes(key) ? key : undefined),
      `seed ${random.seed}, round ${round}: ${hits}`,
    );
    asked.told.expect([]);
  }
});

Deno.test("GetMultiCommand.item() answers a key as often as it was asked", () => {
  for (const order of ["aba", "aab", "baa"]) {
    const asked = ask({ keys: ["a", "b", "a"] }, [0, 3]);
    requestOf(asked.command);
    const wire = [...order].map((key) => `VALUE ${key} 0 1\r\n${key}\r\n`).join("");
    assertEquals(answer(asked.command, `${wire}END\r\n`), true, order);
    assertEquals(asked.values, ["a", "b", "a"], order);
  }
});

Deno.test("GetMultiCommand.item() refuses a key that was not asked, and one more often than asked", () => {
  for (
    const keys of [
      "x",
      "ax",
      "xa",
      "aa",
      "bb",
      "aba",
      "bab",
      "baa",
      "abb",
      "caa",
      "!a!a",
      "b!b",
      "!bb",
    ]
  ) {
    const asked = ask({ keys: ["z", "a", "b", "c"] }, [1, 4]);
    requestOf(asked.command);
    const wire = keys.replaceAll(
      /!?./g,
      (key) => `VALUE ${key.at(-1)} 0 ${key.length}\r\n${key}\r\n`,
    );
    assertThrows(() => answer(asked.command, wire), ProtocolError, "was not asked", keys);
    asked.told.expectNothing();
  }
});

Deno.test("GetMultiCommand.item() refuses a key of the group that is outside its range", () => {
  const asked = ask({ keys: ["a", "b", "c"] }, [1, 2]);
  requestOf(asked.command);
  for (const key of ["a", "c"]) {
    assertThrows(() => answer(asked.command, `VALUE ${key} 0 1\r\na\r\n`), ProtocolError);
  }
});

Deno.test("GetMultiCommand.item() notes what cannot be decoded, and goes on", () => {
  const asked = ask({ keys: ["a", "b", "c"] }, [0, 3]);
  requestOf(asked.command);
  const wire = "VALUE a 0 2\r\n!1\r\nVALUE b 0 1\r\nB\r\nVALUE c 0 2\r\n!2\r\nEND\r\n";
  assertEquals(answer(asked.command, wire), true);
  assertEquals(asked.values, [none, "B", none]);
  assertEquals(asked.told.errors, []);
  const [errors] = asked.told.values;
  assert(errors.every((error) => error instanceof CodecError));
  assertEquals(errors.map(({ message }) => message), ['Cannot decode "!1"', 'Cannot decode "!2"']);
});

Deno.test("GetMultiCommand.line() refuses every other reply, also in the middle", () => {
  const wires = allLinesBut("END\r\n", "VALUE a 0 1\r\nb\r\n");
  expectUnexpected(two, [...wires, ...wires.map((wire) => `VALUE a 0 1\r\nb\r\n${wire}`)]);
});

Deno.test("GetMultiCommand.refused() ends the command with the error line, also in the middle", () => {
  expectErrorLines(two);
  const asked = ask({ keys: ["a", "b"] }, [0, 2]);
  requestOf(asked.command);
  assertEquals(answer(asked.command, "VALUE a 0 1\r\nA\r\nSERVER_ERROR x\r\n"), true);
  assertEquals(asked.told.expectError().message, "SERVER_ERROR x");
});

Deno.test("GetMultiCommand.fail() tells it once and swallows the reply", () => {
  expectSwallowed(two, "VALUE a 0 1\r\nb\r\nEND\r\n");
});

Deno.test("GetMultiCommand.divide() keeps what is certain of what came before", () => {
  const { command, values } = ask({ keys: ["a", "b"] }, [0, 2]);
  requestOf(command);
  answer(command, "VALUE a 0 1\r\nA\r\nVALUE b 0 6\r\nB\r\nEND\r\n");
  const parts = command.divide([{ keys: ["b"], positions: [1] }, { keys: ["a"], positions: [0] }]);
  for (const part of parts) part.fail(new TimeoutError("Late"));
  assertEquals(values, ["A", none]);
});

Deno.test("GetMultiCommand.fail() keeps what is certain of what came before", () => {
  const torn = "VALUE b 0 6\r\nB\r\nEND\r\n";
  const late = new TimeoutError("Late");
  const desync = new ProtocolError("Out of step");
  const refusal = new ReplyError("Refused", { kind: "SERVER_ERROR" });
  for (
    const [came, error, left] of [
      ["VALUE b 0 1\r\nB\r\n", late, ["A", "B"]],
      ["VALUE b 0 5\r\nB\nEND\r\n", late, ["A", "B\nEND"]],
      [torn, late, ["A", none]],
      [torn, refusal, ["A", "B\r\nEND"]],
      ["VALUE b 0 1\r\nB\r\n", desync, [none, none]],
    ] as const
  ) {
    const asked = ask({ keys: ["x", "a", "b"], positions: [2, 0, 1] }, [1, 3]);
    asked.values[2] = "another's";
    requestOf(asked.command);
    answer(asked.command, `VALUE a 0 1\r\nA\r\n${came}`);
    asked.command.fail(error);
    assertEquals(asked.values, [...left, "another's"], came);
  }
});

Deno.test("GetMultiCommand.item() leaves the values alone once the command is over", () => {
  for (const leave of ["fail", "settle"] as const) {
    const asked = ask({ keys: ["a", "b"] }, [0, 2]);
    requestOf(asked.command);
    answer(asked.command, "VALUE a 0 1\r\nA\r\n");
    if (leave === "fail") asked.command.fail(new TimeoutError("Late"));
    else asked.told.settled = true;
    assertEquals(answer(asked.command, "VALUE b 0 1\r\nB\r\nEND\r\n"), true);
    assertEquals(asked.values, ["A", none], leave);
  }
});

Deno.test("GetMultiCommand.write() forgets what an earlier connection answered", () => {
  const asked = ask({ keys: ["x", "a", "b", "c"], positions: [0, 2, 1, 3] }, [1, 4]);
  asked.values[0] = "another's";
  requestOf(asked.command);
  answer(asked.command, "VALUE b 0 1\r\n1\r\nVALUE a 0 1\r\n2\r\nVALUE c 0 1\r\n!\r\n");
  assertEquals(asked.values, ["another's", "1", "2", none]);
  asked.command.bystanderResends++;
  assertEquals(requestOf(asked.command), "get a b c\r\n");
  assertEquals(asked.values, ["another's", none, none, none]);
  assertEquals(answer(asked.command, "VALUE c 0 1\r\n3\r\nVALUE a 0 1\r\n4\r\nEND\r\n"), true);
  assertEquals(asked.values, ["another's", none, "4", "3"]);
  asked.told.expect([]);
});

Deno.test("GetMultiCommand is a retrieval of its keys, safe to repeat, and joins nothing", () => {
  const { command } = ask({ keys: ["a", "b", "c"] }, [1, 3]);
  assertEquals([
    command.traits.resend === "always",
    command.traits.resend !== "never",
    command.traits.hasPayload,
  ], [
    true,
    true,
    false,
  ]);
  assertEquals([command.keysDue, command.name, command.traits.expectsReply], [2, "get", true]);
  assertEquals(command.merge(ask({ keys: ["d"] }, [0, 1]).command), false);
});

Deno.test("GetMultiCommand.askApart() keeps the answers that came, and gives a command for each of the other keys", () => {
  for (const name of ["get", "gats"] as const) {
    const how = name === "get" ? { name } : { name, exptime: 60 };
    const { command, told, values } = ask({ keys: ["x", "a", "b", "c"] }, [1, 4], how);
    command.deadline = new Deadline(77);
    requestOf(command);
    const cas = name === "get" ? "" : " 9";
    answer(command, `VALUE b 0 1${cas}\r\n!\r\n`);
    const parts = command.askApart()!;
    const words = name === "get" ? "get" : "gats 60";
    assertEquals(parts.map(requestOf), [`${words} a\r\n`, `${words} c\r\n`]);
    assertEquals(parts.map(({ deadline }) => deadline), [command.deadline, command.deadline]);
    assertEquals(parts.map(({ ownResends }) => ownResends), [1, 1]);
    assertEquals(parts[0].askApart(), undefined);
    answer(parts[0], `VALUE a 0 1${cas}\r\n1\r\nEND\r\n`);
    told.expectNothing();
    answer(parts[1], "END\r\n");
    assertEquals(values, [undefined, name === "get" ? "1" : "1#9", undefined, undefined]);
    assertEquals([told.values.length, told.values[0].length, told.errors], [1, 1, []]);
  }
});

Deno.test("GetMultiCommand.askApart() tells of one refusal, however many keys are refused", () => {
  const { command, told } = ask({ keys: ["a", "b", "c"] }, [0, 3]);
  requestOf(command);
  for (const part of command.askApart()!) {
    requestOf(part);
    answer(part, "SERVER_ERROR busy\r\n");
  }
  assertEquals(told.expectError().message, "SERVER_ERROR busy");
});

Deno.test("GetMultiCommand.askApart() does nothing for a single key, nor where every key has an answer", () => {
  assertEquals(ask({ keys: ["a"] }, [0, 1]).command.askApart(), undefined);
  const { command } = ask({ keys: ["a", "b"] }, [0, 2]);
  requestOf(command);
  answer(command, "VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n2\r\n");
  assertEquals(command.askApart(), undefined);
});

Deno.test("retrievalPlan() cuts get and gets by the number of keys", () => {
  for (const name of ["get", "gets"] as const) {
    for (
      const [count, expected] of [
        [0, []],
        [1, [[0, 1]]],
        [MAX_LINE_KEYS, [[0, MAX_LINE_KEYS]]],
        [MAX_LINE_KEYS + 1, [[0, MAX_LINE_KEYS], [MAX_LINE_KEYS, MAX_LINE_KEYS + 1]]],
        [2500, [[0, 1000], [1000, 2000], [2000, 2500]]],
      ] as const
    ) {
      const keys = Array.from({ length: count }, () => "k".repeat(10));
      assertEquals([...retrievalPlan({ keys }, name)], expected as unknown as KeyRange[]);
    }
  }
});

Deno.test("retrievalPlan() cuts so that no line is over its limit, and few are short of it", () => {
  const random = new Random(9);
  for (let round = 0; round < 400; round++) {
    const name = random.pick(["get", "gets", "gat", "gats"] as const);
    const isTouching = name.startsWith("gat");
    const limit = isTouching ? MAX_GAT_LINE_BYTES : MAX_LINE_BYTES;
    const most = random.pick([1, 10, 250]);
    const keys = Array.from(
      { length: random.below(400) },
      () => "k".repeat(1 + random.below(most)),
    );
    const exptime = random.pick([0, 60, 2147483647, -2147483648]);
    const how = isTouching ? { name, exptime } : { name };
    const seed = `seed ${random.seed}, round ${round}`;
    let next = 0;
    for (const [start, end] of retrievalPlan({ keys }, name)) {
      assertEquals(start, next, seed);
      assert(end > start, seed);
      const bytes = requestOf(ask({ keys }, [start, end], how).command).length;
      assertLessOrEqual(bytes, limit, seed);
      // One more key would not have fitted behind the longest exptime.
      const roomLeft = limit - bytes - "s-2147483648".length;
      if (end < keys.length) assertLessOrEqual(roomLeft, keys[end].length, seed);
      next = end;
    }
    assertEquals(next, keys.length, seed);
  }
});

Deno.test("retrievalPlan() fills a line of gets to the last byte", () => {
  // "gets" and CR LF leave 15,994 bytes: 63 keys of 250 bytes and one of 180, each behind a space.
  const keys = [...Array.from({ length: 63 }, () => "k".repeat(250)), "k".repeat(180), "k"];
  assertEquals([...retrievalPlan({ keys }, "gets")], [[0, 64], [64, 65]]);
  assertEquals(requestOf(ask({ keys }, [0, 64], { name: "gets" }).command).length, MAX_LINE_BYTES);
});

Deno.test("retrievalPlan() fills a line of gats to the last byte", () => {
  // "gats -2147483648" and CR LF leave 1,982 bytes: 991 keys of one byte, each behind a space.
  const keys = Array.from({ length: 992 }, () => "k");
  assertEquals([...retrievalPlan({ keys }, "gats")], [[0, 991], [991, 992]]);
  const how = { name: "gats", exptime: -2147483648 } as const;
  assertEquals(requestOf(ask({ keys }, [0, 991], how).command).length, MAX_GAT_LINE_BYTES);
});

interface Asked {
  readonly command: GetMultiCommand<string>;
  readonly told: Told<MemcachedError[]>;
  readonly values: (string | undefined)[];
}

function ask(group: KeyGroup, range: KeyRange, how: Retrieval = GET): Asked {
  const told = new Told<MemcachedError[]>();
  const length = Math.max(group.keys.length, ...(group.positions ?? []).map((place) => place + 1));
  const values = new Array<string | undefined>(length).fill(undefined);
  const command = new GetMultiCommand(group, range, textDecoder, values, told, how);
  return { command, told, values };
}

function two(receiver: PartReceiver<MemcachedError[]>): Command {
  return new GetMultiCommand(
    { keys: ["a", "b"] },
    [0, 2],
    textDecoder,
    [none, none],
    receiver,
    GET,
  );
}

const none = undefined;
