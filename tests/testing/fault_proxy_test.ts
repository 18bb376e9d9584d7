import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FaultProxy,
  type FaultProxyOptions,
  MemcachedServer,
  type ProxyFaults,
} from "@libmc/libmc/testing";
import { quoted, Wire } from "../support/wire.ts";

const LARGE = "x".repeat(300_000);

Deno.test("FaultProxy passes everything on as it is", async () => {
  await using set = await open();
  assertEquals(await ask(set.wire, `set a 0 0 ${LARGE.length}\r\n${LARGE}\r\n`), "STORED\r\n");
  await set.wire.send("get a\r\n".repeat(20));
  const expected = `VALUE a 0 ${LARGE.length}\r\n${LARGE}\r\nEND\r\n`.repeat(20);
  const found = await set.wire.take(expected.length);
  assert(found === expected, quoted(found));
  assertEquals([...set.proxy.struck], []);
});

Deno.test("FaultProxy leads to a Unix socket", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  await using server = await MemcachedServer.start({ path });
  await using proxy = await FaultProxy.start({ target: server.address });
  using wire = await Wire.connect(proxy.address);
  assertEquals(await ask(wire, "get a\r\n"), "END\r\n");
});

Deno.test("FaultProxy delays replies, each from its arrival", async () => {
  await using set = await open({ delayMs: 50 });
  const start = performance.now();
  assertEquals(await ask(set.wire, "get a\r\n"), "END\r\n");
  const once = performance.now() - start;
  assert(once >= 45, `${once} ms`);
  for (let i = 0; i < 10; i++) await set.wire.send("get a\r\n");
  assertEquals(await set.wire.take(50), "END\r\n".repeat(10));
  const all = performance.now() - start - once;
  assert(all < 400, `ten replies that were asked for together took ${all} ms`);
  assert(set.proxy.struck.get("delayMs")! >= 2);
});

Deno.test("FaultProxy holds everything while stalled, and lets it go then", async () => {
  await using set = await open();
  await set.proxy.set({ stall: true });
  await set.wire.send("set a 0 0 1\r\n1\r\n");
  while (!set.proxy.struck.has("stall")) await new Promise((go) => setTimeout(go, 1));
  assertEquals(set.server.commands.get("set"), undefined);
  await set.proxy.clear();
  assertEquals(await set.wire.until("\r\n"), "STORED\r\n");
});

Deno.test("FaultProxy drops a connection after so many bytes of replies, wherever they end", async () => {
  for (const dropAfter of [0, 1, 4, 5, 6, 12]) {
    await using set = await open({ dropAfter });
    await set.wire.send("get a\r\nversion\r\nget a\r\n");
    const whole = "END\r\nVERSION 1.6.18\r\nEND\r\n";
    assertEquals(await set.wire.toEnd(), whole.slice(0, dropAfter));
    assertEquals(set.server.commands.get("version"), 1);
    assertEquals(set.proxy.struck.get("dropAfter"), 1);
  }
});

Deno.test("FaultProxy counts the bytes until a drop from when it was told so", async () => {
  await using set = await open();
  await ask(set.wire, "get a\r\n");
  await set.proxy.set({ dropAfter: 7 });
  await ask(set.wire, "get a\r\n");
  await set.wire.send("get a\r\n");
  assertEquals(await set.wire.toEnd(), "EN");
});

Deno.test("FaultProxy cuts replies into single bytes", async () => {
  await using set = await open({ singleBytes: true });
  let reads = 0;
  await set.wire.send("version\r\n");
  while (!set.wire.received.endsWith("\r\n") && await set.wire.more()) reads++;
  assertEquals(set.wire.received, "VERSION 1.6.18\r\n");
  assert(reads > 4, `${reads} reads`);
});

Deno.test("FaultProxy resets before a request reaches the server, or instead of its reply", async () => {
  for (const reset of ["request", "reply"] as const) {
    await using set = await open();
    await ask(set.wire, "set a 0 0 1\r\n1\r\n");
    await set.proxy.set({ reset });
    using bare = await Deno.connect({ port: set.proxy.port });
    await bare.write(new TextEncoder().encode("incr a 1\r\n"));
    await assertRejects(() => bare.read(new Uint8Array(10)), Deno.errors.ConnectionReset);
    assertEquals(set.server.commands.get("incr"), reset === "reply" ? 1 : undefined);
    assertEquals(set.proxy.struck.get("reset"), 1);
  }
});

Deno.test("FaultProxy.reset() and disconnect() end open connections, each in its way", async () => {
  await using set = await open();
  await ask(set.wire, "get a\r\n");
  set.proxy.disconnect();
  assertEquals(await set.wire.toEnd(), "");
  using bare = await Deno.connect({ port: set.proxy.port });
  await bare.write(new TextEncoder().encode("get a\r\n"));
  await bare.read(new Uint8Array(10));
  set.proxy.reset();
  await assertRejects(() => bare.read(new Uint8Array(10)), Deno.errors.ConnectionReset);
  assertEquals(set.proxy.accepted, 2);
});

Deno.test("FaultProxy refuses new connections, keeps open ones, and listens again on its port", async () => {
  await using set = await open();
  await ask(set.wire, "get a\r\n");
  for (let i = 0; i < 3; i++) {
    await set.proxy.set({ refuse: true });
    await assertRejects(() => Wire.connect(set.proxy.address), Deno.errors.ConnectionRefused);
    assertEquals(await ask(set.wire, "get a\r\n"), "END\r\n");
    await set.proxy.clear();
    using other = await Wire.connect(set.proxy.address);
    assertEquals(await ask(other, "get a\r\n"), "END\r\n");
  }
});

Deno.test("FaultProxy can refuse from the start", async () => {
  await using server = await MemcachedServer.start();
  await using proxy = await FaultProxy.start({ target: server.address, refuse: true });
  await assertRejects(() => Wire.connect(proxy.address), Deno.errors.ConnectionRefused);
});

Deno.test("FaultProxy limits how fast replies pass", async () => {
  await using set = await open();
  await ask(set.wire, `set a 0 0 10000\r\n${"x".repeat(10_000)}\r\n`);
  await set.proxy.set({ bytesPerSecond: 100_000 });
  const start = performance.now();
  await set.wire.send("get a\r\n");
  const found = await set.wire.until("END\r\n");
  const took = performance.now() - start;
  assertEquals(found.length, "VALUE a 0 10000\r\n".length + 10_000 + 7);
  assert(took >= 80, `${took} ms`);
});

Deno.test("FaultProxy lets things go wrong as likely as told, the same for the same seed", async () => {
  const play = async (seed: number) => {
    await using server = await MemcachedServer.start();
    await using proxy = await FaultProxy.start({
      target: server.address,
      seed,
      probability: 0.2,
      reset: "request",
    });
    let lasted = "";
    for (let i = 0; i < 30; i++) {
      using wire = await Wire.connect(proxy.address);
      let asked = 0;
      while (asked < 20 && await ask(wire, "get a\r\n") === "END\r\n") asked++;
      lasted += `${asked} `;
    }
    return lasted;
  };
  assertEquals(await play(7), await play(7));
  assert(await play(7) !== await play(8));
});

Deno.test("FaultProxy closes the client's connection when the server closes or is not there", async () => {
  const server = await MemcachedServer.start();
  await using proxy = await FaultProxy.start({ target: server.address });
  using wire = await Wire.connect(proxy.address);
  await ask(wire, "get a\r\n");
  await server.stop();
  assertEquals(await wire.toEnd(), "");
  using late = await Wire.connect(proxy.address);
  assertEquals(await late.toEnd(), "");
});

Deno.test("FaultProxy.stop() leaves nothing behind, whatever is waiting", async () => {
  const cases: ProxyFaults[] = [{ stall: true }, { delayMs: 60_000 }, { bytesPerSecond: 1 }, {}];
  for (const faults of cases) {
    const set = await open(faults);
    await set.wire.send("version\r\n");
    while (set.server.accepted === 0) await new Promise((go) => setTimeout(go, 1));
    await set.proxy.stop();
    await set.proxy.stop();
    assertEquals(set.proxy.connections, 0);
    await set.wire.toEnd();
    await assertRejects(() => Wire.connect(set.proxy.address), Deno.errors.ConnectionRefused);
    await set[Symbol.asyncDispose]();
  }
});

Deno.test("FaultProxy.stop() does not wait for a client that reads nothing", async () => {
  await using set = await open();
  await ask(set.wire, `set a 0 0 1000000\r\n${"x".repeat(1_000_000)}\r\n`);
  await set.wire.send("get a\r\n".repeat(50));
  await set.wire.more();
  await set.proxy.stop();
  assertEquals(set.proxy.connections, 0);
});

type Refused = readonly [
  options: unknown,
  error: typeof TypeError | typeof RangeError,
  told: string,
];

const REFUSED_FAULTS: readonly Refused[] = [
  [{ delay: 5 }, TypeError, 'option "delay" of a FaultProxy as there is none of that name'],
  [{ singlebytes: true }, TypeError, 'option "singlebytes" of a FaultProxy as there is none'],
  [{ delayMs: 3e9 }, RangeError, "an integer from 0 to 2147483647: current value is 3000000000"],
  [{ delayMs: -1 }, RangeError, "current value is -1"],
  [{ delayMs: "5" }, TypeError, "a number: current type is string"],
  [{ stall: 1 }, TypeError, "a boolean: current type is number"],
  [{ dropAfter: 1.5 }, RangeError, "current value is 1.5"],
  [{ dropAfter: NaN }, RangeError, "current value is NaN"],
  [{ singleBytes: "yes" }, TypeError, "a boolean: current type is string"],
  [{ reset: "both" }, TypeError, 'one of "request", "reply": current value is "both"'],
  [{ reset: true }, TypeError, 'one of "request", "reply": current value is true'],
  [{ refuse: null }, TypeError, "a boolean: current type is null"],
  [{ bytesPerSecond: 0 }, RangeError, "from 1 to 9007199254740991: current value is 0"],
  [{ bytesPerSecond: Infinity }, RangeError, "current value is Infinity"],
  [{ probability: 2 }, RangeError, "a number from 0 to 1: current value is 2"],
];

for (const [faults, error, told] of REFUSED_FAULTS) {
  Deno.test(`FaultProxy refuses ${Deno.inspect(faults)}, and stays as it was`, async () => {
    const target = "127.0.0.1:1";
    const options = { target, ...faults as ProxyFaults };
    await assertRejects(() => FaultProxy.start(options), error, told);
    await using proxy = await FaultProxy.start({ target, delayMs: 1 });
    await assertRejects(() => proxy.set(faults as ProxyFaults), error, told);
    assertEquals(proxy.faults, { delayMs: 1 });
  });
}

const REFUSED_OPTIONS: readonly Refused[] = [
  [
    undefined,
    TypeError,
    "options of a FaultProxy that are not an object: current type is undefined",
  ],
  [
    {},
    TypeError,
    'option "target" of a FaultProxy as it must be a string: current type is undefined',
  ],
  [{ target: 11211 }, TypeError, "a string: current type is number"],
  [{ target: "nowhere" }, TypeError, 'or a path: current value is "nowhere"'],
  [{ target: ":11211" }, TypeError, 'current value is ":11211"'],
  [{ target: "host:" }, TypeError, 'current value is "host:"'],
  [{ target: "a.sock:1/b" }, TypeError, 'current value is "a.sock:1/b"'],
  [{ target: "127.0.0.1:99999" }, RangeError, "an integer from 1 to 65535: current value is 99999"],
  [{ target: "[::1]:0" }, RangeError, "current value is 0"],
  [{ target: "/a", port: 65_536 }, RangeError, "from 0 to 65535: current value is 65536"],
  [{ target: "/a", seed: "x" }, TypeError, "a number: current type is string"],
  [{ target: "/a", seed: 2 ** 32 }, RangeError, "current value is 4294967296"],
  [{ target: "/a", hostname: "::1" }, TypeError, 'option "hostname" of a FaultProxy as there is'],
];

for (const [options, error, told] of REFUSED_OPTIONS) {
  Deno.test(`FaultProxy.start() refuses ${Deno.inspect(options)}`, async () => {
    await assertRejects(() => FaultProxy.start(options as FaultProxyOptions), error, told);
  });
}

Deno.test("FaultProxy.set() refuses what is no object, and knows neither target, port nor seed", async () => {
  await using proxy = await FaultProxy.start({ target: "[::1]:1" });
  const nothing = null as unknown as ProxyFaults;
  await assertRejects(() => proxy.set(nothing), TypeError, "current type is null");
  for (const name of ["target", "port", "seed"]) {
    await assertRejects(
      () => proxy.set({ [name]: 1 }),
      TypeError,
      `option "${name}" of a FaultProxy`,
    );
  }
});

/** A server, a proxy before it, and a connection through both. */
async function open(faults: ProxyFaults = {}) {
  const server = await MemcachedServer.start();
  const proxy = await FaultProxy.start({ target: server.address, seed: 1, ...faults });
  const wire = await Wire.connect(proxy.address);
  return {
    server,
    proxy,
    wire,
    async [Symbol.asyncDispose]() {
      wire[Symbol.dispose]();
      await proxy.stop();
      await server.stop();
    },
  };
}

async function ask(wire: Wire, sent: string): Promise<string> {
  await wire.send(sent);
  return await wire.until("\r\n");
}
