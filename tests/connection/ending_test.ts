import { assertEquals, assertInstanceOf } from "@std/assert";
import { Deadline, Turns } from "../../src/clock.ts";
import { Connection } from "../../src/connection/connection.ts";
import { unknownHabits } from "../../src/connection/suspicion.ts";
import { type ConnectionEnd, RequestBuffers } from "../../src/connection/contract.ts";
import { ConnectionError } from "../../src/errors.ts";
import { within } from "../support/eventually.ts";
import { get, hit, incr, loneGet, set, setMany, summaries } from "../support/issued.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { Rig } from "./rig.ts";

Deno.test("Connection ends without a word when the server closes it while nothing is due", async () => {
  await using rig = new Rig();
  const issued = get("a");
  await rig.submit(issued);
  await rig.reply(hit("a", "1"));
  rig.transport.end();
  await settle();
  assertEquals(rig.end, {
    error: undefined,
    desync: false,
    serverFull: false,
    refused: false,
    stale: false,
    behindError: false,
    answered: true,
    head: undefined,
    sent: [],
    unsent: [],
    overtaken: undefined,
  });
  assertEquals([rig.connection.closed, rig.transport.closes], [true, 1]);
});

Deno.test("Connection that ended before a command was written is watched no more", async () => {
  // Without a silence to wait for, nothing else would end the watch.
  await using rig = new Rig(new ScriptedTransport(), { pollTimeout: 0 });
  await rig.submit(get("a"));
  await rig.reply(hit("a", "1"));
  rig.clock.advance(2000);
  const issued = incr("a");
  await rig.submit(issued);
  rig.transport.end();
  await settle();
  assertEquals(rig.end.unsent, [issued.command]);
  for (let i = 0; i < 3; i++) rig.clock.advance(100);
  assertEquals(rig.clock.timers, 0);
});

Deno.test("Connection blames the head when the server closes it while replies are due", async () => {
  await using rig = new Rig();
  const issued = [incr("a"), incr("b"), incr("c")];
  await rig.submit(...issued);
  await rig.reply("1\r\n");
  rig.transport.end();
  await settle();
  const { error, head, sent, unsent } = rig.end;
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.code, error.sent, error.server], [-8, "maybe", "one:11211"]);
  assertEquals([head, sent, unsent], [issued[1].command, [issued[2].command], []]);
  assertEquals(summaries(issued), [1n, "open", "open"]);
});

Deno.test("Connection blames the head when the stream ends in the middle of its reply", async () => {
  for (const piece of ["V", "VALUE a 0 5\r\n", "VALUE a 0 5\r\n123", "VALUE a 0 5\r\n12345\r\n"]) {
    await using rig = new Rig();
    const issued = get("a");
    await rig.submit(issued);
    await rig.reply(piece);
    rig.transport.end();
    await settle();
    assertEquals([rig.end.head, rig.end.error?.name], [issued.command, "ConnectionError"], piece);
    assertEquals(summaries([issued]), ["open"]);
  }
});

Deno.test("Connection keeps the cause of a read that failed", async () => {
  await using rig = new Rig();
  const issued = incr("a");
  await rig.submit(issued);
  rig.transport.failRead("connection reset");
  await settle();
  const { error } = rig.end;
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.code, (error.cause as Error).message], [-8, "connection reset"]);
  assertEquals(rig.end.head, issued.command);
});

Deno.test("Connection delivers what came before the read failed", async () => {
  await using rig = new Rig();
  const [first, second] = [incr("a"), incr("b")];
  await rig.submit(first, second);
  rig.transport.feed("1\r\n2");
  rig.transport.failRead();
  await settle();
  assertEquals(summaries([first, second]), [1n, "open"]);
  assertEquals(rig.end.head, second.command);
});

Deno.test("Connection hands back as unsent what a failed write took no byte of", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const written = [incr("a"), set("b")];
  const gathered = [incr("c"), get("d")];
  await rig.submit(...written);
  await rig.submit(...gathered);
  rig.transport.failWrite("broken pipe");
  await settle();
  const { error, head, sent, unsent } = rig.end;
  assertInstanceOf(error, ConnectionError);
  assertEquals([error.code, (error.cause as Error).message], [-9, "broken pipe"]);
  assertEquals([head, sent], [undefined, []]);
  assertEquals(unsent, [...written, ...gathered].map(({ command }) => command));
});

Deno.test("Connection says that a write may have left once a byte of it was taken", async () => {
  for (let taken = 1; taken < "incr a 1\r\nset b 0 0 1\r\nv\r\n".length; taken++) {
    await using rig = new Rig(new ScriptedTransport({ held: true }));
    const [first, second, third] = [incr("a"), set("b"), incr("c")];
    await rig.submit(first, second);
    await rig.submit(third);
    rig.transport.take(taken);
    await settle();
    rig.transport.failWrite();
    await settle();
    const { head, sent, unsent } = rig.end;
    assertEquals([head, sent, unsent], [first.command, [second.command], [third.command]]);
  }
});

Deno.test("Connection tells a failed write from an earlier one that is due", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const [due, behind, failing] = [incr("a"), incr("b"), incr("c")];
  await rig.submit(due, behind);
  rig.transport.take();
  await rig.submit(failing);
  rig.transport.failWrite();
  await settle();
  const { head, sent, unsent } = rig.end;
  assertEquals([head, sent, unsent], [due.command, [behind.command], [failing.command]]);
});

Deno.test("Connection keeps the order of commands with and without reply when it hands them back", async () => {
  for (let pattern = 0; pattern < 2 ** 5; pattern++) {
    await using rig = new Rig(new ScriptedTransport({ held: true }));
    const issued = Array.from(
      { length: 5 },
      (_, i) => incr(`k${i}`, { noreply: (pattern >> i & 1) === 1 }),
    );
    await rig.submit(...issued.slice(0, 4));
    await rig.submit(issued[4]);
    rig.transport.failWrite();
    await settle();
    assertEquals(rig.end.unsent, issued.map(({ command }) => command), `pattern ${pattern}`);
  }
});

Deno.test("Connection cannot know what left of a write when reading fails meanwhile", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const [first, second, third] = [
    incr("a"),
    incr("b", { noreply: true }),
    incr("c"),
  ];
  await rig.submit(first, second);
  await rig.submit(third);
  rig.transport.failRead();
  await settle();
  const { head, sent, unsent } = rig.end;
  assertEquals([head, sent, unsent], [first.command, [second.command], [third.command]]);
});

Deno.test("Connection hands over 100,000 commands at once", async () => {
  for (const how of ["full", "write"]) {
    await using rig = new Rig(new ScriptedTransport({ held: how === "write" }));
    const batch = Array.from({ length: 100_000 }, (_, i) => incr(`k${i}`));
    for (const { command } of batch) rig.connection.submit(command);
    await settle();
    if (how === "full") rig.transport.feed("ERROR Too many open connections\r\n");
    else rig.transport.failWrite();
    await settle();
    assertEquals(rig.end.unsent.length, 100_000, how);
  }
});

Deno.test("Connection.close() hands everything over exactly once and blames nobody", async () => {
  const rig = new Rig(new ScriptedTransport({ held: true }));
  const issued = [incr("a"), setMany(["b", "c"]), incr("d", { noreply: true }), get("e")];
  await rig.submit(...issued.slice(0, 3));
  await rig.submit(issued[3]);
  await rig.connection.close();
  const { error, head, sent, unsent } = rig.end;
  assertEquals([error, head], [undefined, undefined]);
  assertEquals(sent, issued.slice(0, 3).map(({ command }) => command));
  assertEquals(unsent, [issued[3].command]);
  await rig.connection.close();
  await rig.connection.close();
  assertEquals([rig.ends.length, rig.transport.closes], [1, 1]);
});

Deno.test("Connection.submit() fails what comes after the end, and sends nothing", async () => {
  const transport = new ScriptedTransport();
  const connection = connectionOn(transport, []);
  await connection.close();
  const late = get("a");
  connection.submit(late.command);
  await settle();
  assertEquals(late.outcome.summary, "ConnectionError, sent no");
  assertEquals(transport.written, "");
});

Deno.test("Connection.close() twice at once is harmless", async () => {
  const rig = new Rig();
  await Promise.all([rig.connection.close(), rig.connection.close(), rig.connection.drain()]);
  assertEquals([rig.ends.length, rig.transport.closes], [1, 1]);
});

Deno.test("Connection delivers nothing after it was closed", async () => {
  const rig = new Rig();
  const issued = [incr("a"), incr("b")];
  await rig.submit(...issued);
  rig.transport.feed("1\r\n2\r\n");
  // The read has resolved, and what it read has not been looked at.
  const closed = rig.connection.close();
  await settle();
  await closed;
  assertEquals(summaries(issued), ["open", "open"]);
  assertEquals(rig.ends.length, 1);
});

Deno.test("Connection delivers nothing to those behind a command whose caller closes it", async () => {
  const rig = new Rig();
  const [first, second] = [incr("a"), incr("b")];
  const { outcome } = first;
  const resolve = outcome.resolve.bind(outcome);
  outcome.resolve = (value) => {
    resolve(value);
    void rig.connection.close();
  };
  await rig.submit(first, second);
  await rig.reply("1\r\n2\r\n");
  assertEquals(summaries([first, second]), [1n, "open"]);
  assertEquals(rig.end.sent.at(-1), second.command);
});

Deno.test("Connection.drain() waits for what is due and then closes", async () => {
  const rig = new Rig();
  const [first, second] = [incr("a"), incr("b")];
  await rig.submit(first);
  rig.connection.submit(second.command);
  const drained = settledFlag(rig.connection.drain());
  await settle();
  assertEquals(rig.transport.written, "incr a 1\r\nincr b 1\r\n");
  await rig.reply("1\r\n");
  assertEquals([drained.settled, rig.connection.closed], [false, false]);
  await rig.reply("2\r\n");
  assertEquals([drained.settled, rig.transport.closes], [true, 1]);
  assertEquals(summaries([first, second]), [1n, 2n]);
  assertEquals([rig.end.error, rig.end.sent, rig.end.unsent], [undefined, [], []]);
});

Deno.test("Connection.drain() waits until noreply commands have left", async () => {
  const rig = new Rig(new ScriptedTransport({ held: true }));
  const silent = set("a", "v", { noreply: true });
  await rig.submit(silent);
  const drained = settledFlag(rig.connection.drain());
  await settle();
  assertEquals(drained.settled, false);
  rig.transport.take();
  await settle();
  assertEquals([drained.settled, silent.outcome.summary], [true, true]);
});

Deno.test("Connection.drain() closes at once when nothing is due", async () => {
  const rig = new Rig();
  await rig.connection.drain();
  assertEquals([rig.ends.length, rig.transport.closes], [1, 1]);
});

Deno.test("Connection.drain() settles once for each who waits, and when the stream ends", async () => {
  for (const how of ["reply", "end", "silence", "close"]) {
    const rig = new Rig();
    await rig.submit(incr("a"));
    const drained = [rig.connection.drain(), rig.connection.drain()].map(settledFlag);
    await settle();
    if (how === "reply") await rig.reply("1\r\n");
    if (how === "end") rig.transport.end();
    if (how === "silence") await rig.pass(1000);
    if (how === "close") void rig.connection.close();
    await settle();
    assertEquals(drained.map(({ settled }) => settled), [true, true], how);
    assertEquals(rig.ends.length, 1, how);
  }
});

Deno.test("Connection.drain() does not wait for replies that nobody waits for", async () => {
  const rig = new Rig(new ScriptedTransport(), { pollTimeout: 0 });
  const [late, gone] = [incr("a"), incr("b")];
  late.command.deadline = new Deadline(rig.clock.now() + 100);
  await rig.submit(late, gone);
  const drained = settledFlag(rig.connection.drain());
  gone.outcome.abandon();
  await rig.pass(50);
  assertEquals(drained.settled, false);
  await rig.pass(100);
  assertEquals([drained.settled, late.outcome.summary], [true, "TimeoutError, sent maybe"]);
});

Deno.test("Connection ends even if its transport cannot be closed", async () => {
  for (const how of ["close", "end", "garbage"]) {
    const transport = new ScriptedTransport();
    const close = transport.close.bind(transport);
    transport.close = () => {
      close();
      throw new Error("cannot close");
    };
    const rig = new Rig(transport);
    const issued = incr("a");
    await rig.submit(issued);
    if (how === "end") transport.end();
    if (how === "garbage") transport.feed("what is this\r\n");
    await settle();
    await rig.connection.close();
    assertEquals(rig.ends.length, 1, how);
    assertEquals(rig.end.head ?? rig.end.sent[0], issued.command, how);
  }
});

Deno.test("Connection.close() does not wait for a read of a transport that cannot be closed", async () => {
  for (const how of ["throws", "rejects"]) {
    const transport = new ScriptedTransport();
    transport.close = () => {
      const error = new Error("cannot close");
      // As an async method does, which the type lets pass.
      if (how === "rejects") return Promise.reject(error) as unknown as void;
      throw error;
    };
    const rig = new Rig(transport);
    await settle();
    await within(`close() that ${how}`, rig.connection.close());
    assertEquals(rig.ends.length, 1);
    // Nobody has heard of it, and nobody will.
    transport.end();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
});

Deno.test("Connection leaves no rejection unhandled, however it ends", async () => {
  const unhandled: unknown[] = [];
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", listener);
  const endings: ((transport: ScriptedTransport, connection: Connection) => void)[] = [
    (transport) => transport.end(),
    (transport) => transport.failRead(),
    (transport) => transport.failWrite(),
    (transport) => {
      transport.failRead();
      transport.failWrite();
    },
    (transport) => transport.feed("ERROR Too many open connections\r\n"),
    (transport) => transport.feed("what is this\r\n"),
    (_, connection) => void connection.close(),
    (_, connection) => void connection.drain(),
    (transport) => {
      transport.close = () => {
        transport.end();
        throw new Error("cannot close");
      };
      transport.failWrite();
    },
  ];
  for (const [number, ending] of endings.entries()) {
    const transport = new ScriptedTransport({ held: true });
    const ends: ConnectionEnd[] = [];
    const connection = connectionOn(transport, ends);
    connection.submit(loneGet("a").command);
    connection.submit(incr("b", { noreply: true }).command);
    await settle();
    ending(transport, connection);
    await settle();
    await connection.close();
    assertEquals(ends.length, 1, `ending ${number}`);
  }
  // Deno reports a rejection once the microtasks have run.
  await new Promise((resolve) => setTimeout(resolve, 0));
  removeEventListener("unhandledrejection", listener);
  assertEquals(unhandled, []);
});

function connectionOn(transport: ScriptedTransport, ends: ConnectionEnd[]): Connection {
  const clock = new ManualClock();
  return new Connection(transport, {
    server: "one:11211",
    clock,
    turns: new Turns(clock),
    pollTimeout: () => 300,
    traffic: {
      commands: 0,
      hits: 0,
      misses: 0,
      stores: 0,
      bytesRead: 0,
      bytesWritten: 0,
      writes: 0,
    },
    onClose: (end) => void ends.push(end),
    habits: unknownHabits(),
    buffers: new RequestBuffers(),
    isOpening: () => false,
    onRefused: (command, error) => command.fail(error),
    onBusy: () => {},
  });
}

/** Whether a promise has resolved. */
function settledFlag(promise: Promise<void>): { settled: boolean } {
  const flag = { settled: false };
  promise.then(() => flag.settled = true);
  return flag;
}
