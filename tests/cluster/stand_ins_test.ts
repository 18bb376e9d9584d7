/** Who stands in while servers that were dead are to be tried again, and who is dialled for that. */

import { assertEquals } from "@std/assert";
import { Deadline } from "../../src/clock.ts";
import type { Server } from "../../src/cluster/server.ts";
import { parseAddress } from "../../src/placement/address.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcDistribution } from "../../src/placement/libmc.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

const SERVERS = ["one", "two", "three"];

for (const count of [2, 20, 300]) {
  Deno.test(`Cluster with failover gives ${count} keys to a server that is ready, and tries the dead ones before it behind`, async () => {
    await using rig = await startDead(["one", "two"]);
    const keys = keysOf(count);
    const dialled = rig.dialler.dials.length;
    for (let i = 0; i < 3; i++) assertEquals(assigned(rig, keys), ["three"]);
    assertEquals(rig.dialler.hosts.slice(dialled), ["one", "two"]);
  });

  Deno.test(`Cluster with failover dials a dead server for ${count} keys, and they wait, if there is no other`, async () => {
    await using rig = await startDead(SERVERS);
    const dialled = rig.dialler.dials.length;
    assertEquals(assigned(rig, keysOf(count)), []);
    assertEquals(rig.dialler.hosts.slice(dialled), ["one"]);
  });
}

Deno.test("Cluster with failover gives a single command to a server that is ready, whichever others it tries", async () => {
  await using rig = await startDead(["one", "two"]);
  const [key] = keysOf(1);
  for (let i = 0; i < 3; i++) {
    let found: Server | undefined;
    rig.cluster.locate(key, Deadline.NEVER, (server) => found = server);
    assertEquals(found?.address.host, "three");
  }
});

Deno.test("Cluster.explain() names the server that gets the key while others are to be tried again", async () => {
  const goesTo = ({ cluster }: ClusterRig) => cluster.explain(keysOf(1)[0]).goesTo?.address.host;
  await using one = await startDead(["one"]);
  assertEquals(goesTo(one), "two");
  await using all = await startDead(SERVERS);
  assertEquals(goesTo(all), "one");
});

/** Some servers are dead, and their pauses are over; the others are connected. From now on no dial ends. */
async function startDead(dead: readonly string[]): Promise<ClusterRig> {
  const rig = new ClusterRig(SERVERS, { failover: true });
  rig.dialler.answer = (endpoint) =>
    "hostname" in endpoint && dead.includes(endpoint.hostname)
      ? new Error("connection refused")
      : new ScriptedTransport();
  for (const server of rig.cluster.servers) server.dial(() => {});
  await settle();
  rig.dialler.answer = undefined;
  rig.clock.advance(rig.settings.retryTimeout);
  return rig;
}

/** Gives keys that go to the three servers in their order. */
function keysOf(count: number): string[] {
  const keys: string[] = [];
  for (let i = 0; keys.length < count; i++) {
    if (Array.from(DISTRIBUTION.order(`key:${i}`)).join() === "0,1,2") keys.push(`key:${i}`);
  }
  return keys;
}

const DISTRIBUTION = libmcDistribution(SERVERS.map(parseAddress), KEY_HASHES.md5);

/** The servers that are given the keys at once. */
function assigned({ cluster }: ClusterRig, keys: readonly string[]): string[] {
  const hosts: string[] = [];
  cluster.assign(keys, Deadline.NEVER, ({ groups }) => {
    for (const { server, group } of groups) {
      assertEquals(group.keys.length, keys.length);
      hosts.push(server.address.host);
    }
  }, () => {});
  return hosts;
}
