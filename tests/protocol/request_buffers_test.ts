import { assertEquals, assertGreaterOrEqual, assertStrictEquals } from "@std/assert";
import { RequestBuffer, RequestBuffers } from "../../src/protocol/request_buffers.ts";

Deno.test("RequestBuffers.take() gives room for what is asked, whatever was given back", () => {
  const buffers = new RequestBuffers();
  for (const least of [1, 100, 5000, 1, 70_000, 3, 300_000, 200_000, 1]) {
    const buffer = buffers.take(least);
    assertGreaterOrEqual(buffer.length, least);
    buffers.give(buffer);
  }
});

Deno.test("RequestBuffers.take() gives no buffer twice that was not given back in between", () => {
  const buffers = new RequestBuffers();
  const first = Array.from({ length: 10 }, () => buffers.take(100));
  assertEquals(new Set(first).size, 10);
  for (const buffer of first.slice(0, 5)) buffers.give(buffer);
  const second = Array.from({ length: 10 }, () => buffers.take(100));
  assertEquals(new Set([...first.slice(5), ...second]).size, 15);
});

Deno.test("RequestBuffers.take() gives the one that was given back last", () => {
  const buffers = new RequestBuffers();
  const [a, b] = [buffers.take(1), buffers.take(1)];
  buffers.give(a);
  buffers.give(b);
  assertStrictEquals(buffers.take(1), b);
  assertStrictEquals(buffers.take(1), a);
});

Deno.test("RequestBuffers.give() keeps the buffers of a request to each of 1,000 servers", () => {
  const buffers = new RequestBuffers();
  const round = () => {
    const taken = Array.from({ length: 1000 }, () => buffers.take(200));
    for (const buffer of taken) buffers.give(buffer);
    return new Set(taken);
  };
  assertEquals(round().union(round()).size, 1000);
});

Deno.test("RequestBuffers.give() keeps at most 1 MiB, of what was used last, and no peak", () => {
  const buffers = new RequestBuffers();
  const given = Array.from({ length: 10 }, () => buffers.take(256 * 1024));
  for (const buffer of given) buffers.give(buffer);
  buffers.give(new RequestBuffer(256 * 1024 + 1));
  const taken = Array.from({ length: 10 }, () => buffers.take(1));
  assertEquals(taken.filter((buffer) => given.includes(buffer)), given.slice(6).reverse());
});
