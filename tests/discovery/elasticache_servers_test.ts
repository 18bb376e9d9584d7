/** Servers that a configuration endpoint names. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Client, ConnectionError, elastiCacheServers, type ServersContext } from "../../mod.ts";
import { MemcachedServer, ScriptedServer } from "../../src/testing/mod.ts";
import { ADA, startAskingMemcached, ZOE } from "../security/auth_rig.ts";
import { PATIENT, TlsRig } from "../security/tls_rig.ts";
import { AskingGate } from "../support/asking_gate.ts";

const CONTEXT: ServersContext = {
  signal: new AbortController().signal,
  connect: (endpoint) => Deno.connect(endpoint as Deno.ConnectOptions),
  resolve: undefined,
};

Deno.test("elastiCacheServers() gives the nodes that config get cluster names, by host name, sorted", async () => {
  await using endpoint = await MemcachedServer.start();
  endpoint.setCluster([
    "b.cache|10.0.0.2|11211",
    "a.cache||11212",
    "|10.0.0.3|11211",
    "|fd00::1|1",
  ]);
  const servers = elastiCacheServers(endpoint.address);
  assertEquals(
    await servers(CONTEXT),
    ["10.0.0.3:11211", "[fd00::1]:1", "a.cache:11212", "b.cache:11211"],
  );
  assertEquals(endpoint.commands.get("config"), 1);
});

Deno.test("elastiCacheServers() asks for the key of old versions if config is not known", async () => {
  await using endpoint = await MemcachedServer.start();
  await using client = new Client(endpoint.address);
  await client.set("AmazonElastiCache:cluster", "7\nnode.cache|10.0.0.1|11211\n");
  assertEquals(await elastiCacheServers(endpoint.address)(CONTEXT), ["node.cache:11211"]);
});

Deno.test("elastiCacheServers() takes a lower version only when it comes again", async () => {
  await using endpoint = await MemcachedServer.start();
  const servers = elastiCacheServers(endpoint.address);
  const steps: [node: string, version: number, expected: string][] = [
    ["a", 5, "a:1"],
    ["b", 4, "a:1"],
    ["a", 5, "a:1"],
    ["b", 4, "a:1"],
    ["b", 4, "b:1"],
    ["c", 6, "c:1"],
  ];
  for (const [node, version, expected] of steps) {
    endpoint.setCluster([`${node}||1`], version);
    assertEquals(await servers(CONTEXT), [expected]);
  }
});

Deno.test("elastiCacheServers() says what is wrong with the endpoint, and leaves no connection", async () => {
  await using endpoint = await MemcachedServer.start();
  const servers = elastiCacheServers(endpoint.address);
  await assertRejects(async () => await servers(CONTEXT), Error, "no configuration endpoint");
  endpoint.setCluster(["a|b"]);
  await assertRejects(async () => await servers(CONTEXT), Error, "a node that is none");
  endpoint.setCluster(["a||1"], NaN);
  await assertRejects(async () => await servers(CONTEXT), Error, "gave no version");
  for (
    const [reply, reason] of [
      ["SERVER_ERROR no\r\n", "answered"],
      ["CONFIG cluster 0 3\r\n1\na||1\r\nEND\r\n", "another length"],
      [`CONFIG cluster 0 9999999\r\n${"x".repeat(1_100_000)}`, "too long"],
    ]
  ) {
    await using scripted = await ScriptedServer.start({ script: [[reply]] });
    const servers = elastiCacheServers(scripted.address);
    await assertRejects(async () => await servers(CONTEXT), Error, reason);
  }
});

Deno.test("Client follows a configuration endpoint, and dials it as it dials servers", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const node = ({ port }: MemcachedServer) => `localhost|127.0.0.1|${port}`;
  one.setCluster([node(one)]);
  const dialled: unknown[] = [];
  const connect = (endpoint: unknown) => {
    dialled.push(endpoint);
    return Deno.connect(endpoint as Deno.ConnectOptions);
  };
  const servers = elastiCacheServers(one.address, { interval: 5 });
  await using client = new Client(servers, { connect, strict: true });
  assertEquals(await client.set("key", "value"), true);
  assertEquals(dialled[0], { hostname: "127.0.0.1", port: one.port });
  const { promise: changed, resolve } = Promise.withResolvers<readonly string[] | undefined>();
  client.addEventListener("servers", ({ change }) => resolve(change?.added));
  one.setCluster([node(two), node(one)]);
  assertEquals(await changed, [`localhost:${two.port}`]);
  assert(client.servers.length === 2);
});

for (const auth of [ADA, ZOE]) {
  Deno.test(`Client gives auth to a configuration endpoint that asks for a password: ${auth.username}`, async () => {
    await using node = await MemcachedServer.start();
    await using gate = await AskingGate.start(node, auth);
    node.setCluster([`localhost|127.0.0.1|${gate.port}`]);
    await using client = new Client(elastiCacheServers(gate.address), { ...PATIENT, auth });
    assertEquals(await client.set("key", "value"), true);
    assertEquals(client.servers, [`localhost:${gate.port}`]);
    // Once to the endpoint, once to the node, and never as a value.
    assertEquals([gate.said, node.commands.get("set")], [2, 1]);
  });
}

Deno.test("elastiCacheServers() gives the password to memcached that asks for it", async () => {
  await using endpoint = await startAskingMemcached();
  await using writer = new Client(endpoint.address, { ...PATIENT, auth: ADA });
  await writer.set("AmazonElastiCache:cluster", "1\nnode.cache|10.0.0.1|11211\n");
  const servers = elastiCacheServers(endpoint.address);
  assertEquals(await servers({ ...CONTEXT, auth: ADA }), ["node.cache:11211"]);
});

Deno.test("Client dials a configuration endpoint with TLS", async () => {
  await using rig = await TlsRig.start();
  const { address } = await rig.memcached();
  const node = `localhost:${address.split(":")[1]}`;
  const [tls] = rig.trusting();
  await rig.client(address, { tls })
    .set("AmazonElastiCache:cluster", `1\n${node.replace(":", "|127.0.0.1|")}\n`);
  await using client = new Client(elastiCacheServers(address), { ...PATIENT, tls });
  assertEquals(await client.set("key", "value"), true);
  assertEquals(client.servers, [node]);
});

Deno.test("Client keeps its auth from a configuration endpoint that asks for none", async () => {
  await using node = await MemcachedServer.start();
  node.setCluster([`localhost|127.0.0.1|${node.port}`]);
  await using client = new Client(elastiCacheServers(node.address), { ...PATIENT, auth: ADA });
  assertEquals(await client.get("key"), undefined);
  assertEquals(node.commands.get("set"), undefined);
});

Deno.test("Client rejects where the endpoint refuses the password, and misses where it has none to give", async () => {
  await using node = await MemcachedServer.start();
  await using gate = await AskingGate.start(node, ADA);
  const servers = elastiCacheServers(gate.address);
  const wrong = { username: "ada", password: "s3cret" };
  await using refused = new Client(servers, { ...PATIENT, strict: false, auth: wrong });
  const error = await assertRejects(() => refused.get("key"), ConnectionError, "has refused");
  assert(!Deno.inspect(error).includes("s3cret"));
  await using without = new Client(servers, { ...PATIENT, strict: false, warn: false });
  assertEquals(await without.get("key"), undefined);
  assertStringIncludes(without.lastError!.message, "the endpoint asks for user and password");
  assertEquals(gate.said, 1);
});

Deno.test("elastiCacheServers() says the password once, whatever an endpoint asks", async () => {
  const asks = "CLIENT_ERROR unauthenticated\r\n";
  await using server = await ScriptedServer.start({
    script: [[asks], ["STORED\r\n"], [asks], [asks]],
  });
  const servers = elastiCacheServers(server.address);
  await assertRejects(
    async () => await servers({ ...CONTEXT, auth: ADA }),
    Error,
    "asks for user and password",
  );
});

Deno.test("elastiCacheServers() refuses what is no endpoint and no option", () => {
  for (const endpoint of ["", "a b", "a:0", "a:70000", "a:b", "/run/x", "::1"]) {
    assertThrows(() => elastiCacheServers(endpoint), TypeError, undefined, endpoint);
  }
  assertThrows(() => elastiCacheServers("a", { interval: 0 }), RangeError, "interval");
  assertThrows(() => elastiCacheServers("a", { port: 1 } as never), TypeError, "port");
  for (const endpoint of ["a", "a:1", "[::1]", "[::1]:11212"]) elastiCacheServers(endpoint);
});
