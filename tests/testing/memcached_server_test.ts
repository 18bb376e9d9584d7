import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemcachedServer, type MemcachedServerOptions, TestClock } from "@libmc/libmc/testing";
import { Wire } from "../support/wire.ts";
import { startRestartable } from "../support/some_port.ts";

Deno.test("MemcachedServer.advance() lets items expire, and no earlier", async () => {
  await using server = await MemcachedServer.start({ clock: new TestClock(1_800_000_000) });
  using wire = await Wire.connect(server.address);
  await wire.send("set a 0 10 1\r\n1\r\nset b 0 1800000020 1\r\n2\r\nset c 0 0 1\r\n3\r\n");
  await wire.until("STORED\r\nSTORED\r\nSTORED\r\n");
  server.advance(9.9);
  assertEquals(server.items, 3);
  server.advance(0.1);
  assertEquals(await ask(wire, "get a b c\r\n", "END\r\n"), values("b2", "c3"));
  server.advance(10);
  assertEquals(await ask(wire, "get a b c\r\n", "END\r\n"), values("c3"));
  server.advance(1e9);
  assertEquals(server.items, 1);
});

Deno.test("MemcachedServer.advance() counts from the last touch", async () => {
  await using server = await MemcachedServer.start({ clock: new TestClock(1_800_000_000) });
  using wire = await Wire.connect(server.address);
  await ask(wire, "set a 0 10 1\r\n1\r\n", "STORED\r\n");
  server.advance(9);
  await ask(wire, "touch a 10\r\n", "TOUCHED\r\n");
  server.advance(9);
  assertEquals(await ask(wire, "gat 10 a\r\n", "END\r\n"), values("a1"));
  server.advance(9);
  await ask(wire, "append a 0 0 1\r\n2\r\n", "STORED\r\n");
  server.advance(1);
  assertEquals(server.items, 0);
});

Deno.test("MemcachedServer.advance() brings a delayed flush_all, a second early as in the daemon", async () => {
  await using server = await MemcachedServer.start({ clock: new TestClock(1_800_000_000) });
  using wire = await Wire.connect(server.address);
  await ask(wire, "set a 0 0 1\r\n1\r\nflush_all 5\r\n", "OK\r\n");
  server.advance(3);
  assertEquals(server.items, 1);
  server.advance(1);
  assertEquals(server.items, 0);
  server.advance(1);
  await ask(wire, "set a 0 0 1\r\n1\r\n", "STORED\r\n");
  assertEquals(server.items, 1);
});

Deno.test("MemcachedServer.advance() refuses a clock that it cannot turn", async () => {
  await using fixed = await MemcachedServer.start({ clock: { now: () => 5 } });
  assertThrows(() => fixed.advance(1), TypeError, "not a TestClock");
});

for (
  const [options, error, told] of [
    [null, TypeError, "options of a MemcachedServer that are not an object: current type is null"],
    [{ Port: 1 }, TypeError, 'option "Port" of a MemcachedServer as there is none of that name'],
    [{ fault: { kind: "wrongKey" } }, TypeError, 'option "fault" of a MemcachedServer'],
    [{ hostname: 5 }, TypeError, 'option "hostname" of a MemcachedServer as it must be a string'],
    [{ port: "11211" }, TypeError, "a number: current type is string"],
    [{ port: 65_536 }, RangeError, "an integer from 0 to 65535: current value is 65536"],
    [{ path: true }, TypeError, "a string: current type is boolean"],
    [{ clock: Date.now }, TypeError, 'option "clock" of a MemcachedServer as it must be an object'],
    [{ clock: {} }, TypeError, 'now() of option "clock" of a MemcachedServer'],
    [{ itemSizeLimit: -5 }, RangeError, "an integer from 1 to 1073741824: current value is -5"],
    [{ itemSizeLimit: NaN }, RangeError, "current value is NaN"],
    [{ version: "1\r\n" }, TypeError, 'without CR and LF: current value is "1\\r\\n"'],
    [{ version: 1.6 }, TypeError, "a string: current type is number"],
    [{ faults: "x" }, TypeError, "a list: current type is string"],
    [{ faults: { kind: "wrongKey" } }, TypeError, "a list: current type is object"],
    [{ faults: ["wrongKey"] }, TypeError, "Cannot use a fault as it must be an object"],
    [{ seed: NaN }, RangeError, "an integer from 0 to 4294967295: current value is NaN"],
    [{ seed: -1 }, RangeError, "current value is -1"],
    [{ seed: "1" }, TypeError, "current type is string"],
  ] as const
) {
  Deno.test(`MemcachedServer.start() refuses ${Deno.inspect(options)}`, async () => {
    await assertRejects(
      () => MemcachedServer.start(options as MemcachedServerOptions),
      error,
      told,
    );
  });
}

Deno.test("MemcachedServer.start() takes undefined for not given", async () => {
  const options = { port: undefined, seed: undefined, faults: undefined, clock: undefined };
  await using server = await MemcachedServer.start(options as unknown as MemcachedServerOptions);
  assertEquals(server.items, 0);
});

Deno.test("MemcachedServer.commands counts what was carried out, wanted or not", async () => {
  await using server = await MemcachedServer.start();
  using wire = await Wire.connect(server.address);
  const sent =
    "set a 0 0 1 noreply\r\n1\r\nincr a 1\r\nincr a 1 noreply\r\nincr a x\r\nincr b 1\r\n" +
    "set a 0 x 1\r\n1\r\nnonsense\r\nget a\r\n";
  await ask(wire, sent, "END\r\n");
  assertEquals([...server.commands], [["set", 1], ["incr", 3], ["get", 1]]);
});

Deno.test("MemcachedServer tells its version and keeps its item size limit", async () => {
  await using server = await MemcachedServer.start({ version: "9.9.9", itemSizeLimit: 1024 });
  using wire = await Wire.connect(server.address);
  assertEquals(await ask(wire, "version\r\n", "\r\n"), "VERSION 9.9.9\r\n");
  const sent = `set a 0 0 1000\r\n${"x".repeat(1000)}\r\n`;
  assertEquals(await ask(wire, sent, "\r\n"), "SERVER_ERROR object too large for cache\r\n");
});

Deno.test("MemcachedServer.disconnect() closes what is open and accepts what comes", async () => {
  await using server = await MemcachedServer.start();
  using first = await Wire.connect(server.address);
  await ask(first, "set a 0 0 1\r\n1\r\n", "STORED\r\n");
  assertEquals(server.connections, 1);
  server.disconnect();
  assertEquals(await first.toEnd(), "");
  using second = await Wire.connect(server.address);
  assertEquals(await ask(second, "get a\r\n", "END\r\n"), values("a1"));
  assertEquals(server.accepted, 2);
});

Deno.test("MemcachedServer.stop() closes connections in the middle of anything", async () => {
  const server = await MemcachedServer.start();
  using idle = await Wire.connect(server.address);
  using halfWay = await Wire.connect(server.address);
  await halfWay.send("set a 0 0 100\r\nxxx");
  using flooded = await Wire.connect(server.address);
  await flooded.send(`set a 0 0 1000000\r\n${"x".repeat(1_000_000)}\r\n`, "get a\r\n".repeat(50));
  await flooded.more();
  await server.stop();
  await server.stop();
  assertEquals(server.connections, 0);
  assertEquals(await idle.toEnd(), "");
  assertEquals(await halfWay.toEnd(), "");
  await flooded.toEnd();
  await assertRejects(() => Wire.connect(server.address), Deno.errors.ConnectionRefused);
});

Deno.test("MemcachedServer.start() takes the port of one that was stopped", async () => {
  const first = await startRestartable();
  using wire = await Wire.connect(first.address);
  await ask(wire, "version\r\n", "\r\n");
  await first.stop();
  await using second = await MemcachedServer.start({ port: first.port });
  assertEquals(second.address, first.address);
  const error = await assertRejects(() => MemcachedServer.start({ port: second.port }), Error);
  assertEquals((error as Error & { code?: string }).code, "EADDRINUSE");
});

Deno.test("MemcachedServer.stop() removes its Unix socket", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.sock`;
  const server = await MemcachedServer.start({ path });
  assertEquals([server.address, server.port], [path, 0]);
  await server.stop();
  await Deno.remove(folder);
});

Deno.test("MemcachedServer.unref() lets a program end although connections are open, ref() does not", async () => {
  const program = new URL("programs/forgotten_server.ts", import.meta.url).pathname;
  for (const [argument, told] of [["unref", "2\n"], ["ref", "2\nstill running\n"]]) {
    const { code, stdout } = await new Deno.Command("deno", {
      args: ["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", program, argument],
      env: { NO_COLOR: "1" },
      stdin: "null",
      signal: AbortSignal.timeout(20_000),
    }).output();
    assertEquals([code, new TextDecoder().decode(stdout)], [0, told]);
  }
});

Deno.test("MemcachedServer ends connections without an error, also where it has not read all", async () => {
  await using server = await MemcachedServer.start({
    faults: [{ kind: "slowStart", delayMs: 60_000 }],
  });
  using connection = await Deno.connect({ port: server.port });
  await connection.write(new TextEncoder().encode("version\r\n"));
  while (server.connections === 0) await new Promise((go) => setTimeout(go, 1));
  server.disconnect();
  assertEquals(await connection.read(new Uint8Array(10)), null);
});

Deno.test("MemcachedServer answers a client that has said that it sends no more", async () => {
  await using server = await MemcachedServer.start();
  using wire = await Wire.connect(server.address);
  await wire.send("version\r\n".repeat(1000));
  await wire.finish();
  assertEquals(await wire.toEnd(), "VERSION 1.6.18\r\n".repeat(1000));
});

Deno.test("MemcachedServer listens on IPv6", async () => {
  await using server = await MemcachedServer.start({ hostname: "::1" });
  assertEquals(server.address, `[::1]:${server.port}`);
  using wire = await Wire.connect(server.address);
  await ask(wire, "version\r\n", "VERSION 1.6.18\r\n");
});

Deno.test("MemcachedServer answers 100,000 pipelined commands in linear time", async () => {
  await using server = await MemcachedServer.start();
  using wire = await Wire.connect(server.address);
  const count = 100_000;
  const sending = wire.send("incr a 1\r\n".repeat(count) + "version\r\n");
  let length = 0;
  let tail = "";
  while (!tail.endsWith("VERSION 1.6.18\r\n")) {
    tail = await wire.take(11 * count + 16 - length);
    length += tail.length;
  }
  await sending;
  assertEquals(length, 11 * count + 16);
  assertEquals(server.commands.get("incr"), count);
});

async function ask(wire: Wire, sent: string, end: string): Promise<string> {
  await wire.send(sent);
  return await wire.until(end);
}

function values(...items: string[]): string {
  return items.map(([key, value]) => `VALUE ${key} 0 1\r\n${value}\r\n`).join("") + "END\r\n";
}
