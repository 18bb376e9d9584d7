import { assertEquals, assertThrows } from "@std/assert";
import { CommandReader } from "../../src/testing/memcached/command_reader.ts";
import { bytesOf, textOf } from "../support/wire.ts";

const LINES = "get a\r\nset 5\nab\r\ncd\r\n\r\nswallow 3\r\nxyzset 0\r\nx\ry\r\n";
const COMMANDS = ["get a", "set 5:ab\r\nc", "d", "\r", "swallow 3:", "set 0", "x\ry"];

Deno.test("CommandReader.feed() gives the same commands however the bytes are cut", () => {
  const wire = bytesOf(LINES);
  assertEquals(read([wire]), COMMANDS);
  for (let i = 0; i <= wire.length; i++) {
    assertEquals(read([wire.subarray(0, i), wire.subarray(i)]), COMMANDS, `cut at ${i}`);
  }
  assertEquals(read(Array.from(wire, (_, i) => wire.subarray(i, i + 1))), COMMANDS);
});

Deno.test("CommandReader.feed() lets only get and gets go on after 2,048 bytes", () => {
  assertThrows(() => read([bytesOf("x".repeat(2049))]), Error, "2048");
  assertThrows(() => read([bytesOf("gat 0 " + "x ".repeat(2000))]), Error, "2048");
  assertEquals(read([bytesOf("x".repeat(2048))]), []);
  assertEquals(read([bytesOf("x".repeat(5000) + "\r\n")]), ["x".repeat(5000)]);
  const key = "x".repeat(9000);
  for (const name of ["get", "gets", "  get"]) {
    assertEquals(read([bytesOf(`${name} ${key}`), bytesOf(`${key}\n`)]), [`${name} ${key}${key}`]);
  }
});

Deno.test("CommandReader.feed() reads a long line that comes byte by byte in linear time", () => {
  const line = bytesOf(`get ${"k ".repeat(50_000)}\r\n`);
  let dispatched = 0;
  const reader = new CommandReader((text) => {
    dispatched = text.length;
    return command(0);
  });
  for (let i = 0; i < line.length; i++) for (const _ of reader.feed(line.subarray(i, i + 1)));
  assertEquals(dispatched, line.length - 2);
});

/** Plays a protocol of its own: `set n` has a block of n bytes, `swallow n` throws it away. */
function read(chunks: Uint8Array[]): string[] {
  const found: string[] = [];
  let line = "";
  const reader = new CommandReader((text) => {
    line = text;
    const [name, length] = text.split(" ");
    return command(name === "set" || name === "swallow" ? Number(length) : 0, name === "swallow");
  });
  for (const chunk of chunks) {
    for (const { command, data } of reader.feed(chunk)) {
      found.push(command.dataLength > 0 ? `${line}:${textOf(data)}` : line);
    }
  }
  return found;
}

function command(dataLength: number, swallow = false) {
  const rest = { name: "", noreply: false, valid: true, closes: false, carryOut: () => {} };
  return { ...rest, dataLength, swallow };
}
