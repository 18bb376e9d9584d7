import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Client, ConnectionError, type Transport } from "@libmc/libmc";
import { Reader } from "../../src/connection/reader.ts";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import { ReplyParser } from "../../src/protocol/reply_parser.ts";
import { incr, set } from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { bytesOf } from "../support/wire.ts";
import { Rig } from "./rig.ts";
import { noTraffic, sendOn } from "./sending.ts";

/** Numbers that no read and no write may give, whatever the room. */
const IMPOSSIBLE: readonly unknown[] = [
  0,
  -0,
  -1,
  1.5,
  NaN,
  Infinity,
  -Infinity,
  "5",
  5n,
  undefined,
];

/** A transport whose reads or writes give what a test says, from some time on. */
class LyingTransport extends ScriptedTransport {
  readCount: ((room: number) => unknown) | undefined;
  writeCount: ((offered: number) => unknown) | undefined;

  override async read(into: Uint8Array): Promise<number | null> {
    const count = await super.read(into);
    return this.readCount === undefined ? count : this.readCount(into.length) as number;
  }

  override async write(bytes: Uint8Array): Promise<number> {
    const count = await super.write(bytes);
    return this.writeCount === undefined ? count : this.writeCount(bytes.length) as number;
  }
}

const READS: readonly (readonly [name: string, (room: number) => unknown])[] = [
  ...IMPOSSIBLE.map((count) => [Deno.inspect(count), () => count] as const),
  ["null in words", () => "null"],
  ["more than the room", (room) => room + 1],
];
const WRITES: readonly (readonly [name: string, (offered: number) => unknown])[] = [
  ...IMPOSSIBLE.map((count) => [Deno.inspect(count), () => count] as const),
  ["null", () => null],
  ["more than was offered", (offered) => offered + 1],
];

for (const [name, count] of READS) {
  Deno.test(`Connection ends when a read gives ${name}, and counts nothing of it`, async () => {
    const transport = new LyingTransport();
    await using rig = new Rig(transport);
    const [good, bad] = [incr("a"), incr("b")];
    await rig.submit(good);
    await rig.reply("1\r\n");
    const { bytesRead } = rig.traffic;
    transport.readCount = count;
    await rig.submit(bad);
    await rig.reply("2\r\n");
    const { error, desync } = rig.end;
    assertInstanceOf(error, ConnectionError);
    assert(error.message.endsWith("as reading from it failed"), error.message);
    assertInstanceOf(error.cause, RangeError);
    assert(error.cause.message.startsWith("Cannot use transport as its read must give from 1 to "));
    assertEquals([desync, rig.transport.closed], [false, true]);
    assertEquals(rig.traffic.bytesRead, bytesRead);
  });
}

for (const [name, count] of WRITES) {
  Deno.test(`Connection ends when a write gives ${name}, and counts nothing of it`, async () => {
    const transport = new LyingTransport();
    await using rig = new Rig(transport);
    transport.writeCount = count;
    await rig.submit(incr("a"), set("b"));
    const { error, unsent, head, sent } = rig.end;
    assertInstanceOf(error, ConnectionError);
    assert(error.message.endsWith("as writing to it failed"), error.message);
    assertInstanceOf(error.cause, RangeError);
    assert(
      error.cause.message.startsWith("Cannot use transport as its write must give from 1 to "),
    );
    // Nobody knows what has left.
    assertEquals([unsent.length, head?.name, sent.length], [0, "incr", 1]);
    assertEquals([rig.traffic.bytesWritten, rig.traffic.writes], [0, 0]);
  });
}

Deno.test("Reader.read() and Sender.send() take all that may be given", async () => {
  const transport = new ScriptedTransport({ mostBytes: 1 });
  const reader = new Reader(transport, new ReplyParser({ item() {}, line() {} }, readClassicLine));
  transport.feed("E", "ND\r\n");
  assertEquals(reader.checked(await reader.read()), 1);
  assertEquals(reader.checked(await reader.read()), 4);
  transport.end();
  assertEquals(reader.checked(await reader.read()), null);
  const traffic = noTraffic();
  await sendOn(transport, [bytesOf("get a\r\n")], traffic).sent;
  assertEquals([transport.written, traffic.writes], ["get a\r\n", 7]);
});

Deno.test("Client whose transports read nothing or write nothing fails, and lets the program go on", async () => {
  const never = () => new Promise<never>(() => {});
  const broken: readonly Pick<Transport, "read" | "write">[] = [
    { read: () => Promise.resolve(0), write: (bytes) => Promise.resolve(bytes.length) },
    { read: never, write: () => Promise.resolve(0) },
  ];
  for (const { read, write } of broken) {
    await using client = new Client("a:1", {
      strict: true,
      connect: () => Promise.resolve({ read, write, close() {} }),
    });
    const error = await assertRejects(() => client.set("k", 1), ConnectionError);
    assertInstanceOf(error.cause, Error);
  }
});
