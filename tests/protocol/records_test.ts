import { assert, assertEquals } from "@std/assert";
import { RequestWriter } from "../../src/protocol/request_writer.ts";
import { Random } from "../support/random.ts";
import { bytesOf, textOf } from "../support/wire.ts";

Deno.test("RequestWriter that cuts records leaves a request whole that fits into one", () => {
  const writer = new RequestWriter(true);
  writer.latin1("get a\r\n");
  for (let i = 0; i < 100; i++) writeSet(writer, `k${i}`, "v".repeat(100));
  assertEquals(writer.handOut().length, 1);
});

Deno.test("RequestWriter that cuts records ends them with data blocks, as late as possible", () => {
  const writer = new RequestWriter(true);
  for (let i = 10; i < 60; i++) writeSet(writer, `k${i}`, "v".repeat(1000));
  const [whole, ...rest] = writer.handOut().map(textOf);
  assertEquals(whole.length, 14 * (1000 + "set k10 0 0 1000\r\n\r\n".length));
  for (const record of [whole, ...rest]) {
    assert(record.startsWith("set k") && record.endsWith("v\r\n"), record.slice(0, 20));
  }
});

Deno.test("RequestWriter that cuts records begins them anew behind a block that is longer", () => {
  for (const data of ["v".repeat(20_000), bytesOf("v".repeat(130_000))]) {
    const writer = new RequestWriter(true);
    writeSet(writer, "big", data);
    writeSet(writer, "small", "v");
    writer.latin1("get a\r\n");
    const records = writer.handOut().map(textOf);
    assertEquals(records.at(-1), "set small 0 0 1\r\nv\r\nget a\r\n");
    assert(records.at(-2)?.endsWith("\r\n"));
  }
});

Deno.test("RequestWriter that cuts records lets memcached read each to its end, whatever they hold", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = new Random(seed);
    const server = new ServerReader();
    const writers = [new RequestWriter(true), new RequestWriter()];
    for (let request = 0; request < 3; request++) {
      for (let i = random.below(30); i >= 0; i--) {
        const write = someCommand(random);
        writers.forEach(write);
      }
      const [records, whole] = writers.map((writer) => writer.handOut());
      assertEquals(joined(records), joined(whole), `seed ${seed}`);
      for (const record of records) {
        assert(record.length <= 16 * 1024);
        assertEquals(server.read(record), 0, `seed ${seed}`);
      }
      for (const writer of writers) writer.recycle();
    }
  }
});

/** Draws a command. What it gives writes it, into as many writers as there are. */
function someCommand(random: Random): (writer: RequestWriter) => void {
  const size = random.below(random.pick([20, 2_000, 15_000, 40_000, 200_000]));
  const data = random.below(2) === 0 ? "é".repeat(size / 2) : new Uint8Array(size);
  const keys = "k".repeat(random.below(250)).concat(" ").repeat(random.below(70));
  return random.pick([
    (writer: RequestWriter) => writer.latin1("delete k\r\n"),
    (writer: RequestWriter) => writer.latin1(`get ${keys}k\r\n`),
    (writer: RequestWriter) => writeSet(writer, "key", "small"),
    (writer: RequestWriter) => writeSet(writer, "key", data),
    (writer: RequestWriter) => {
      const text = "v".repeat(size % 3_000);
      assert(writer.asciiBlocks(Array(20).fill(`set key 0 0 ${text.length}\r\n${text}`)));
    },
  ]);
}

function writeSet(writer: RequestWriter, key: string, data: Uint8Array | string): void {
  writer.latin1(`set ${key} 0 0 `);
  writer.dataBlock(data, "");
}

function joined(parts: readonly Uint8Array[]): string {
  return parts.map(textOf).join("");
}

/** Reads records as memcached 1.6.18 does: `conn_read` and `conn_nread` of its memcached.c. */
class ServerReader {
  #line = "";
  /** Number of bytes of a data block that are still to come. */
  #due = 0;

  /** Reads one record. Returns how much of it the server leaves decrypted and unread when it goes to sleep. */
  read(record: Uint8Array): number {
    let rest = textOf(record);
    if (this.#due > 0) {
      const count = Math.min(this.#due, rest.length);
      this.#due -= count;
      return rest.length - count;
    }
    // Only a line of get may outgrow the buffer.
    const room = this.#line.length > 2048 ? Infinity : 16 * 1024 - this.#line.length;
    const unread = Math.max(0, rest.length - room);
    rest = this.#line + rest.slice(0, room);
    this.#line = "";
    while (rest !== "") {
      const end = rest.indexOf("\n");
      if (end < 0) break;
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      if (!line.startsWith("set ")) continue;
      this.#due = Number(line.split(" ")[4]) + 2;
      const count = Math.min(this.#due, rest.length);
      this.#due -= count;
      rest = rest.slice(count);
    }
    this.#line = rest;
    return unread;
  }
}
