import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Memcached, startMemcached } from "./memcached.ts";

Deno.test("startMemcached() starts daemons on free ports of their own", async () => {
  await using first = await startMemcached();
  await using second = await startMemcached();
  assert(first.address !== second.address);
  for (const daemon of [first, second]) {
    assertEquals(await pidAt(daemon), daemon.pid);
  }
});

Deno.test("startMemcached() listens on a Unix socket", async () => {
  await using daemon = await startMemcached({ unixSocket: true });
  assertEquals(daemon.port, undefined);
  assertEquals(await pidAt(daemon), daemon.pid);
});

Deno.test("startMemcached() listens on IPv6", async () => {
  await using daemon = await startMemcached({ host: "::1" });
  assertEquals(daemon.address, `[::1]:${daemon.port}`);
});

Deno.test("startMemcached() starts again on the port of one that was stopped", async () => {
  const first = await startMemcached();
  const port = first.port!;
  await first.stop();
  await first.stop();
  await using second = await startMemcached({ port });
  assertEquals(second.port, port);
  assertEquals(await pidAt(second), second.pid);
});

Deno.test("startMemcached() waits for a taken port, then says that it is taken", async () => {
  await using holder = await startMemcached();
  const error = await assertRejects(
    () => startMemcached({ port: holder.port!, startTimeout: 300 }),
    Error,
  );
  assertStringIncludes(error.message, "Address already in use");
});

Deno.test("startMemcached() passes on what memcached says about a bad argument", async () => {
  const error = await assertRejects(() => startMemcached({ args: ["-I", "1"] }), Error);
  assertStringIncludes(error.message, "Cannot start memcached");
});

Deno.test("Memcached.stop() ends a paused process", async () => {
  const daemon = await startMemcached();
  daemon.pause();
  await daemon.stop();
  daemon.kill("SIGTERM");
});

async function pidAt(daemon: Memcached): Promise<number> {
  using connection = daemon.port === undefined
    ? await Deno.connect({ transport: "unix", path: daemon.address })
    : await Deno.connect({ hostname: "127.0.0.1", port: daemon.port });
  await connection.write(new TextEncoder().encode("stats\r\n"));
  const buffer = new Uint8Array(16384);
  let text = "";
  while (!text.endsWith("END\r\n")) {
    const read = await connection.read(buffer);
    if (read === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, read));
  }
  return Number(/STAT pid (\d+)/.exec(text)?.[1]);
}
