import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { Deadline } from "../../src/clock.ts";
import type { Assignment, Orphans, ServerGroup } from "../../src/cluster/choice.ts";
import type { Server } from "../../src/cluster/server.ts";
import { parseAddress } from "../../src/placement/address.ts";
import type { FullDistribution } from "../../src/placement/distribution.ts";
import { type HashFn, KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcDistribution } from "../../src/placement/libmc.ts";
import { get, hit, incr, type Issued, loneGet, summaries } from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

const THREE = ["one:11211", "two:11211", "three:11211"];

Deno.test("Cluster.ownerOf() is the distribution's answer, whoever is alive", async () => {
  await using rig = new ClusterRig(THREE);
  const expected = ownersBy("md5");
  assertEquals(KEYS.map((key) => rig.cluster.ownerOf(key).name), expected);
  assertEquals(new Set(expected).size, 3);
  await kill(rig, "one:11211");
  assertEquals(KEYS.map((key) => rig.cluster.ownerOf(key).name), expected);
});

Deno.test("Cluster.ownerOf() goes by the hash that is set", async () => {
  await using rig = new ClusterRig(THREE, { hashFn: "crc_32" });
  const owners = () => KEYS.map((key) => rig.cluster.ownerOf(key).name);
  assertEquals(owners(), ownersBy("crc_32"));
  for (const hashFn of ["md5", "fnv1_32", "crc_32"] satisfies HashFn[]) {
    rig.hashBy(hashFn);
    assertEquals(owners(), ownersBy(hashFn));
  }
});

Deno.test("Cluster goes by the hash that is set, wherever a key is looked for", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  rig.dialler.open();
  for (const server of rig.cluster.servers) server.dial(() => {});
  await settle();
  for (const hashFn of ["md5", "crc_32", "md5"] satisfies HashFn[]) {
    rig.hashBy(hashFn);
    const owners = ownersBy(hashFn);
    const { groups } = await assign(rig, KEYS);
    for (const { server, group } of groups) {
      assertEquals(group.keys, KEYS.filter((_, i) => owners[i] === server.name));
    }
    assertEquals((await locate(rig, KEYS[0]))?.name, owners[0]);
  }
});

Deno.test("Cluster.submit() dials the owner and no other, and sends it the command", async () => {
  await using rig = new ClusterRig(THREE);
  rig.dialler.open();
  const key = keyOf(rig, "two:11211");
  const issued = await submit(rig, key);
  assertEquals([rig.dialler.hosts, rig.transport.written], [["two"], `get ${key}\r\n`]);
  await rig.reply(hit(key, "1"));
  assertEquals(issued.outcome.summary, "1");
});

Deno.test("Cluster.submit() without failover fails with the owner's dial, then at once", async () => {
  await using rig = new ClusterRig(THREE);
  rig.dialler.refuse();
  const key = keyOf(rig, "two:11211");
  const [first, second] = [await submit(rig, key), await submit(rig, key)];
  assertEquals(summaries([first, second]), [
    "ConnectionError, sent no",
    "ServerDeadError, sent no",
  ]);
  assertEquals([first, second].map(({ outcome }) => outcome.error?.server), [
    "two:11211",
    "two:11211",
  ]);
  assertEquals(rig.dialler.hosts, ["two"]);
});

Deno.test("Cluster.submit() with failover walks on to the next server that is not dead", async () => {
  for (const key of KEYS) {
    await using rig = new ClusterRig(THREE, { failover: true });
    const [owner, next] = walk(key);
    const transports = byServer(rig, new Set([owner]));
    const issued = await submit(rig, key);
    assertEquals([...transports.keys()], [next]);
    assertEquals([issued.outcome.summary, transports.get(next)?.written], [
      "open",
      `get ${key}\r\n`,
    ]);
  }
});

Deno.test("Cluster.submit() with failover stands in on every call while the owner is dead", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  const key = KEYS[0];
  const [owner, next, last] = walk(key);
  const dead = new Set([owner]);
  const transports = byServer(rig, dead);
  await submit(rig, key);
  assertEquals([...transports.keys()], [next]);
  await submit(rig, key);
  assertEquals(transports.get(next)?.written, `get ${key}\r\nget ${key}\r\n`);
  transports.get(next)?.feed("END\r\nEND\r\n");
  await settle();
  dead.add(next);
  transports.get(next)?.end();
  await settle();
  await submit(rig, key);
  assertEquals(transports.get(last)?.written, `get ${key}\r\n`);
  dead.delete(owner);
  await rig.pass(5000);
  await submit(rig, key);
  assertEquals(transports.get(owner)?.written, `get ${key}\r\n`, "back to its owner");
});

Deno.test("Cluster with failover asks the next server again where a connection is lost and its server dead", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  const key = KEYS[0];
  const [owner, next] = walk(key);
  const dead = new Set<string>();
  const transports = byServer(rig, dead);
  const head = await submit(rig, key);
  const bystander = await submit(rig, key);
  dead.add(owner);
  transports.get(owner)?.failRead();
  await settle();
  assertEquals(transports.get(next)?.written, `get ${key}\r\n`);
  transports.get(next)?.feed(hit(key, "5"));
  await settle();
  assertEquals(summaries([head, bystander]), ["ConnectionError, sent maybe", "5"]);
});

Deno.test("Cluster with failover asks each of the gets that shared a line at the server that stands in for it", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  const dead = new Set<string>();
  const transports = byServer(rig, dead);
  const [owner] = walk(KEYS[0]);
  const keys = KEYS.filter((key) => walk(key)[0] === owner);
  await submit(rig, keys[0]);
  const issued = keys.map((key) => get(key));
  keys.forEach((key, i) => rig.cluster.submit(key, issued[i].command));
  await settle();
  dead.add(owner);
  transports.get(owner)?.failRead();
  await settle();
  for (const name of THREE.filter((name) => name !== owner)) {
    const own = keys.filter((key) => walk(key)[1] === name);
    assert(own.length > 1, name);
    assertEquals(transports.get(name)?.written, `get ${own.join(" ")}\r\n`);
    transports.get(name)?.feed(
      ...own.map((key) => hit(key, key).replace("END\r\n", "")),
      "END\r\n",
    );
  }
  await settle();
  assertEquals(summaries(issued), keys);
});

Deno.test("Cluster.submit() with failover fails once every server was tried once", async () => {
  for (const retryTimeout of [0, 5000]) {
    await using rig = new ClusterRig(THREE, { failover: true, retryTimeout });
    rig.dialler.refuse();
    const issued = await submit(rig, KEYS[0]);
    assertEquals(issued.outcome.error?.sent, "no");
    assertEquals(rig.dialler.hosts, walk(KEYS[0]).map((name) => name.split(":")[0]));
  }
});

Deno.test("Cluster.submit() with failover dials no further past the command's deadline", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  const { command, outcome } = loneGet(KEYS[0]);
  command.deadline = new Deadline(rig.clock.now() + 50);
  rig.cluster.submit(KEYS[0], command);
  await rig.pass(100);
  assertEquals([outcome.summary, rig.dialler.dials.length], ["TimeoutError, sent no", 1]);
});

Deno.test("Cluster.submit() past the deadline of a command leaves other servers alone, though its owner was dead before", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  rig.dialler.refuse();
  const [owner, next, last] = walk(KEYS[0]).map((name) =>
    rig.cluster.servers.find((server) => server.name === name) as Server
  );
  owner.dial(() => {});
  await settle();
  rig.dialler.open();
  last.dial(() => {});
  await settle();
  rig.dialler.answer = undefined;
  const { command, outcome } = loneGet(KEYS[0]);
  command.deadline = new Deadline(rig.clock.now() + 50);
  rig.cluster.submit(KEYS[0], command);
  await rig.pass(60);
  assertEquals(outcome.summary, "TimeoutError, sent no");
  assertEquals([outcome.error?.server, rig.transport.written], [next.name, ""]);
});

Deno.test("Cluster settles everything when it is closed during a dial, failover or not", async () => {
  for (const failover of [false, true]) {
    await using rig = new ClusterRig(THREE, { failover });
    const issued = await submit(rig, KEYS[0]);
    const atServer: (Server | undefined)[] = [];
    rig.cluster.locate(KEYS[0], Deadline.NEVER, (server) => atServer.push(server));
    const assigned: Assignment[] = [];
    let ends = 0;
    const place = (assignment: Assignment) => assigned.push(assignment);
    rig.cluster.assign(KEYS, Deadline.NEVER, place, () => ends++);
    await Promise.all(rig.cluster.servers.map((server) => server.close()));
    await settle();
    assertEquals(issued.outcome.error?.sent, "no", `failover ${failover}`);
    assertEquals([atServer, ends], [[undefined], 1]);
    assertEquals(assigned.flatMap(({ groups }) => groups), []);
    const orphans = assigned.flatMap(({ orphans }) => orphans);
    assertEquals(orphans.flatMap(({ positions }) => positions).length, KEYS.length);
  }
});

Deno.test("Cluster.submitTo() sends to the server that is named, or fails", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  rig.dialler.answer = () => new ScriptedTransport();
  const [first, second] = [incr("a"), incr("b")];
  const server = rig.cluster.servers[1];
  rig.cluster.submitTo(server, first.command);
  await settle();
  assertEquals(rig.dialler.hosts, ["two"]);
  rig.transport.end();
  await settle();
  await kill(rig, "two:11211");
  rig.cluster.submitTo(server, second.command);
  assertEquals(second.outcome.summary, "ServerDeadError, sent no");
});

Deno.test("Cluster.assign() groups keys by owner, with their positions, in the order given", async () => {
  await using rig = new ClusterRig(THREE);
  rig.dialler.open();
  const { groups, orphans } = await assign(rig, [...KEYS, KEYS[0]]);
  assertEquals(orphans.length, 0);
  const seen: number[] = [];
  for (const { server, group } of groups) {
    const positions = group.positions ?? [];
    assertEquals(group.keys.length, positions.length);
    positions.forEach((place, i) => {
      assertEquals(group.keys[i], [...KEYS, KEYS[0]][place]);
      assertStrictEquals(rig.cluster.ownerOf(group.keys[i]), server);
    });
    assertEquals(positions, positions.toSorted((a, b) => a - b));
    seen.push(...positions);
  }
  assertEquals(seen.toSorted((a, b) => a - b), [...KEYS.keys(), KEYS.length]);
});

Deno.test("Cluster.assign() with one connected server passes the keys on as they are", async () => {
  await using rig = new ClusterRig();
  await rig.connect();
  const { groups } = await assign(rig, KEYS);
  assertEquals(groups.length, 1);
  assertStrictEquals(groups[0].group.keys, KEYS);
  assertEquals(groups[0].group.positions, undefined);
});

Deno.test("Cluster.assign() dials all servers that it needs at the same time, once each, and places the keys of each when it is there", async () => {
  await using rig = new ClusterRig(THREE);
  const placed: string[] = [];
  let isOver = false;
  rig.cluster.assign(KEYS, Deadline.NEVER, ({ groups, orphans }) => {
    assertEquals(orphans, []);
    placed.push(...groups.map(({ server }) => server.name));
  }, () => isOver = true);
  assertEquals(rig.dialler.hosts.toSorted(), ["one", "three", "two"]);
  const names = rig.dialler.hosts.map((host) => `${host}:11211`);
  for (const i of [2, 0]) {
    rig.dialler.dials[i].succeed();
    await settle();
  }
  assertEquals([placed, isOver], [[names[2], names[0]], false]);
  rig.dialler.dials[1].succeed();
  await settle();
  assertEquals([placed, isOver], [[names[2], names[0], names[1]], true]);
  assertEquals(rig.dialler.dials.length, 3);
});

Deno.test("Cluster.assign() gives the positions of a dead owner's keys as orphans", async () => {
  await using rig = new ClusterRig(THREE);
  byServer(rig, new Set(["two:11211"]));
  const { groups, orphans } = await assign(rig, KEYS);
  assertEquals(groups.map(({ server }) => server.name).toSorted(), ["one:11211", "three:11211"]);
  assertEquals(orphans.map(({ owner }) => owner.name), ["two:11211"]);
  const expected = KEYS.flatMap((key, i) =>
    rig.cluster.ownerOf(key).name === "two:11211" ? [i] : []
  );
  assertEquals(orphans.map(({ positions }) => positions), [expected]);
});

Deno.test("Cluster.assign() with failover gives a dead owner's keys to those that stand in", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  byServer(rig, new Set(["two:11211"]));
  const { groups, orphans } = await assign(rig, KEYS);
  assertEquals(orphans.length, 0);
  for (const { server, group } of groups) {
    for (const key of group.keys) {
      const names = walk(key).filter((name) => name !== "two:11211");
      assertEquals(server.name, names[0], key);
    }
  }
});

Deno.test("Cluster.assign() comes to an end though dead servers may be dialled at once", async () => {
  for (const failover of [false, true]) {
    await using rig = new ClusterRig(THREE, { retryTimeout: 0, failover });
    rig.dialler.refuse();
    const { groups, orphans } = await assign(rig, KEYS);
    assertEquals([groups, orphans.flatMap(({ positions }) => positions).length], [[], KEYS.length]);
    assertEquals(rig.dialler.dials.length, 3);
  }
});

Deno.test("Cluster.assign() dials nobody past its deadline", async () => {
  await using rig = new ClusterRig(THREE);
  const { groups, orphans } = await assign(rig, KEYS, new Deadline(rig.clock.now()));
  assertEquals([groups, orphans.length, rig.dialler.dials.length], [[], 3, 0]);
});

Deno.test("Cluster.locate() finds who would get a key now", async () => {
  await using rig = new ClusterRig(THREE, { failover: true });
  const key = KEYS[0];
  const [owner, next] = walk(key);
  const dead = new Set<string>();
  byServer(rig, dead);
  assertEquals((await locate(rig, key))?.name, owner);
  await reviveAll(rig);
  dead.add(owner);
  assertEquals((await locate(rig, key))?.name, next);
  rig.settings.failover = false;
  assertEquals(await locate(rig, key), undefined);
});

Deno.test("Cluster has servers of its own for each address", async () => {
  await using rig = new ClusterRig(["one", "one"]);
  const [first, second] = rig.cluster.servers;
  assertNotStrictEquals(first, second);
});

const KEYS: readonly string[] = Array.from({ length: 60 }, (_, i) => `key:${i}`);

/** The names of the three servers in the order in which they stand in for a key. */
function walk(key: string): string[] {
  return Array.from(distributionBy("md5").order(key), (index) => THREE[index]);
}

/** The names of the owners of all keys. */
function ownersBy(hashFn: HashFn): string[] {
  const distribution = distributionBy(hashFn);
  return KEYS.map((key) => THREE[distribution.indexFor(key)]);
}

function distributionBy(hashFn: HashFn): FullDistribution {
  return libmcDistribution(THREE.map(parseAddress), KEY_HASHES[hashFn]);
}

function keyOf(rig: ClusterRig, name: string): string {
  const key = KEYS.find((key) => rig.cluster.ownerOf(key).name === name);
  assert(key !== undefined);
  return key;
}

/** Lets the dials of all but the dead succeed at once. Gives the latest transport of each. */
function byServer(rig: ClusterRig, dead: ReadonlySet<string>): Map<string, ScriptedTransport> {
  const transports = new Map<string, ScriptedTransport>();
  rig.dialler.answer = (endpoint) => {
    const name = "path" in endpoint ? endpoint.path : `${endpoint.hostname}:${endpoint.port}`;
    if (dead.has(name)) return new Error("connection refused");
    const transport = new ScriptedTransport();
    transports.set(name, transport);
    return transport;
  };
  return transports;
}

async function submit(rig: ClusterRig, key: string): Promise<Issued> {
  const issued = loneGet(key);
  rig.cluster.submit(key, issued.command);
  await settle();
  return issued;
}

async function assign(
  rig: ClusterRig,
  keys: readonly string[],
  deadline = Deadline.NEVER,
): Promise<Assignment> {
  const groups: ServerGroup[] = [];
  const orphans: Orphans[] = [];
  let ends = 0;
  rig.cluster.assign(keys, deadline, (assignment) => {
    groups.push(...assignment.groups);
    orphans.push(...assignment.orphans);
  }, () => ends++);
  await settle();
  assertEquals(ends, 1, "all are assigned");
  return { groups, orphans };
}

async function locate(rig: ClusterRig, key: string): Promise<Server | undefined> {
  const atServer: (Server | undefined)[] = [];
  rig.cluster.locate(key, Deadline.NEVER, (server) => atServer.push(server));
  await settle();
  assertEquals(atServer.length, 1);
  return atServer[0];
}

/** Makes one server dead. */
async function kill(rig: ClusterRig, name: string): Promise<void> {
  const before = rig.dialler.answer;
  rig.dialler.refuse();
  rig.cluster.servers.find((server) => server.name === name)?.dial(() => {});
  await settle();
  rig.dialler.answer = before;
}

/** Closes all connections and lets all retry timeouts pass. */
async function reviveAll(rig: ClusterRig): Promise<void> {
  for (const transport of rig.dialler.transports) transport.end();
  await settle();
  await rig.pass(5000);
}
