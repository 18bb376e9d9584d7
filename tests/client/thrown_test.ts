/** Whatever the code of a program throws, a `connect`, a codec or a transport: it is a failure like others. */

import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { Client, CodecError, ConnectionError, jsCodec, type Transport } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { thingsToThrow } from "../support/hostile.ts";
import { platformConnect } from "../support/platform_connect.ts";

Deno.test("Client whose connect throws anything fails softly, and dials again", async () => {
  await using server = await MemcachedServer.start();
  for (const [name, thrown] of thingsToThrow()) {
    for (const reject of [() => Promise.reject(thrown), () => raise(thrown)]) {
      let dials = 0;
      await using client = new Client(server.address, {
        retryTimeout: 0,
        ...{ connectTimeout: 5000, pollTimeout: 5000 },
        connect: (endpoint, signal) => dials++ === 0 ? reject() : platformConnect(endpoint, signal),
      });
      assertEquals(await client.get("a"), undefined, name);
      assertInstanceOf(client.lastError, ConnectionError, name);
      assert(JSON.stringify(client.lastError).length > 0, name);
      assertEquals(await client.set("a", 1), true, name);
      assertEquals(dials, 2, name);
    }
  }
});

Deno.test("Client whose codec throws anything in decode fails that call, and no other", async () => {
  await using server = await MemcachedServer.start();
  for (const [name, thrown] of thingsToThrow()) {
    const codec = {
      encode: jsCodec.encode,
      decode: (data: Uint8Array, flags: number) =>
        data[0] === 0x21 ? raise(thrown) : jsCodec.decode(data, flags),
    };
    await using client = new Client(server.address, { codec });
    await client.setMulti({ bad: "!", good: "fine" });
    const [bad, good, many, none] = await Promise.allSettled([
      client.get("bad"),
      client.get("good"),
      client.getMulti(["bad", "good"]),
      client.get("bad", { strict: true }),
    ]);
    assertEquals(bad, { status: "fulfilled", value: undefined }, name);
    assertEquals(good, { status: "fulfilled", value: "fine" }, name);
    assertEquals(many, { status: "fulfilled", value: new Map([["good", "fine"]]) }, name);
    assert(none.status === "rejected", name);
    assertInstanceOf(none.reason, CodecError, name);
    assertEquals([...client.counters().values()].map(({ connects }) => connects), [1], name);
  }
});

Deno.test("Client whose codec throws anything in encode rejects with it, and sends nothing", async () => {
  await using server = await MemcachedServer.start();
  for (const [name, thrown] of thingsToThrow()) {
    const codec = { decode: jsCodec.decode, encode: () => raise(thrown) };
    await using client = new Client(server.address, { codec });
    const [one, many] = await Promise.allSettled([
      client.set("a", 1),
      client.setMulti({ a: 1 }),
    ]);
    assert(one.status === "rejected" && many.status === "rejected", name);
    assertStrictEquals(one.reason, thrown, name);
    assertStrictEquals(many.reason, thrown, name);
  }
  assertEquals(server.commands.get("set"), undefined);
});

Deno.test("Client whose codec gives a value that cannot be looked at passes it on, or fails that call", async () => {
  await using server = await MemcachedServer.start();
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const codec = { encode: jsCodec.encode, decode: () => proxy };
  await using client = new Client(server.address, { codec });
  await client.setMulti({ a: 1, b: 2 });
  const [one, many, counts] = await Promise.allSettled([
    client.get("a"),
    client.getMulti(["a", "b"]),
    client.incr("a"),
  ]);
  // A promise asks its value for a method then.
  assertEquals(one.status, "rejected");
  assert(many.status === "fulfilled");
  assertEquals(many.value.size, 2);
  assertEquals(counts, { status: "fulfilled", value: 2 });
});

Deno.test("Client whose transport throws anything fails its calls, and dials again", async () => {
  await using server = await MemcachedServer.start();
  for (const [name, thrown] of thingsToThrow()) {
    for (const step of ["read", "write", "close", "tls", "unref"] as const) {
      const isLater = step === "read" || step === "write" || step === "close";
      const ways = [() => raise(thrown), ...(isLater ? [() => Promise.reject(thrown)] : [])];
      for (const reject of ways) {
        let dials = 0;
        await using client = new Client(server.address, {
          retryTimeout: 0,
          connect: async (endpoint, signal) => {
            const transport = await platformConnect(endpoint, signal);
            return dials++ === 0 ? broken(transport, step, reject) : transport;
          },
        });
        if (step === "unref") client.unref();
        const isStored = await client.set("a", 1);
        if (step === "close") await client.quit();
        // What was not sent goes out on the next connection.
        if (!isStored) assertInstanceOf(client.lastError, ConnectionError, `${name} by ${step}`);
        assertEquals(await client.set("a", 2), true, `${name} by ${step}`);
      }
    }
  }
});

function raise(thrown: unknown): never {
  throw thrown;
}

/** A transport of which one thing throws. It is closed nevertheless. */
function broken(
  transport: Transport,
  step: "read" | "write" | "close" | "tls" | "unref",
  reject: () => Promise<never>,
): Transport {
  return {
    read: (into) => step === "read" ? reject() : transport.read(into),
    write: (bytes) => step === "write" ? reject() : transport.write(bytes),
    close(): void | Promise<never> {
      transport.close();
      if (step === "close") return reject();
    },
    get tls(): boolean {
      if (step === "tls") reject();
      return false;
    },
    unref: () => void (step === "unref" && reject()),
  };
}
