import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Client, type Connect } from "@libmc/libmc";
import { dialler, usePlatform } from "../../src/engine/platform.ts";
import { platformOf } from "../../src/transports/platform.ts";

const connect: Connect = () => Promise.reject(new Error("no route"));

Deno.test("dialler() gives the option connect, else what the platform has, with TLS where it is asked", () => {
  const secured: unknown[] = [];
  const secure: Connect = () => Promise.reject(new Error("no certificate"));
  using _platform = use({
    connect,
    resolve: () => Promise.resolve([]),
    connectTls(tls) {
      secured.push(tls);
      return secure;
    },
  });
  const own: Connect = () => Promise.reject(new Error("no tunnel"));
  assertStrictEquals(dialler({ connect: own }), own);
  for (const options of [{}, { tls: false }, { connect: undefined, tls: undefined }]) {
    assertStrictEquals(dialler(options), connect);
  }
  for (const tls of [true, { serverName: "cache.example" }]) {
    assertStrictEquals(dialler({ tls }), secure);
  }
  assertEquals(secured, [{}, { serverName: "cache.example" }]);
});

Deno.test("Client says when it is made that the runtime cannot dial, and takes one with option connect", async () => {
  using _platform = use(undefined);
  for (const options of [{}, { strict: true }, { tls: true }]) {
    assertThrows(
      () => new Client("127.0.0.1:11211", options),
      TypeError,
      'Cannot make a client without option "connect" as this runtime has neither Deno.connect nor node:net',
    );
  }
  await using client = new Client("127.0.0.1:11211", { connect });
  assertEquals(await client.get("key"), undefined);
  assertEquals(client.lastError?.name, "ConnectionError");
});

/** Has clients dial so until it is disposed of. */
function use(platform: Parameters<typeof usePlatform>[0]): Disposable {
  usePlatform(platform);
  return { [Symbol.dispose]: () => usePlatform(platformOf(globalThis)) };
}
