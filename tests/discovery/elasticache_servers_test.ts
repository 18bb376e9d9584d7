/** Servers that a configuration endpoint names. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, elastiCacheServers, type ServersContext } from "../../mod.ts";
import { MemcachedServer, ScriptedServer } from "../../src/testing/mod.ts";

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

Deno.test("elastiCacheServers() refuses what is no endpoint and no option", () => {
  for (const endpoint of ["", "a b", "a:0", "a:70000", "a:b", "/run/x", "::1"]) {
    assertThrows(() => elastiCacheServers(endpoint), TypeError, undefined, endpoint);
  }
  assertThrows(() => elastiCacheServers("a", { interval: 0 }), RangeError, "interval");
  assertThrows(() => elastiCacheServers("a", { port: 1 } as never), TypeError, "port");
  for (const endpoint of ["a", "a:1", "[::1]", "[::1]:11212"]) elastiCacheServers(endpoint);
});
