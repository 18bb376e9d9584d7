import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, ConnectionError } from "@libmc/libmc";
import { denoConnect } from "../../src/transports/deno.ts";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { bytesOf, textOf } from "../support/wire.ts";
import { noTraffic, sendOn } from "./sending.ts";

Deno.test("Sender.send() sends all parts in order, however little the transport takes", async () => {
  const transport = new ScriptedTransport();
  transport.mostBytes = 3;
  const traffic = noTraffic();
  const parts = [bytesOf("set a 0 0 4\r\n"), bytesOf("data"), bytesOf("\r\n")];
  const { sender, sent, progress } = sendOn(transport, parts, traffic);
  await sent;
  assertEquals(transport.written, "set a 0 0 4\r\ndata\r\n");
  assertEquals(traffic.bytesWritten, 19);
  assertEquals([sender.unwritten, progress.length], [0, traffic.writes - 1]);
});

Deno.test("Sender.send() stops where data that is sent from its place has changed its length", async () => {
  const transport = new ScriptedTransport();
  transport.held = true;
  const data = bytesOf("data");
  const { sender, sent } = sendOn(transport, [bytesOf("set a 0 0 4\r\n"), data, bytesOf("\r\n")]);
  await settle();
  structuredClone(data.buffer, { transfer: [data.buffer] });
  transport.release();
  await assertRejects(() => sent, TypeError, "its length changed before it was sent");
  assertEquals(transport.written, "set a 0 0 4\r\n");
  assertEquals(sender.mayHaveLeft, true);
});

Deno.test("Client.set() of bytes that are given away meanwhile stores nothing else under any key", async () => {
  await using daemon = await startMemcached();
  const bytes = new Uint8Array(900_000).fill(0x78);
  let isGiven = false;
  await using client = new Client(daemon.address, {
    strict: true,
    pollTimeout: 5000,
    connect: async (endpoint, signal) => {
      const transport = await denoConnect(endpoint, signal);
      return {
        read: (into) => transport.read(into),
        write: async (part) => {
          const isBegin = textOf(part.subarray(0, 8)) === "set big ";
          const count = await transport.write(part);
          // The line has left, and the bytes are next.
          if (isBegin) structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
          isGiven ||= isBegin;
          return count;
        },
        close: () => transport.close(),
      };
    },
  });
  await client.set("innocent", "untouched");
  const big = client.set("big", bytes);
  const next = client.set("next", "flush_all\r\n");
  const outcomes = await Promise.allSettled([big, next]);
  assert(isGiven);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      assertEquals([outcome.reason instanceof ConnectionError, outcome.reason.sent], [
        true,
        "maybe",
      ]);
    }
  }
  assertEquals(await client.get("innocent"), "untouched");
  const found = await client.get<Uint8Array>("big");
  assertEquals(found === undefined || found.every((byte) => byte === 0x78), true);
});
