import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Client, HashFn } from "@libmc/libmc";
import type { ConformanceCase, Servers } from "./case.ts";

/** Which server gets a key: hashFn, getHostByKey, getRealtimeHostByKey, updateServers, aliases. */
export const ROUTING_CASES: readonly ConformanceCase[] = [
  {
    name: "Client.getHostByKey() names the one server that has the key, for every hashFn",
    async run(servers) {
      // FNV spreads keys badly that differ at their end only.
      const keys = Array.from({ length: 90 }, (_, i) => `${i}:key`);
      const placesBy = new Set<string>();
      for (const hashFn of ["md5", "fnv1_32", "fnv1a_32", "crc_32"] satisfies HashFn[]) {
        await using client = servers.client({ hashFn, prefix: `${hashFn}:` });
        await client.setMulti(keys.map((key) => [key, key]));
        const hosts = keys.map((key) => client.getHostByKey(key));
        placesBy.add(hosts.join());
        for (const address of servers.addresses) {
          await using one = servers.client({ prefix: `${hashFn}:` }, [address]);
          const mine = keys.filter((_, i) => hosts[i] === address);
          assert(mine.length > 0, `${address} has no key by ${hashFn}`);
          assertEquals(Array.from((await one.getMulti(keys)).keys()), mine);
        }
      }
      assertEquals(placesBy.size, servers.addresses.length === 1 ? 1 : 4);
    },
  },
  {
    name: "Client.getHostByKey() dials nobody, and getRealtimeHostByKey() the server it names",
    async run(servers) {
      await using client = servers.client();
      const host = client.getHostByKey("a");
      assert(servers.addresses.includes(host));
      assertEquals(connects(client), 0);
      assertEquals(await client.getRealtimeHostByKey("a"), host);
      assertEquals(connects(client), 1);
      assertEquals(client.counters().get(host)?.connects, 1);
    },
  },
  {
    name: "Client.config() of hashFn changes where keys are looked for",
    async run(servers) {
      await using client = servers.client();
      await using other = servers.client({ hashFn: "crc_32" });
      const keys = Array.from({ length: 30 }, (_, i) => `key${i}`);
      client.config({ hashFn: "crc_32" });
      const hosts = (asked: Client) => keys.map((key) => asked.getHostByKey(key));
      assertEquals(hosts(client), hosts(other));
      await other.setMulti(keys.map((key) => [key, 1]));
      assertEquals((await client.getMulti(keys)).size, keys.length);
    },
  },
  {
    name: "Client names servers by their aliases",
    async run(servers) {
      await using client = aliased(servers);
      const names = servers.addresses.map((_, i) => `s${i}`);
      assert(names.includes(client.getHostByKey("a")));
      assertEquals(Array.from((await client.version()).keys()).sort(), names);
      assertEquals(Array.from(client.counters().keys()), names);
      assertEquals(client.servers, servers.addresses.map((address, i) => `${address} s${i}`));
    },
  },
  {
    name: "Client.updateServers() refuses another number of servers and another alias",
    async run(servers) {
      await using client = aliased(servers);
      const before = client.servers;
      const renamed = servers.addresses.map((address) => `${address} other`);
      assertEquals(client.updateServers([...before, "127.0.0.1:1 more"]), false);
      assertEquals(client.updateServers(renamed), false);
      assertEquals(client.updateServers(servers.addresses), false);
      assertEquals(client.servers, before);
      assertThrows(() => client.updateServers(["127.0.0.1:0 s0", ...before.slice(1)]), RangeError);
      assertThrows(() => client.updateServers([]), RangeError);
      assert(await client.set("a", 1));
      assertEquals(client.updateServers(before), true);
      assertEquals(await client.get("a"), 1);
      assertEquals(connects(client), 1);
    },
  },
  {
    name: "Client.updateServers() moves servers, and no key changes its name",
    async run(servers) {
      const keys = Array.from({ length: 60 }, (_, i) => `key${i}`);
      const rotated = [...servers.addresses.slice(1), servers.addresses[0]];
      await using there = aliased(servers, rotated);
      await there.setMulti(keys.map((key) => [key, key]));
      await using client = aliased(servers);
      await client.version();
      const hosts = keys.map((key) => client.getHostByKey(key));
      assertEquals(client.updateServers(there.servers), true);
      assertEquals(client.servers, there.servers);
      assertEquals(keys.map((key) => client.getHostByKey(key)), hosts);
      assertEquals(Array.from((await client.getMulti(keys)).keys()), keys);
    },
  },
];

function aliased(servers: Servers, addresses = servers.addresses): Client {
  return servers.client({}, addresses.map((address, i) => `${address} s${i}`));
}

function connects(client: Client): number {
  return Array.from(client.counters().values(), ({ connects }) => connects)
    .reduce((sum, count) => sum + count);
}
