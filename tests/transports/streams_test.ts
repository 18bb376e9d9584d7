import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { transportFromStreams } from "../../src/transports/streams.ts";
import { bytesOf, textOf } from "../support/wire.ts";

Deno.test("transportFromStreams() gives what comes, piece by piece, into however little room", async () => {
  const { incoming, transport } = open();
  void incoming.write(bytesOf("hello"));
  void incoming.write(bytesOf(""));
  void incoming.write(bytesOf("world"));
  const into = new Uint8Array(3);
  let text = "";
  while (text.length < 10) {
    const count = await transport.read(into);
    assert(count !== null && count > 0 && count <= 3);
    text += textOf(into.subarray(0, count));
  }
  assertEquals(text, "helloworld");
  void incoming.close();
  assertEquals(await transport.read(into), null);
  assertEquals(await transport.read(into), null);
});

Deno.test("transportFromStreams() gives the bytes that there are, whatever length an array claims", async () => {
  const { incoming, transport } = open();
  for (const length of [2, 100]) {
    void incoming.write(Object.defineProperty(bytesOf("hello"), "length", { value: length }));
    const into = new Uint8Array(9);
    assertEquals(await transport.read(into), 5);
    assertEquals(textOf(into.subarray(0, 5)), "hello");
  }
});

Deno.test("transportFromStreams() rejects a read for which something other than bytes comes", async () => {
  for (const wrong of ["text", new ArrayBuffer(4), { length: 3 }, undefined, new Uint16Array(2)]) {
    const { incoming, transport } = open();
    void incoming.write(wrong as Uint8Array);
    await assertRejects(() => transport.read(new Uint8Array(9)), TypeError, "Cannot use bytes");
  }
});

Deno.test("transportFromStreams() writes all bytes, and keeps none that were lent to it", async () => {
  const { outgoing, transport } = open();
  const lent = bytesOf("get a\r\n");
  const writing = transport.write(lent);
  const { value } = await outgoing.read();
  assertEquals(await writing, 7);
  lent.fill(0);
  assertEquals(textOf(value!), "get a\r\n");
});

Deno.test("transportFromStreams() rejects reads and writes once its streams have failed", async () => {
  const { incoming, outgoing, transport } = open();
  const reading = transport.read(new Uint8Array(9));
  void incoming.abort(new Error("reset"));
  await assertRejects(() => reading, Error, "reset");
  void outgoing.cancel(new Error("broken pipe"));
  await assertRejects(() => transport.write(bytesOf("x")));
});

Deno.test("Transport.close() of streams ends both, and a read and a write under way; twice is harmless", async () => {
  const { incoming, outgoing, transport } = open();
  const reading = transport.read(new Uint8Array(9));
  const writing = transport.write(bytesOf("never read"));
  transport.close();
  transport.close();
  assertEquals(await reading.catch(() => null), null);
  await assertRejects(() => writing);
  await assertRejects(() => outgoing.read());
  await assertRejects(() => incoming.write(bytesOf("late")));
});

Deno.test("transportFromStreams() refuses streams that somebody else reads or writes", () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const reader = readable.getReader();
  assertThrows(() => transportFromStreams({ readable, writable }), TypeError);
  reader.releaseLock();
});

/** A transport, and the far ends of its streams. */
function open() {
  const replies = new TransformStream<Uint8Array, Uint8Array>();
  const requests = new TransformStream<Uint8Array, Uint8Array>();
  return {
    incoming: replies.writable.getWriter(),
    outgoing: requests.readable.getReader(),
    transport: transportFromStreams({ readable: replies.readable, writable: requests.writable }),
  };
}
