import { assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { ConnectionError, ProtocolError, ReplyError } from "../../src/errors.ts";
import {
  get,
  getMany,
  hit,
  incr,
  type Issued,
  remove,
  set,
  setMany,
  summaries,
  version,
} from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { Rig } from "./rig.ts";

const FULL = "ERROR Too many open connections\r\n";

Deno.test("Connection stays open after an error line that leaves the stream in step", async () => {
  const cases: [line: string, make: () => Issued][] = [
    ["SERVER_ERROR out of memory storing object", () => set("a")],
    ["SERVER_ERROR out of memory reading request", () => get("a")],
    ["SERVER_ERROR", () => incr("a")],
    ["CLIENT_ERROR cannot increment or decrement non-numeric value", () => incr("a")],
    ["CLIENT_ERROR bad command line format", () => remove("a")],
  ];
  for (const [line, make] of cases) {
    await using rig = new Rig();
    const [refused, next] = [make(), version()];
    await rig.submit(refused, next);
    await rig.reply(`${line}\r\nVERSION 1\r\n`);
    assertEquals(summaries([refused, next]), ["ReplyError, sent maybe", "1"], line);
    const { error } = refused.outcome;
    assertInstanceOf(error, ReplyError);
    assertEquals([error.kind, error.server, error.command], [
      line.split(" ")[0] as ReplyError["kind"],
      "one:11211",
      refused.command.name,
    ]);
    assertStringIncludes(error.message, `"${line}"`);
    assertEquals(rig.ends, [], line);
  }
});

Deno.test("Connection closes after an error line that may leave it out of step", async () => {
  const cases: [line: string, make: () => Issued][] = [
    ["ERROR", () => get("a")],
    ["ERROR", () => set("a")],
    ["ERROR", () => incr("a")],
    ["ERROR unknown command", () => version()],
    ["CLIENT_ERROR bad data chunk", () => set("a")],
    ["CLIENT_ERROR line too long", () => setMany(["a", "b"])],
    ["CLIENT_ERROR bad command line format", () => get("a")],
    ["CLIENT_ERROR bad command line format\r\n", () => get("a")],
    ["CLIENT_ERROR bad command line format\r\n", () => getMany(["a", "b"])],
    ["SERVER_ERROR out of memory writing get response\r\n", () => get("a")],
  ];
  for (const [line, make] of cases) {
    await using rig = new Rig();
    const [refused, bystander] = [make(), incr("n")];
    await rig.submit(refused, bystander);
    await rig.reply(`${line}\r\n5\r\n`);
    assertEquals(summaries([refused, bystander]), ["open", "open"], line);
    const { error, desync, head, sent } = rig.end;
    assertInstanceOf(error, ReplyError, line);
    assertEquals(error.sent, "maybe");
    assertEquals([desync, head, sent], [false, refused.command, [bystander.command]], line);
  }
});

Deno.test("Connection closes as refused when the server asks for user and password", async () => {
  const cases: [line: string, make: () => Issued][] = [
    ["CLIENT_ERROR unauthenticated", () => get("a")],
    ["CLIENT_ERROR unauthenticated", () => incr("a")],
    ["CLIENT_ERROR bad authentication token format", () => set("a")],
    ["CLIENT_ERROR authentication failure", () => set("a", "two words")],
  ];
  for (const [line, make] of cases) {
    await using rig = new Rig();
    const issued = [make(), incr("b"), set("c")];
    await rig.submit(...issued);
    await rig.reply(`${line}\r\n`);
    const { error, refused, head, sent } = rig.end;
    assertInstanceOf(error, ReplyError);
    assertEquals(
      error.message,
      `Cannot use connection to one:11211 as the server asks for user and password: it answered "${line}"`,
    );
    assertEquals([error.sent, refused, head], ["no", true, undefined]);
    assertEquals(sent, issued.map(({ command }) => command));
    assertEquals(summaries(issued), ["open", "open", "open"]);
  }
});

Deno.test("Connection is refused even if only commands without reply were sent", async () => {
  await using rig = new Rig();
  await rig.submit(set("a", "two words", { noreply: true }));
  await rig.reply("CLIENT_ERROR authentication failure\r\n");
  assertEquals([rig.end.refused, rig.end.desync], [true, false]);
});

Deno.test("Connection that has had an answer says maybe when it is asked for user and password", async () => {
  await using rig = new Rig();
  const [first, second, third] = [incr("a"), incr("b"), incr("c")];
  await rig.submit(first, second, third);
  await rig.reply("1\r\nCLIENT_ERROR unauthenticated\r\n");
  const { error, refused, head, sent } = rig.end;
  assertEquals([error?.sent, refused, head, sent], ["maybe", false, second.command, [
    third.command,
  ]]);
});

Deno.test("Connection keeps the rest of a batch when SERVER_ERROR answers one item", async () => {
  await using rig = new Rig();
  const [batch, next] = [setMany(["a", "b", "c", "d"]), version()];
  await rig.submit(batch, next);
  await rig.reply(
    "STORED\r\nSERVER_ERROR out of memory storing object\r\nNOT_STORED\r\nSTORED\r\nVERSION 1\r\n",
  );
  assertEquals(batch.outcome.value?.failed, [1, 2]);
  assertEquals(batch.outcome.value?.errors.map(({ name }) => name), ["ReplyError"]);
  assertEquals(summaries([next]), ["1"]);
  assertEquals(rig.ends, []);
});

Deno.test("Connection hands everything back as unsent when a full server says so", async () => {
  await using rig = new Rig();
  const issued = [set("a"), incr("b"), get("c")];
  await rig.submit(...issued);
  await rig.reply(FULL);
  const { error, serverFull, head, sent, unsent } = rig.end;
  assertInstanceOf(error, ConnectionError);
  assertStringIncludes(error.message, "Too many open connections");
  assertEquals([serverFull, head, sent], [true, undefined, []]);
  assertEquals(unsent, issued.map(({ command }) => command));
  assertEquals(summaries(issued), ["open", "open", "open"]);
});

Deno.test("Connection hands back what was gathered, and noreply, when a full server says so", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const written = [incr("a"), incr("b", { noreply: true })];
  const gathered = [incr("c"), incr("d", { noreply: true })];
  await rig.submit(...written);
  rig.transport.take(3);
  await rig.submit(...gathered);
  await rig.reply(FULL);
  const { head, sent, unsent } = rig.end;
  assertEquals([head, sent], [undefined, []]);
  assertEquals(
    new Set(unsent),
    new Set([...written, ...gathered].map(({ command }) => command)),
  );
  assertEquals(unsent[0], written[0].command);
});

Deno.test("Connection is told that the server is full before it has sent anything", async () => {
  await using rig = new Rig();
  await rig.reply(FULL);
  assertEquals([rig.end.serverFull, rig.end.desync], [true, false]);
  assertInstanceOf(rig.end.error, ConnectionError);
});

Deno.test("Connection believes no full server once it has had an answer", async () => {
  await using rig = new Rig();
  const [first, second] = [get("a"), get("b")];
  await rig.submit(first);
  await rig.reply(hit("a", "1"));
  await rig.submit(second);
  await rig.reply(FULL);
  assertEquals(rig.end.serverFull, false);
  assertInstanceOf(rig.end.error, ReplyError);
  assertEquals(rig.end.head, second.command);
});

Deno.test("Connection believes no full server once it has had part of an answer", async () => {
  for (const part of ["VALUE a 0 1\r\n1\r\n", "STORED\r\n", "SERVER_ERROR out of memory\r\n"]) {
    await using rig = new Rig();
    const issued = part.startsWith("VALUE") ? get("a") : setMany(["a", "b"]);
    await rig.submit(issued);
    await rig.reply(part, FULL);
    assertEquals([rig.end.serverFull, rig.end.head], [false, issued.command], part);
    assertInstanceOf(rig.end.error, ReplyError, part);
  }
});

Deno.test("Connection closes at an error line after a noreply command and before any other", async () => {
  await using rig = new Rig();
  await rig.submit(set("a", "v", { noreply: true }));
  await rig.reply("SERVER_ERROR out of memory storing object\r\n");
  assertEquals(rig.end.desync, true);
  assertInstanceOf(rig.end.error, ProtocolError);
});

Deno.test("Connection blames nobody for an error line that may answer a noreply command", async () => {
  await using rig = new Rig();
  const [silent, next] = [incr("a", { noreply: true }), incr("b")];
  await rig.submit(silent, next);
  await rig.reply("CLIENT_ERROR cannot increment or decrement non-numeric value\r\n5\r\n");
  const { desync, head, sent, error } = rig.end;
  assertEquals([desync, head, sent], [true, undefined, [next.command]]);
  assertEquals([error?.server, error?.sent], ["one:11211", "maybe"]);
  assertEquals(summaries([next]), ["open"]);
});

Deno.test("Connection trusts error lines again once a later command has its reply", async () => {
  await using rig = new Rig();
  await rig.submit(incr("a", { noreply: true }), incr("b"));
  await rig.reply("5\r\n");
  const refused = incr("c");
  await rig.submit(refused);
  await rig.reply("CLIENT_ERROR cannot increment or decrement non-numeric value\r\n");
  assertEquals(summaries([refused]), ["ReplyError, sent maybe"]);
  assertEquals(rig.ends, []);
});

/**
 * Every sequence of up to five commands, each noreply or not, with an error line for any of them. A server answers in
 * order, so each normal command before that one gets its number; what comes from then on answers nobody wrongly.
 */
Deno.test("Connection never takes the error line of a noreply command for another's", async () => {
  let cases = 0;
  for (let length = 1; length <= 5; length++) {
    for (let pattern = 0; pattern < 2 ** length; pattern++) {
      const isSilent = Array.from({ length }, (_, i) => (pattern >> i & 1) === 1);
      for (let stray = 0; stray < length; stray++) {
        if (!isSilent[stray]) continue;
        for (const apart of [false, true]) {
          await strayLine(isSilent, stray, apart);
          cases++;
        }
      }
    }
  }
  assertEquals(cases, 2 * (1 + 4 + 12 + 32 + 80));
});

/** Sends commands, lets command number `stray` answer with an error line, and all others as they should. */
async function strayLine(isSilent: boolean[], stray: number, apart: boolean): Promise<void> {
  const about = `${isSilent.map((silent) => silent ? "n" : "r").join("")}, ${stray}, ${apart}`;
  await using rig = new Rig();
  const issued = isSilent.map((noreply, i) => incr(`k${i}`, { noreply }));
  if (apart) { for (const one of issued) await rig.submit(one); }
  else await rig.submit(...issued);
  let replies = "";
  isSilent.forEach((silent, i) => {
    if (i === stray) replies += "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n";
    else if (!silent) replies += `${i}\r\n`;
  });
  await rig.reply(replies);
  assertEquals(rig.end.desync, true, about);
  assertInstanceOf(rig.end.error, ProtocolError, about);
  const unanswered = issued.filter((_, i) => !isSilent[i] && i > stray);
  issued.forEach((one, i) => {
    const expected = isSilent[i] ? undefined : i < stray ? BigInt(i) : "open";
    assertEquals(one.outcome.summary, expected, `${about}: command ${i}`);
  });
  assertEquals([rig.end.head, rig.end.sent], [undefined, unanswered.map((one) => one.command)]);
}

Deno.test("Connection answers everybody in any mix with noreply when no line is stray", async () => {
  for (let pattern = 0; pattern < 2 ** 6; pattern++) {
    await using rig = new Rig();
    const issued = Array.from(
      { length: 6 },
      (_, i) => incr(`k${i}`, { noreply: (pattern >> i & 1) === 1 }),
    );
    await rig.submit(...issued);
    const replies = issued.map(({ command }, i) => command.traits.expectsReply ? `${i}\r\n` : "");
    await rig.reply(replies.join(""));
    issued.forEach(({ command, outcome }, i) => {
      assertEquals(outcome.summary, command.traits.expectsReply ? BigInt(i) : undefined);
    });
    assertEquals(rig.ends, []);
  }
});
