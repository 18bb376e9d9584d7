/** What becomes of TLS when the other end does not speak it, does not speak at all, or goes away. */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { Client, ConnectionError, MemcachedError, TimeoutError } from "@libmc/libmc";
import { FaultProxy, ScriptedServer } from "@libmc/libmc/testing";
import { connect } from "node:net";
import { Listener } from "../../src/testing/sockets/listener.ts";
import { eventually, within } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { textOf } from "../support/wire.ts";
import { PATIENT, TlsRig } from "./tls_rig.ts";

const AUTH = { username: "grace", password: "hopper" };

Deno.test("Client with tls sends nothing in the clear to a server without TLS", async () => {
  await using rig = await TlsRig.start();
  for (const tls of [true, ...rig.trusting(), ...rig.trusting({ serverName: "localhost" })]) {
    for (const answer of ["ERROR\r\n", "VERSION 1.6.18\r\nSTORED\r\nSTORED\r\n", undefined]) {
      await using server = await ScriptedServer.start({
        script: Array.from({ length: 9 }, () => answer === undefined ? [] : [answer]),
      });
      await using client = rig.client(server.address, {
        tls,
        auth: AUTH,
        connectTimeout: answer === undefined ? 200 : 5000,
      });
      const error = await assertRejects(() => client.set("ada", "lovelace"), ConnectionError);
      assertEquals([error.server, error.sent], [server.address, "no"]);
      assert(server.connections.length > 0);
      for (const { received, ended } of server.connections) {
        await within("the client to close", ended);
        const text = textOf(received);
        // A record of the handshake, of TLS 1.
        assertEquals(text.slice(0, 2), "\x16\x03");
        assertEquals(/set|ada|lovelace|version|grace|hopper/.exec(text), null);
      }
    }
  }
});

Deno.test("Client with tls stores nothing on a memcached without TLS, and says so", async () => {
  await using rig = await TlsRig.start();
  await using server = await startMemcached();
  for (const tls of rig.trusting()) {
    await using client = rig.client(server.address, { tls });
    const error = await assertRejects(() => client.set("a", 1), ConnectionError, "Cannot connect");
    assertInstanceOf(error.cause, Error);
  }
  await using plain = rig.client(server.address, {});
  const stats = (await plain.stats()).get(server.address);
  assertEquals([stats?.total_items, stats?.cmd_set], [0, 0]);
});

Deno.test("Client without tls ends its calls on a server with TLS", async () => {
  await using rig = await TlsRig.start();
  const { address } = await rig.memcached();
  await using client = rig.client(address, {});
  await assertRejects(() => within("set", client.set("a", 1)), ConnectionError);
  assertEquals(await client.get("a", { strict: false }), undefined);
});

Deno.test("Client with tls bounds a handshake that stalls by connectTimeout, and closes it", async () => {
  await using rig = await TlsRig.start();
  for (const tls of [true, ...rig.trusting()]) {
    await using server = await ScriptedServer.start();
    await using client = rig.client(server.address, { tls, connectTimeout: 100 });
    const begun = performance.now();
    const error = await assertRejects(
      () => client.get("a"),
      ConnectionError,
      `Cannot connect to ${server.address} within 100 ms`,
    );
    assert(performance.now() - begun < 2000);
    assertInstanceOf(error.cause, TimeoutError);
    await within("the client to close", server.connections[0].ended);
    assert(server.connections[0].closedByClient);
  }
});

Deno.test("Client with tls fails at once where the server closes instead of a handshake", async () => {
  await using rig = await TlsRig.start();
  const listener = await Listener.listen({ hostname: "127.0.0.1", port: 0 });
  listener.serve((socket) => socket.destroy());
  for (const tls of [true, ...rig.trusting()]) {
    await using client = rig.client(listener.address, { tls });
    const begun = performance.now();
    await assertRejects(() => client.get("a"), ConnectionError, "Cannot connect");
    assert(performance.now() - begun < 2000);
  }
  await listener.close();
});

Deno.test("Client.close() leaves nothing of a handshake that stalls", async () => {
  await using rig = await TlsRig.start();
  for (const tls of rig.trusting()) {
    await using server = await ScriptedServer.start();
    const client = rig.client(server.address, { tls, connectTimeout: 300 });
    const call = assertRejects(() => client.get("a"), MemcachedError);
    await eventually("a handshake", () => (server.connections[0]?.received.length ?? 0) > 0);
    await within("close", client.close(), 2000);
    await call;
    await within("the client to close", server.connections[0].ended);
  }
});

Deno.test("Client with tls leaves no socket where only the first handshake gets an answer", async () => {
  await using rig = await TlsRig.start();
  const { port } = await rig.memcached();
  const listener = await Listener.listen({ hostname: "127.0.0.1", port: 0 });
  const closed: Promise<unknown>[] = [];
  listener.serve((socket) => {
    closed.push(new Promise((resolve) => socket.once("close", resolve)));
    socket.on("error", () => {});
    // What comes later is read, so that its end is seen, and never answered.
    if (closed.length > 1) return void socket.on("end", () => socket.end()).resume();
    const server = connect({ host: "127.0.0.1", port: port!, allowHalfOpen: true });
    server.on("error", () => {});
    socket.pipe(server).pipe(socket);
  });
  const client = rig.client(listener.address, { tls: true, connectTimeout: 300 });
  await assertRejects(() => client.get("a"), ConnectionError, "within 300 ms");
  await client.close();
  await within("the client to close", Promise.all(closed), 2000);
  assertEquals(closed.length, 2);
  await listener.close();
});

Deno.test("Client with tls fails calls when its server goes away, and is back when that is", async () => {
  await using rig = await TlsRig.start();
  const { certificate: { certPath, keyPath } } = rig;
  const args = ["-Z", "-o", `ssl_chain_cert=${certPath},ssl_key=${keyPath}`];
  for (const tls of rig.trusting()) {
    const server = await startMemcached({ args });
    await using proxy = await FaultProxy.start({ target: server.address });
    await using client = rig.client(proxy.address, { tls, retryTimeout: 10 });
    assert(await client.set("a", 1));
    await proxy.set({ reset: "request" });
    const lost = await assertRejects(() => within("set", client.set("a", 3)), ConnectionError);
    assertEquals(lost.sent, "maybe");
    await proxy.clear();
    await server.stop();
    await assertRejects(() => within("get", client.get("a")), ConnectionError, "Cannot connect");
    await using _restarted = await startMemcached({ args, port: server.port! });
    await eventually("the client is back", () => client.set("a", 2, { strict: false }));
    assertEquals(await client.get("a"), 2);
  }
});

Deno.test("Client.close() with tls leaves no connection", async () => {
  await using rig = await TlsRig.start();
  const { address } = await rig.memcached();
  const [tls] = rig.trusting();
  await using watcher = rig.client(address, { tls });
  const connections = async () => (await watcher.stats()).get(address)?.curr_connections;
  const before = await connections();
  for (const tls of rig.trusting()) {
    const client = rig.client(address, { tls, connections: 3 });
    await Promise.all(Array.from({ length: 30 }, (_, i) => client.set(`k${i}`, i)));
    await client.close();
    await eventually(
      "the server has none of its connections",
      async () => await connections() === before,
    );
  }
});

Deno.test("new Client() refuses a Unix socket with tls", () => {
  for (const server of ["/run/memcached.sock", "/run/memcached.sock one"]) {
    assertThrows(
      () => new Client(["localhost", server], { tls: true }),
      TypeError,
      'Cannot use server "/run/memcached.sock" with option "tls" as it is a Unix socket',
    );
  }
});

Deno.test("Client.updateServers() refuses a Unix socket with tls", async () => {
  await using client = new Client("localhost", { ...PATIENT, tls: true });
  assertThrows(() => client.updateServers(["/run/memcached.sock"]), TypeError, "Unix socket");
  assertEquals(client.servers, ["localhost"]);
});
