import { assert, assertEquals, assertRejects, fail } from "@std/assert";
import { connect, createServer, type Server, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import { SocketTransport } from "../../src/transports/node_socket.ts";
import { eventually, within } from "../support/eventually.ts";
import { bytesOf, textOf } from "../support/wire.ts";

Deno.test("SocketTransport gives what comes, into however little room, and then the end", async () => {
  await using pair = await Pair.open();
  pair.far.write("hello ");
  pair.far.write("world");
  let text = "";
  const into = new Uint8Array(4);
  while (text.length < 11) {
    const count = await within("bytes", pair.transport.read(into));
    assert(count !== null && count > 0 && count <= 4);
    text += textOf(into.subarray(0, count));
  }
  assertEquals(text, "hello world");
  const reading = pair.transport.read(into);
  pair.far.end();
  assertEquals(await within("the end", reading), null);
  assertEquals(await pair.transport.read(into), null);
});

Deno.test("SocketTransport reads more than any buffer holds, unchanged", async () => {
  await using pair = await Pair.open();
  const sent = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) >> 3);
  pair.far.end(sent);
  const found = new Uint8Array(sent.length);
  let at = 0;
  while (at < found.length) {
    const count = await within("bytes", pair.transport.read(found.subarray(at)));
    assert(count !== null && count > 0);
    at += count;
  }
  assertEquals(await pair.transport.read(new Uint8Array(1)), null);
  assertEquals(found.every((byte, i) => byte === sent[i]), true);
});

Deno.test("SocketTransport takes little of what nobody reads, and loses nothing of it", async () => {
  const chunkBytes = 16 * 1024;
  let given = 0;
  // A stream that always has more.
  const endless = new Duplex({
    read() {
      this.push(new Uint8Array(chunkBytes).fill(given++));
    },
    write: (_chunk, _encoding, done) => done(),
  });
  const transport = new SocketTransport(endless as unknown as Socket);
  const into = new Uint8Array(10_000);
  let at = 0;
  for (let round = 0; round < 100; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    assert(given * chunkBytes - at < 256 * 1024, `${given * chunkBytes - at} bytes are unread`);
    const count = await within("bytes", transport.read(into));
    assert(count !== null && count > 0);
    for (let i = 0; i < count; i++, at++) {
      if (into[i] !== (Math.floor(at / chunkBytes) & 0xff)) fail(`byte ${at} is another`);
    }
  }
  transport.close();
});

Deno.test("SocketTransport gives what came before the end, and before a failure", async () => {
  for (const failure of [undefined, new Error("reset")]) {
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const transport = new SocketTransport(socket as unknown as Socket);
    socket.push(bytesOf("one "));
    socket.push(bytesOf("two"));
    await new Promise((resolve) => setImmediate(resolve));
    if (failure === undefined) socket.push(null);
    else socket.destroy(failure);
    await new Promise((resolve) => setImmediate(resolve));
    const into = new Uint8Array(5);
    assertEquals(await transport.read(into), 5);
    assertEquals(textOf(into), "one t");
    assertEquals(await transport.read(into), 2);
    assertEquals(textOf(into.subarray(0, 2)), "wo");
    if (failure === undefined) assertEquals(await transport.read(into), null);
    else await assertRejects(() => transport.read(into), Error, "reset");
    transport.close();
  }
});

Deno.test("SocketTransport writes all bytes, and is done with them when it says so", async () => {
  await using pair = await Pair.open();
  let text = "";
  pair.far.on("data", (data) => text += data.toString());
  const lent = bytesOf("set a 0 0 1\r\n");
  for (const byte of ["1", "2"]) {
    lent[10] = byte.charCodeAt(0);
    assertEquals(await pair.transport.write(lent), lent.length);
  }
  await eventually("all has come", () => text === "set a 0 0 1\r\nset a 0 0 2\r\n");
});

Deno.test("SocketTransport.close() ends a read and a write under way; twice is harmless", async () => {
  await using pair = await Pair.open();
  pair.far.pause();
  const reading = pair.transport.read(new Uint8Array(9));
  const writing = assertRejects(() => pair.transport.write(new Uint8Array(50_000_000)));
  pair.transport.close();
  pair.transport.close();
  assertEquals(await within("the read", reading.catch(() => null)), null);
  await within("the write", writing);
  await assertRejects(() => within("a later write", pair.transport.write(bytesOf("x"))));
  assertEquals(await pair.transport.read(new Uint8Array(9)).catch(() => null), null);
});

Deno.test("SocketTransport rejects a read when the connection is reset", async () => {
  await using pair = await Pair.open();
  const reading = assertRejects(() => pair.transport.read(new Uint8Array(9)), Error);
  pair.far.resetAndDestroy();
  await within("the read", reading);
  await assertRejects(() => within("a later read", pair.transport.read(new Uint8Array(9))), Error);
});

/** A transport and the socket at its other end. */
class Pair implements AsyncDisposable {
  static async open(): Promise<Pair> {
    const server = createServer({ pauseOnConnect: false });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const far = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const near = connect((server.address() as { port: number }).port, "127.0.0.1");
    await new Promise<void>((resolve) => near.once("connect", () => resolve()));
    return new Pair(server, new SocketTransport(near), await far);
  }

  private constructor(
    readonly server: Server,
    readonly transport: SocketTransport,
    readonly far: Socket,
  ) {
    far.on("error", () => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.transport.close();
    this.far.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
