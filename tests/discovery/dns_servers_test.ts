/** Servers that the DNS names, asked of a name server on the loopback interface. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, dnsServers, type DnsServersOptions } from "../../mod.ts";
import { MemcachedServer } from "../../src/testing/mod.ts";
import { DnsServer } from "../support/dns_server.ts";
import { eventually } from "../support/eventually.ts";

const connect = () => Promise.reject(new Error("no route"));

/** Gives the servers that a client finds by the DNS. */
async function found(name: string, options: DnsServersOptions): Promise<readonly string[]> {
  await using client = new Client(dnsServers(name, options), { connect, warn: false });
  await client.get("key");
  return client.servers;
}

Deno.test("dnsServers() gives a server for each address, sorted, however often and in which order it comes", async () => {
  await using dns = await DnsServer.start({
    "A cache.internal": ["10.0.0.9", "10.0.0.10", "10.0.0.9", "10.0.0.1"],
    "AAAA cache.internal": ["fd00::2", "fd00::1"],
  });
  const nameServer = dns.address;
  assertEquals(
    await found("cache.internal", { nameServer }),
    ["10.0.0.10:11211", "10.0.0.1:11211", "10.0.0.9:11211"],
  );
  assertEquals(
    await found("cache.internal", { nameServer, port: 11212, type: "AAAA" }),
    ["[fd00::1]:11212", "[fd00::2]:11212"],
  );
  assertEquals(dns.asked, ["A cache.internal", "AAAA cache.internal"]);
});

Deno.test("dnsServers() gives the targets of SRV records that have the lowest priority", async () => {
  await using dns = await DnsServer.start({
    "SRV _memcache._tcp.cache.internal": [
      "10 1 11212 cache-1.cache.internal",
      "20 1 11211 spare.cache.internal",
      "10 9 11211 CACHE-0.cache.internal",
    ],
  });
  assertEquals(
    await found("_memcache._tcp.cache.internal", { nameServer: dns.address, type: "SRV" }),
    ["cache-0.cache.internal:11211", "cache-1.cache.internal:11212"],
  );
});

Deno.test("dnsServers() says that there is no such name, or no such record", async () => {
  await using dns = await DnsServer.start({ "AAAA cache.internal": ["fd00::1"] });
  for (const name of ["cache.internal", "nowhere.internal"]) {
    const servers = dnsServers(name, { nameServer: dns.address });
    await using client = new Client(servers, { connect, strict: true });
    const error = await assertRejects(() => client.get("key"), Error);
    const { message } = error;
    assert(message.startsWith(`Cannot connect to ${name}: `), message);
    assert(/no such name|the name has no A records/.test(message), message);
  }
});

Deno.test("dnsServers() asks again, follows the changes, and keeps what was answered last", async () => {
  await using one = await MemcachedServer.start();
  await using dns = await DnsServer.start({ "A cache.internal": ["127.0.0.1"] });
  const { port } = one;
  const options = { nameServer: dns.address, port, interval: 5 };
  await using client = new Client(dnsServers("cache.internal", options), { strict: true });
  assertEquals(await client.set("key", "value"), true);
  dns.records = {};
  const { promise: failed, resolve } = Promise.withResolvers<string | undefined>();
  client.addEventListener("failure", ({ verb }) => resolve(verb));
  assertEquals(await failed, "servers");
  assertEquals([client.servers, await client.get("key")], [[`127.0.0.1:${port}`], "value"]);
  dns.records = { "A cache.internal": ["127.0.0.2", "127.0.0.1"] };
  await eventually("the second server is known", () => client.servers.length === 2);
  assertEquals(client.counters().get(`127.0.0.1:${port}`)?.connects, 1);
});

Deno.test("dnsServers() stops asking when the client is closed, even in the middle of a question", async () => {
  await using dns = await DnsServer.start({});
  dns.isSilent = true;
  const client = new Client(dnsServers("cache.internal", { nameServer: dns.address }), {
    timeout: 20,
    warn: false,
  });
  assertEquals(await client.get("key"), undefined);
  assertEquals(client.lastError?.name, "TimeoutError");
  assertEquals(dns.asked.slice(0, 1), ["A cache.internal"]);
  await client.close();
});

Deno.test("dnsServers() takes a function in place of the platform", async () => {
  const asked: unknown[] = [];
  const servers = await found("cache.internal", {
    type: "SRV",
    nameServer: "[fd00::53]:5353",
    resolve: (name, type, { nameServer }) => {
      asked.push(name, type, nameServer);
      return Promise.resolve([{ host: "b.", port: 1 }, { host: "a" }, { host: "." }]);
    },
  });
  assertEquals(servers, ["a:11211", "b:1"]);
  assertEquals(asked, ["cache.internal", "SRV", { address: "fd00::53", port: 5353 }]);
});

Deno.test("dnsServers() refuses what is no name and no option", () => {
  for (const name of ["", "a b", "10.0.0.1", "host:11211", "/run/x.sock", "::1"]) {
    assertThrows(() => dnsServers(name), TypeError, undefined, name);
  }
  assertThrows(() => dnsServers("a", { type: "MX" as never }), TypeError, "type");
  assertThrows(() => dnsServers("a", { port: 0 }), RangeError, "port");
  assertThrows(() => dnsServers("a", { port: 1, type: "SRV" }), TypeError, "SRV");
  assertThrows(() => dnsServers("a", { interval: 0 }), RangeError, "interval");
  for (const nameServer of ["dns.internal", "", "10.0.0.1:0", "10.0.0.1:x", "[::1"]) {
    assertThrows(() => dnsServers("a", { nameServer }), TypeError, "name server", nameServer);
  }
  for (const nameServer of ["10.0.0.1", "10.0.0.1:5353", "::1", "[::1]", "[::1]:5353"]) {
    dnsServers("a", { nameServer });
  }
});
