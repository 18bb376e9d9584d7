import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { FaultProxy, MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";
import { readClientOptions, readLiveOptions, settingsOf } from "../../src/engine/options.ts";
import { readTls } from "../../src/checks/tls.ts";
import { Authority } from "../support/certificates.ts";

/** An object whose properties are getters of its class, each of which may be read once only. */
function getters(values: Readonly<Record<string, unknown>>): object {
  const reads = new Map<string, number>();
  class Options {}
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(Options.prototype, name, {
      get() {
        const count = (reads.get(name) ?? 0) + 1;
        reads.set(name, count);
        if (count > 1) throw new Error(`${name} is read ${count} times`);
        return value;
      },
    });
  }
  return new Options();
}

Deno.test("Client options that are getters of a class are read, once, and checked", () => {
  const given = {
    timeout: 7,
    prefix: "a:",
    strict: true,
    inflateBudget: getters({ memory: 1000 }),
    auth: getters({ username: "ada", password: "secret" }),
    tls: getters({ serverName: "cache.example" }),
  };
  const options = readClientOptions(getters(given) as ClientOptions);
  const settings = settingsOf(options);
  assertEquals([settings.timeout, settings.prefix, settings.strict], [7, "a:", true]);
  assertEquals(settings.inflateBudget.memory, 1000);
  assertEquals(options.auth, { username: "ada", password: "secret" });
  assertEquals(options.tls, { serverName: "cache.example" });
  const wrong: readonly (readonly [Record<string, unknown>, new () => Error])[] = [
    [{ timeout: "7" }, TypeError],
    [{ connections: 0 }, RangeError],
    [{ inflateBudget: getters({ memory: 0 }) }, RangeError],
    [{ auth: getters({ username: "ada" }) }, TypeError],
    [{ tls: getters({ serverName: 5 }) }, TypeError],
    [{ tls: getters({ key: "key" }) }, TypeError],
  ];
  for (const [values, kind] of wrong) {
    assertThrows(() => new Client("a:1", getters(values) as ClientOptions), kind);
  }
});

Deno.test("Client uses an option as it was when it was checked", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, getters({ prefix: "p:", strict: true }));
  await client.set("key", 1);
  await using plain = new Client(server.address);
  assertEquals(await plain.get("p:key"), 1);
});

Deno.test("Client.config() reads and checks getters of a class", () => {
  assertEquals(readLiveOptions(getters({ timeout: 9 })), { timeout: 9 });
  assertThrows(() => readLiveOptions(getters({ timeout: -1 })), RangeError);
  assertThrows(() => readLiveOptions(getters({ prefix: "a" })), TypeError, "of a living client");
});

Deno.test("readTls() reads certificates that are getters of a class, once", async () => {
  await using authority = await Authority.create();
  const { cert, key } = await authority.issue();
  const caCerts = [authority.certificate.cert];
  assertEquals(readTls(getters({ cert, key, caCerts })), { cert, key, caCerts });
});

Deno.test("Call options that are getters of a class are used and checked", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { compThreshold: 10 });
  class Options {
    get exptime(): number {
      return 10;
    }
    get compress(): boolean {
      return false;
    }
  }
  assert(await client.set("key", "a".repeat(100), new Options()));
  assertEquals((await client.getRaw("key"))?.flags, 0);
  server.advance(10);
  assertEquals(await client.get("key"), undefined);
  for (const name of ["exptime", "compress", "strict", "signal"]) {
    const options = getters({ [name]: "5" });
    await assertRejects(() => client.set("key", 1, options), TypeError, name);
  }
});

Deno.test("The testing kit reads and checks getters of a class, faults and scripts included", async () => {
  await using server = await MemcachedServer.start(
    getters({ version: "9.9.9", faults: [faultOf({ commands: ["get"] })] }),
  );
  await using client = new Client(server.address, { pollTimeout: 50 });
  assertEquals(Array.from((await client.version()).values()), ["9.9.9"]);
  assertEquals(await client.get("key"), undefined);
  assert(client.lastError !== undefined);
  await using scripted = await ScriptedServer.start(
    getters({ script: [getters({ expect: "version\r\n", reply: ["VERSION 8\r\n"] })] }),
  );
  await using other = new Client(scripted.address);
  assertEquals(Array.from((await other.version()).values()), ["8"]);
  const target = { target: server.address };
  await using proxy = await FaultProxy.start(getters(target) as typeof target);
  assert(proxy.port > 0);

  await assertRejects(() => MemcachedServer.start(getters({ port: -1 })), RangeError);
  await assertRejects(() => ScriptedServer.start(getters({ script: 5 })), TypeError);
  await assertRejects(() => FaultProxy.start(getters({ target: 5 }) as typeof target), TypeError);
  await assertRejects(() => proxy.set(getters({ refuse: "5" })), TypeError);
  assertThrows(
    () => server.fault(faultOf({ times: -1 })),
    RangeError,
  );
});

/** A fault whose options are getters. Its kind is not: it says which options there are, so that it is read before them. */
function faultOf(values: Readonly<Record<string, unknown>>): { kind: "missingReply" } {
  return Object.assign(getters(values), { kind: "missingReply" as const });
}
