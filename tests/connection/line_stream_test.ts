import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ConnectionError, ProtocolError, ReplyError, TimeoutError } from "@libmc/libmc";
import { LineStream } from "../../src/connection/line_stream.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { Random } from "../support/random.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { bytesOf } from "../support/wire.ts";

class Rig {
  readonly clock = new ManualClock();
  readonly transport = new ScriptedTransport();
  ends = 0;
  readonly stream = new LineStream(this.transport, {
    server: "one:11211",
    command: "watch",
    clock: this.clock,
    censor: (text) => text.replaceAll("s3cret", "***"),
    onClose: () => this.ends++,
  });

  async lines(): Promise<(string | null)[]> {
    const lines: (string | null)[] = [];
    while (lines.at(-1) !== null) lines.push(await this.stream.line(0));
    return lines;
  }
}

Deno.test("LineStream.line() takes lines that end in LF and in CR LF, however they are cut", async () => {
  const text = "OK\r\nkey=a exp=-1\n\nkey=\xc3\xa9\n\r\nEND\r\n";
  const random = new Random(81);
  for (let round = 0; round <= text.length + 50; round++) {
    const rig = new Rig();
    const cuts = round <= text.length ? [round] : [];
    for (let cut = 0; round > text.length && cut < text.length;) {
      cut += 1 + random.below(4);
      cuts.push(cut);
    }
    let from = 0;
    for (const cut of [...cuts, text.length]) {
      rig.transport.feed(text.slice(from, cut));
      from = cut;
    }
    rig.transport.end();
    const expected = ["OK", "key=a exp=-1", "", "key=é", "", "END", null];
    assertEquals(await rig.lines(), expected, `seed ${random.seed}, round ${round}`);
  }
});

Deno.test("LineStream.line() reads only when it is asked, and no more than it has room for", async () => {
  const { stream, transport } = new Rig();
  transport.feed("a\nb\nc\n");
  await settle();
  assertEquals(transport.rooms, []);
  assertEquals(await stream.line(0), "a");
  assertEquals(await stream.line(0), "b");
  assertEquals(await stream.line(0), "c");
  assertEquals(transport.rooms, [64 * 1024]);
});

Deno.test("LineStream.line() takes a line of 8192 bytes, and ends the stream for a longer one", async () => {
  const rig = new Rig();
  const longest = "x".repeat(8192);
  rig.transport.feed(`${longest}\n`);
  assertEquals(await rig.stream.line(0), longest);
  for (const text of [`${"x".repeat(8193)}\n`, "x".repeat(8193)]) {
    const { transport, stream } = new Rig();
    transport.feed(text);
    const error = await assertRejects(() => stream.line(0), ProtocolError, "<= 8192 bytes");
    assertEquals([error.server, error.command, error.sent], ["one:11211", "watch", "maybe"]);
    assert(transport.closed);
  }
});

Deno.test("LineStream.line() bounds the silence, each wait by itself, and not the time between two", async () => {
  const { stream, transport, clock } = new Rig();
  transport.feed("a\n");
  clock.advance(10_000);
  assertEquals(await stream.line(50), "a");
  clock.advance(10_000);
  const next = stream.line(50);
  await settle();
  clock.advance(49);
  transport.feed("b\n");
  assertEquals(await next, "b");
  const silent = assertRejects(() => stream.line(50), TimeoutError, "silent for more than 50 ms");
  await settle();
  clock.advance(50);
  await silent;
  assert(transport.closed);
  assertEquals(clock.timers, 0);
});

Deno.test("LineStream.line() hears what came while the program was busy", async () => {
  const { stream, transport, clock } = new Rig();
  const next = stream.line(50);
  await settle();
  clock.oversleep(1000);
  transport.feed("late\n");
  assertEquals(await next, "late");
});

Deno.test("LineStream ends with its transport, and every call then throws the same", async () => {
  const failing: [string, (rig: Rig) => Promise<unknown>, string][] = [
    ["read", ({ stream, transport }) => {
      transport.failRead();
      return stream.line(0);
    }, "reading from it failed"],
    ["write", ({ stream, transport }) => {
      transport.failWrite();
      return stream.send([bytesOf("watch\r\n")], 0);
    }, "writing to it failed"],
  ];
  for (const [step, fail, message] of failing) {
    const rig = new Rig();
    const error = await assertRejects(() => fail(rig), ConnectionError, message);
    assertEquals(error.step, step);
    assertStrictEquals(await assertRejects(() => rig.stream.line(0)), error);
    assertStrictEquals(await assertRejects(() => rig.stream.send([], 0)), error);
    assertStrictEquals(await assertRejects(() => rig.stream.pause(1)), error);
    assertEquals([rig.transport.closes, rig.ends], [1, 1]);
  }
});

Deno.test("LineStream refuses a transport that counts wrongly", async () => {
  for (const count of [0, -1, 1.5, NaN, 64 * 1024 + 1]) {
    const { stream, transport } = new Rig();
    transport.read = () => Promise.resolve(count);
    const error = await assertRejects(() => stream.line(0), ConnectionError);
    assert(error.cause instanceof RangeError);
    const other = new Rig();
    other.transport.write = () => Promise.resolve(count);
    const sending = () => other.stream.send([bytesOf("a")], 0);
    assert((await assertRejects(sending, ConnectionError)).cause instanceof RangeError);
  }
});

Deno.test("LineStream.send() sends all parts, and bounds the time", async () => {
  const { stream, transport, clock } = new Rig();
  transport.mostBytes = 3;
  await stream.send([bytesOf("watch "), bytesOf("fetchers\r\n")], 50);
  assertEquals(transport.written, "watch fetchers\r\n");
  transport.held = true;
  const stuck = assertRejects(() => stream.send([bytesOf("x")], 50), TimeoutError);
  await settle();
  clock.advance(50);
  await stuck;
});

Deno.test("LineStream.close() ends what is under way with its reason, and a transport that cannot close is harmless", async () => {
  const reason = new Error("enough");
  for (
    const wait of [
      (stream: LineStream) => stream.line(0),
      (stream: LineStream) => stream.pause(1000),
    ]
  ) {
    const { stream, transport, clock } = new Rig();
    transport.close = () => {
      throw new Error("no");
    };
    const waiting = assertRejects(() => wait(stream));
    await settle();
    stream.close(reason);
    stream.close(new Error("again"));
    assertStrictEquals(await waiting, reason);
    assertEquals(clock.timers, 0);
  }
});

Deno.test("LineStream.close() gives nothing more to a transport that takes a part late", async () => {
  const { stream, transport } = new Rig();
  let took = (_count: number) => {};
  const offered: number[] = [];
  transport.write = ({ length }) => {
    offered.push(length);
    return new Promise((resolve) => took = resolve);
  };
  const sent = stream.send([bytesOf("watch fetchers\r\n"), bytesOf("quit\r\n")], 0);
  await settle();
  stream.close(new Error("enough"));
  await assertRejects(() => sent, Error, "enough");
  took(5);
  await settle();
  assertEquals(offered, [16]);
});

Deno.test("LineStream.close() drops lines that were read and not taken", async () => {
  const { stream, transport } = new Rig();
  transport.feed("a\nb\n");
  await stream.line(0);
  stream.close(new Error("enough"));
  await assertRejects(() => stream.line(0), Error, "enough");
});

Deno.test("LineStream.pause() waits as long as it is told", async () => {
  const { stream, clock } = new Rig();
  let isOver = false;
  const pause = stream.pause(20).then(() => isOver = true);
  clock.advance(19);
  await settle();
  assertEquals(isOver, false);
  clock.advance(1);
  await pause;
});

Deno.test("LineStream.firstLine() tells a server that is full, asks for a password, or says nothing", async () => {
  const full = new Rig();
  full.transport.feed("ERROR Too many open connections\r\n");
  await assertRejects(() => full.stream.firstLine(0), ConnectionError, "the server is full");

  const asking = new Rig();
  asking.transport.feed("CLIENT_ERROR unauthenticated\r\n");
  const error = await assertRejects(() => asking.stream.firstLine(0), ReplyError, "password");
  assertEquals([error.kind, error.sent], ["CLIENT_ERROR", "no"]);

  const gone = new Rig();
  gone.transport.end();
  await assertRejects(() => gone.stream.firstLine(0), ConnectionError, "the server closed it");

  const other = new Rig();
  other.transport.feed("ERROR other\r\n");
  assertEquals(await other.stream.firstLine(0), "ERROR other");
});

Deno.test("LineStream.shown() gives the beginning of a line, without secrets", () => {
  const { stream } = new Rig();
  assertEquals(stream.shown('VALUE "s3cret"'), '"VALUE \\"***\\""');
  assertEquals(stream.shown("x".repeat(1000)).length, 82);
});

Deno.test("LineStream.unref() lets the program end, also if the transport cannot", () => {
  const { stream, transport } = new Rig();
  stream.unref();
  assertEquals(transport.unrefs, 1);
  transport.unref = () => {
    throw new Error("no");
  };
  stream.unref();
});
