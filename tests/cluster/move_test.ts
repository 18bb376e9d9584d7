/** What becomes of the servers of a cluster when their list changes by libmc's rule. */

import { assertEquals, assertThrows } from "@std/assert";
import type { Cluster } from "../../src/cluster/cluster.ts";
import { parseAddress } from "../../src/placement/address.ts";
import type { HashFn } from "../../src/placement/hashes/key_hash.ts";
import { loneGet } from "../support/issued.ts";
import { settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

Deno.test("Cluster.move() refuses what libmc refuses, and changes nothing", async () => {
  const cases: [servers: string[], moved: string[]][] = [
    [["one", "two"], ["one"]],
    [["one", "two"], ["one", "two", "three"]],
    [["one a", "two b"], ["one a", "two c"]],
    [["one a", "two b"], ["one b", "two a"]],
    [["one a", "two b"], ["one a", "two"]],
  ];
  for (const [servers, moved] of cases) {
    await using rig = new ClusterRig(servers);
    const names = rig.cluster.servers.map(({ name }) => name);
    const transport = await rig.connect();
    assertEquals(rig.cluster.move(moved.map(parseAddress)), false, moved.join());
    assertEquals([rig.cluster.servers.map(({ name }) => name), transport.closed], [names, false]);
  }
});

Deno.test("Cluster.move() moves whose host or port changes, and keeps the ring", async () => {
  await using rig = new ClusterRig(["one a", "two b", "three"]);
  rig.dialler.open();
  const owners = KEYS.map((key) => rig.cluster.ownerOf(key));
  for (const server of rig.cluster.servers) server.dial(() => {});
  await settle();
  assertEquals(rig.cluster.move(["four a", "two b", "three:11212 c"].map(parseAddress)), true);
  await settle();
  assertEquals(rig.dialler.transports.map(({ closed }) => closed), [true, false, true]);
  assertEquals(rig.cluster.servers.map(({ name }) => name), ["a", "b", "c"]);
  assertEquals(KEYS.map((key) => rig.cluster.ownerOf(key)), owners);
  const key = KEYS[owners.indexOf(rig.cluster.servers[0])];
  rig.cluster.submit(key, loneGet(key).command);
  await settle();
  assertEquals(rig.dialler.last.endpoint, { hostname: "four", port: 11211 });
});

Deno.test("Cluster.named() knows the servers by the names that they have now", async () => {
  await using rig = new ClusterRig(["one", "two b"]);
  const { cluster } = rig;
  const [one, two] = cluster.servers;
  assertEquals([cluster.named("one:11211"), cluster.named("b")], [one, two]);
  assertEquals(cluster.move(["three", "one b"].map(parseAddress)), true);
  const names = ["one:11211", "three:11211", "b"];
  assertEquals(names.map((name) => cluster.named(name)), [undefined, one, two]);
  cluster.update(["one"].map(parseAddress));
  assertEquals(names.map((name) => cluster.named(name)), [
    cluster.servers[0],
    undefined,
    undefined,
  ]);
});

Deno.test("Cluster.move() keeps the points of a server without an alias, whatever hash is set later", async () => {
  await using rig = new ClusterRig(["one", "two", "three"]);
  await using still = new ClusterRig(["one", "two", "three"]);
  const owners = (cluster: Cluster) =>
    KEYS.map((key) => cluster.servers.indexOf(cluster.ownerOf(key)));
  assertEquals(rig.cluster.move(["four", "two", "five"].map(parseAddress)), true);
  for (const hashFn of ["md5", "crc_32", "md5"] satisfies HashFn[]) {
    rig.hashBy(hashFn);
    still.hashBy(hashFn);
    assertEquals(owners(rig.cluster), owners(still.cluster));
  }
});

Deno.test("Cluster.move() leaves a server alone whose host and port stay, whatever its new alias", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const transport = await rig.connect();
  assertEquals(rig.cluster.move(["one x", "two"].map(parseAddress)), true);
  assertEquals([transport.closed, rig.cluster.servers[0].name], [false, "one:11211"]);
});

Deno.test("Cluster.move() refuses names that would then be the same, and changes nothing", async () => {
  const wrong: [servers: string[], moved: string[]][] = [
    [["one", "two"], ["four", "four"]],
    [["one", "two"], ["two", "two"]],
    [["one", "two"], ["four x", "five x"]],
    // The first stays where it is, and so keeps its name.
    [["one", "two"], ["one x", "five one:11211"]],
  ];
  for (const [servers, moved] of wrong) {
    await using rig = new ClusterRig(servers);
    const transport = await rig.connect();
    const names = rig.cluster.servers.map(({ name }) => name);
    assertThrows(() => rig.cluster.move(moved.map(parseAddress)), TypeError, "numbers 1 and 2");
    assertEquals([rig.cluster.servers.map(({ name }) => name), transport.closed], [names, false]);
  }
});

Deno.test("Cluster.move() takes one address for two names, and names that change places", async () => {
  const right: [servers: string[], moved: string[], names: string[]][] = [
    [["one a", "two b"], ["four a", "four b"], ["a", "b"]],
    [["one", "two"], ["two", "one"], ["two:11211", "one:11211"]],
    // The first stays where it is, and so gets no alias.
    [["one", "two"], ["one x", "five x"], ["one:11211", "x"]],
  ];
  for (const [servers, moved, names] of right) {
    await using rig = new ClusterRig(servers);
    assertEquals(rig.cluster.move(moved.map(parseAddress)), true);
    assertEquals(rig.cluster.servers.map(({ name }) => name), names);
  }
});

const KEYS: readonly string[] = Array.from({ length: 60 }, (_, i) => `key:${i}`);
