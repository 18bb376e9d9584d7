import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { SingleCommand } from "../../src/commands/command.ts";
import { ASKS } from "../../src/commands/traits.ts";
import type { ItemView } from "../../src/protocol/item_view.ts";
import type { RequestWriter } from "../../src/protocol/request_writer.ts";
import { ConnectionError, ProtocolError } from "../../src/errors.ts";
import { UNKNOWN } from "../protocol/fixtures.ts";
import {
  get,
  hit,
  incr,
  type Issued,
  loneGet,
  Recorded,
  remove,
  set,
  setMany,
  summaries,
  version,
} from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { bytesOf } from "../support/wire.ts";
import { Rig } from "./rig.ts";

Deno.test("Connection.submit() sends the commands of one tick in one write", async () => {
  await using rig = new Rig();
  await rig.submit(set("a"), incr("n"), remove("b"));
  assertEquals(rig.transport.writes, [
    "set a 0 0 1\r\nv\r\nincr n 1\r\ndelete b\r\n",
  ]);
  assertEquals(rig.traffic.writes, 1);
});

Deno.test("Connection.submit() writes nothing before the program comes to rest", async () => {
  await using rig = new Rig();
  rig.connection.submit(get("a").command);
  assertEquals(rig.transport.writes, []);
  await settle();
  assertEquals(rig.transport.writes, ["get a\r\n"]);
});

Deno.test("Connection.submit() joins the gets of one tick into one line", async () => {
  await using rig = new Rig();
  const gets = ["a", "b", "c"].map((key) => get(key));
  await rig.submit(...gets);
  assertEquals(rig.transport.writes, ["get a b c\r\n"]);
  await rig.reply("VALUE a 0 1\r\n1\r\nVALUE c 0 1\r\n3\r\nEND\r\n");
  assertEquals(summaries(gets), ["1", undefined, "3"]);
  assertEquals([rig.traffic.commands, rig.traffic.hits, rig.traffic.misses], [1, 2, 1]);
});

Deno.test("Connection.submit() joins gets only with the command right before", async () => {
  await using rig = new Rig();
  await rig.submit(get("a"), set("b"), get("c"), get("d"));
  assertEquals(rig.transport.written, "get a\r\nset b 0 0 1\r\nv\r\nget c d\r\n");
});

Deno.test("Connection.submit() joins at most 100 gets", async () => {
  await using rig = new Rig();
  await rig.submit(...Array.from({ length: 150 }, (_, i) => get(`k${i}`)));
  assertEquals(
    rig.transport.written.split("\r\n").map((line) => line.split(" ").length),
    [101, 51, 1],
  );
});

Deno.test("Connection.submit() gathers what comes while a write is under way", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  await rig.submit(set("a"));
  await rig.submit(set("b"));
  await rig.submit(set("c"));
  assertEquals(rig.transport.offered, "set a 0 0 1\r\nv\r\n");
  rig.transport.release();
  await settle();
  assertEquals(rig.transport.writes, [
    "set a 0 0 1\r\nv\r\n",
    "set b 0 0 1\r\nv\r\nset c 0 0 1\r\nv\r\n",
  ]);
});

Deno.test("Connection.submit() sends many bytes in several writes", async () => {
  await using rig = new Rig();
  const sets = Array.from({ length: 20 }, (_, i) => set(`k${i}`, "x".repeat(50_000)));
  await rig.submit(...sets);
  const lengths = rig.transport.writes.map((write) => write.length);
  assert(lengths.length > 2, `${lengths.length} writes`);
  for (const length of lengths) assertLess(length, 400_000);
  await rig.reply("STORED\r\n".repeat(20));
  assertEquals(summaries(sets), Array(20).fill(true));
});

Deno.test("Connection.submit() goes on where the transport took a part", async () => {
  for (let mostBytes = 1; mostBytes < 40; mostBytes++) {
    await using rig = new Rig(new ScriptedTransport({ mostBytes }));
    await rig.submit(set("a", "one"), set("b", "two"), get("c"));
    assertEquals(
      rig.transport.written,
      "set a 0 0 3\r\none\r\nset b 0 0 3\r\ntwo\r\nget c\r\n",
      `at most ${mostBytes} bytes a write`,
    );
    assertEquals(rig.traffic.bytesWritten, rig.transport.written.length);
  }
});

Deno.test("Connection pairs replies with commands in order", async () => {
  await using rig = new Rig();
  const issued = [get("a"), set("b"), incr("n"), remove("c"), version(), get("d")];
  await rig.submit(...issued);
  await rig.reply(
    hit("a", "1") + "NOT_STORED\r\n7\r\nNOT_FOUND\r\nVERSION 1.6.18\r\n" + hit("d", "4"),
  );
  assertEquals(summaries(issued), ["1", false, 7n, true, "1.6.18", "4"]);
});

Deno.test("Connection pairs replies that come cut at any byte", async () => {
  const replies = hit("a", "END\r\n") + "STORED\r\n" + hit("b", "");
  for (let cut = 0; cut <= replies.length; cut++) {
    await using rig = new Rig();
    const issued = [get("a"), set("s"), get("b")];
    await rig.submit(...issued);
    await rig.reply(...[replies.slice(0, cut), replies.slice(cut)].filter((piece) => piece !== ""));
    assertEquals(summaries(issued), ["END\r\n", true, ""], `cut at ${cut}`);
  }
});

Deno.test("Connection pairs a reply that comes while its write is under way", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const [first, second] = [loneGet("a"), loneGet("b")];
  await rig.submit(first, second);
  rig.transport.take("get a\r\n".length);
  await settle();
  await rig.reply(hit("a", "1"));
  assertEquals(summaries([first, second]), ["1", "open"]);
  rig.transport.release();
  await rig.reply(hit("b", "2"));
  assertEquals(summaries([first, second]), ["1", "2"]);
});

Deno.test("Connection goes on writing after a refusal that came before the whole request", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const [big, next] = [set("big", "x".repeat(1000)), get("a")];
  await rig.submit(big);
  rig.transport.take(20);
  await settle();
  await rig.reply("SERVER_ERROR object too large for cache\r\n");
  await rig.submit(next);
  rig.transport.release();
  await settle();
  assertEquals(rig.transport.written, `set big 0 0 1000\r\n${"x".repeat(1000)}\r\nget a\r\n`);
  await rig.reply(hit("a", "1"));
  assertEquals(summaries([big, next]), ["ReplyError, sent maybe", "1"]);
});

Deno.test("Connection reads a big data block straight to where it belongs", async () => {
  await using rig = new Rig();
  const data = "0123456789".repeat(200_000);
  const arrays: Uint8Array[] = [];
  const outcome = get("a", {
    decode(item: ItemView): string {
      arrays.push(item.data);
      return `${item.owned}, ${item.data.length}`;
    },
  });
  await rig.submit(outcome);
  const reply = hit("a", data);
  const pieces = reply.match(/[^]{1,100000}/g) as string[];
  await rig.reply(...pieces);
  assertEquals(outcome.outcome.summary, `true, ${data.length}`);
  assertEquals(new TextDecoder().decode(arrays[0]), data);
  const inPlace = rig.transport.rooms.filter((room) => room > rig.transport.rooms[0]);
  assert(inPlace.length > 5, "no read had the room of the data block");
  // What is missing shrinks with each read: nothing is read twice, nothing beyond the block.
  assertEquals(inPlace, inPlace.toSorted((a, b) => b - a));
  assertLess(inPlace[0], data.length);
});

Deno.test("Connection closes at a reply that nobody asked for", async () => {
  const replies = [
    "STORED\r\n",
    "VALUE a 0 1\r\nx\r\n",
    "END\r\n",
    "7\r\n",
    "ERROR\r\n",
    "WHAT\r\n",
  ];
  for (const reply of replies) {
    await using rig = new Rig();
    await rig.reply(reply);
    const { error, desync, head, sent, unsent } = rig.end;
    assertInstanceOf(error, ProtocolError, reply);
    assertEquals([desync, head, sent, unsent], [true, undefined, [], []], reply);
    assertEquals(rig.transport.closes, 1);
  }
});

Deno.test("Connection closes at an extra reply, and answers nobody from behind it", async () => {
  await using rig = new Rig();
  const [first, second] = [incr("n"), incr("n")];
  await rig.submit(first);
  await rig.reply("1\r\n");
  await rig.reply("2\r\n");
  assertEquals(rig.end.desync, true);
  rig.transport.feed("3\r\n");
  await settle();
  assertEquals(summaries([first, second]), [1n, "open"]);
});

Deno.test("Connection closes at a reply that the head cannot have", async () => {
  const cases: [reply: string, issued: ReturnType<typeof get> | ReturnType<typeof set>][] = [
    ["STORED\r\n", get("a")],
    ["DELETED\r\n", set("a")],
    ["VALUE b 0 1\r\nx\r\nEND\r\n", get("a")],
    ["VALUE a 0 1\r\nx\r\n", set("a")],
    ["12\r\n", get("a")],
    ["what is this\r\n", get("a")],
    ["VALUE a 0 1\r\nxyz\r\nEND\r\n", get("a")],
  ];
  for (const [reply, issued] of cases) {
    await using rig = new Rig();
    const bystander = incr("n");
    await rig.submit(issued, bystander);
    await rig.reply(reply + "5\r\n");
    const { error, desync, head, sent } = rig.end;
    assertInstanceOf(error, ProtocolError, reply);
    assertEquals([error.server, error.command, error.sent], [
      "one:11211",
      issued.command.name,
      "maybe",
    ]);
    assertEquals([desync, head, sent], [true, issued.command, [bystander.command]], reply);
    assertEquals(summaries([issued, bystander]), ["open", "open"], reply);
  }
});

Deno.test("Connection closes at a line that nobody knows, shows it, and takes it for no answer", async () => {
  const cases: (() => Issued | undefined)[] = [
    () => get("a"),
    () => set("a"),
    () => incr("a"),
    () => remove("a"),
    () => setMany(["a", "b"]),
    () => version(),
    () => undefined,
  ];
  for (const { name, wire } of UNKNOWN) {
    for (const make of cases) {
      await using rig = new Rig();
      const issued = make();
      if (issued !== undefined) await rig.submit(issued);
      await rig.reply(wire + "END\r\n");
      const { error, desync, answered, head } = rig.end;
      assertInstanceOf(error, ProtocolError, name);
      const shown = JSON.stringify(new TextDecoder().decode(bytesOf(wire.slice(0, -2))));
      assertEquals(
        error.message,
        `Cannot read reply line ${shown} as it is none that memcached has`,
      );
      assertEquals([error.server, error.sent], ["one:11211", "maybe"], name);
      assertEquals([error.command, head], [issued?.command.name, issued?.command], name);
      assertEquals([desync, answered], [true, false], name);
    }
  }
});

Deno.test("Connection takes a line that the head cannot have for an answer of memcached", async () => {
  await using rig = new Rig();
  await rig.submit(get("a"));
  await rig.reply("STORED\r\n");
  assertEquals([rig.end.desync, rig.end.answered], [true, true]);
});

Deno.test("Connection reads nothing more of a chunk behind what closed it", async () => {
  await using rig = new Rig();
  const issued = [incr("a"), incr("b"), incr("c")];
  await rig.submit(...issued);
  await rig.reply("1\r\nSTORED\r\n2\r\n3\r\n");
  assertEquals(summaries(issued), [1n, "open", "open"]);
  assertEquals([rig.end.head, rig.end.sent], [issued[1].command, [issued[2].command]]);
});

Deno.test("Connection looks at an idle stream before it writes what must not be sent twice", async () => {
  for (const issued of [set("b"), incr("b"), remove("b", { noreply: true })]) {
    await using rig = await idleRig();
    rig.connection.submit(issued.command);
    rig.transport.end();
    await settle();
    await rig.pass(4);
    assertEquals(rig.transport.written, "get a\r\n");
    assertInstanceOf(rig.end.error, ConnectionError);
    assertEquals([rig.end.unsent, rig.end.head], [[issued.command], undefined]);
  }
});

Deno.test("Connection looks at an idle stream for four milliseconds", async () => {
  await using rig = await idleRig();
  await rig.submit(set("b"));
  await rig.pass(3);
  assertEquals(rig.transport.written, "get a\r\n");
  await rig.pass(1);
  assertEquals(rig.transport.written, "get a\r\nset b 0 0 1\r\nv\r\n");
});

Deno.test("Connection writes at once on an idle stream what can be asked again, and up to what cannot", async () => {
  await using rig = await idleRig();
  const issued = [get("b"), version(), incr("c"), get("d")];
  await rig.submit(...issued);
  const before = "get a\r\nget b\r\nversion\r\n";
  assertEquals(rig.transport.written, before);
  await rig.pass(4);
  assertEquals(rig.transport.written, before + "incr c 1\r\nget d\r\n");
  await rig.reply("END\r\nVERSION 1\r\n5\r\nEND\r\n");
  assertEquals(summaries(issued), [undefined, "1", 5n, undefined]);
});

Deno.test("Connection waits no more for its look once the server has answered", async () => {
  await using rig = await idleRig();
  await rig.submit(get("b"));
  await rig.reply(hit("b", "1"));
  await rig.submit(incr("c"));
  assertEquals(rig.transport.written, "get a\r\nget b\r\nincr c 1\r\n");
});

Deno.test("Connection hands over what waits for its look when it is closed, and sets no timer more", async () => {
  await using rig = await idleRig();
  const issued = incr("b");
  await rig.submit(issued);
  await rig.connection.close();
  assertEquals(rig.end.unsent, [issued.command]);
  await rig.pass(5000);
  assertEquals([rig.transport.written, rig.clock.timers], ["get a\r\n", 0]);
});

Deno.test("Connection writes at once where it has heard something lately", async () => {
  await using rig = new Rig();
  await rig.submit(get("a"));
  await rig.reply(hit("a", "1"));
  await rig.pass(999);
  await rig.submit(get("b"));
  assertEquals(rig.transport.written, "get a\r\nget b\r\n");
  await rig.reply(hit("b", "1"));
  await rig.pass(5000);
  await rig.submit(get("c"));
  await rig.pass(5);
  assertEquals(rig.transport.written, "get a\r\nget b\r\nget c\r\n");
});

/** A rig whose connection has been idle for more than a second. */
async function idleRig(): Promise<Rig> {
  const rig = new Rig();
  await rig.submit(get("a"));
  await rig.reply(hit("a", "1"));
  await rig.pass(1001);
  return rig;
}

Deno.test("Connection goes on with the next command once an item has completed a reply", async () => {
  await using rig = new Rig();
  const outcome = new Recorded<string>();
  const issued = [{ command: new OneItemCommand(outcome), outcome }, version()];
  await rig.submit(...issued);
  await rig.reply(hit("a", "1").replace("END\r\n", "VERSION 2\r\n"));
  assertEquals(summaries(issued), ["a", "2"]);
});

/** A command whose reply is one item and nothing behind it. */
class OneItemCommand extends SingleCommand<string> {
  override readonly name = "one";
  override readonly traits = ASKS;
  override readonly key = "a";

  override write(writer: RequestWriter): void {
    writer.latin1("one a\r\n");
  }

  override item(item: ItemView): boolean {
    this.succeed(item.key());
    return true;
  }

  override line(): boolean {
    throw new ProtocolError("Cannot take a line");
  }
}
