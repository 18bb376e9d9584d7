import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, ConnectionError, transportFromStreams } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { TlsRig } from "../security/tls_rig.ts";
import { eventually } from "../support/eventually.ts";
import { runProgram } from "./program.ts";

Deno.test("Client.setRaw() of bytes whose memory was given away before they were sent settles, and takes nobody along", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  await client.set("counter", 1);
  class Odd extends Uint8Array {
    override get length(): number {
      throw new Error("gone");
    }
  }
  const bytes = new Uint8Array(500);
  const [given, odd, counted] = await Promise.allSettled([
    (() => {
      const stored = client.setRaw("given", bytes);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      return stored;
    })(),
    client.setRaw("odd", new Odd(40)),
    client.incr("counter"),
  ]);
  assert(given.status === "fulfilled" || given.reason instanceof Error);
  assertEquals(odd, { status: "fulfilled", value: true });
  assertEquals((await client.getRaw("odd"))?.data, new Uint8Array(40));
  assert(counted.status === "fulfilled" || counted.reason.sent === "no");
  const expected = counted.status === "fulfilled" ? 2 : 1;
  assertEquals(await client.get("counter"), expected);
});

Deno.test("Client.incr() is not sent again where a stream may have taken part of it", async () => {
  await using server = await MemcachedServer.start();
  await using plain = new Client(server.address);
  await plain.set("counter", 1);
  let streams = 0;
  await using client = new Client(server.address, {
    strict: true,
    connect: async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      if (++streams > 1) return connection;
      const writable = new WritableStream<Uint8Array>({
        async write(bytes) {
          await connection.write(bytes);
          throw new Error("the tunnel broke behind it");
        },
      });
      const closed = connection.readable.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({ transform: () => {} }),
      );
      return transportFromStreams({ readable: closed, writable });
    },
  });
  const error = await assertRejects(() => client.incr("counter"), ConnectionError);
  assertEquals(error.sent, "maybe");
  await eventually("the increment is there", async () => await plain.get("counter") === 2);
  assertEquals(server.commands.get("incr"), 1);
});

Deno.test("Client.get() that joins others keeps the time that its own timeout gives it", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, {
    timeout: 250,
    connectTimeout: 5000,
    strict: true,
    connect: async ({ hostname, port }: { hostname?: string; port?: number; path?: string }) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return await Deno.connect({ hostname: hostname ?? "127.0.0.1", port: port ?? 0 });
    },
  });
  server.fault({ kind: "slowStart", delayMs: 100 });
  const early = client.get("a").catch((error) => error);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assertEquals(await client.get("b"), undefined);
  await early;
});

Deno.test("Client.setMulti() of a key given twice stores the last value, in chunks or not", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const big = "x".repeat(1_500_000);
  await client.setMulti([["a", big], ["a", "small"], ["b", "small"], ["b", big]]);
  assertEquals(await client.get("a"), "small");
  assertEquals(await client.get("b"), big);
});

Deno.test("Client takes credentials from getters of a class", async () => {
  class Secret {
    get username(): string {
      return "ada";
    }
    get password(): string {
      return "secret";
    }
  }
  const sent: string[] = [];
  await using client = new Client("memory", {
    auth: new Secret(),
    connect: () => {
      const replies = ["CLIENT_ERROR unauthenticated\r\n", "STORED\r\n", "END\r\n"];
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
        transform(request, controller) {
          sent.push(new TextDecoder().decode(request));
          controller.enqueue(new TextEncoder().encode(replies.shift()));
        },
      });
      return Promise.resolve(transportFromStreams({ readable, writable }));
    },
  });
  await client.get("key");
  assertEquals(sent[1], "set authenticate 0 0 10\r\nada secret\r\n");
});

Deno.test("Client.unref() lets a program end whose client has several connections", async () => {
  await using server = await MemcachedServer.start();
  const end = await runProgram("forgotten_pool", [`--allow-net=${server.address}`], [
    server.address,
  ]);
  assertEquals(end, { code: 0, out: "20\n", error: "" });
});

Deno.test("Client.unref() lets a program end whose client has TLS", async () => {
  await using rig = await TlsRig.start();
  const server = await rig.memcached();
  const args = [server.address, rig.authority.certificate.cert];
  const end = await runProgram("forgotten", [`--allow-net=${server.address}`], args);
  assertEquals(end, { code: 0, out: "hello\n", error: "" });
});
