/** What becomes of servers, connections and commands when a cluster is given other servers. */

import {
  assert,
  assertEquals,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { parseAddress } from "../../src/placement/address.ts";
import type { BatchResult } from "../../src/commands/batch.ts";
import { StorageBatch } from "../../src/commands/storage.ts";
import { Told } from "../commands/exchange.ts";
import { get, hit, incr, loneGet, summaries, version } from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { ClusterRig } from "./rig.ts";

Deno.test("Cluster.update() keeps connections, health and counters of a server that stays", async () => {
  await using rig = new ClusterRig(["one", "two", "three"]);
  const transports = byHost(rig, new Set(["two"]));
  for (const server of rig.cluster.servers) server.dial(() => {});
  await settle();
  const [one, two] = rig.cluster.servers;
  update(rig, "four", "two", "one");
  await settle();
  assertEquals(rig.cluster.servers.map(({ name }) => name), [
    "four:11211",
    "two:11211",
    "one:11211",
  ]);
  assertStrictEquals(rig.cluster.servers[2], one);
  assertStrictEquals(rig.cluster.servers[1], two);
  assertEquals([one.connected, one.counters.connects, two.dead], [true, 1, true]);
  assertEquals(
    ["one", "three"].map((host) => transports.get(host)?.closed),
    [false, true],
  );
});

Deno.test("Cluster.update() dials a new server when it is needed, and not before", async () => {
  await using rig = new ClusterRig(["one"]);
  rig.dialler.open();
  await rig.submit(get("a"));
  update(rig, "one", "two");
  await settle();
  assertEquals(rig.dialler.hosts, ["one"]);
  const key = keyOf(rig, "two");
  rig.cluster.submit(key, loneGet(key).command);
  await settle();
  assertEquals(rig.dialler.hosts, ["one", "two"]);
});

Deno.test("Cluster.update() places keys as a cluster does that was made with these servers", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  await using fresh = new ClusterRig(["three", "one", "four"]);
  update(rig, "three", "one", "four");
  const owners = ({ cluster }: ClusterRig) => KEYS.map((key) => cluster.ownerOf(key).name);
  assertEquals(owners(rig), owners(fresh));
});

Deno.test("Cluster.update() lets a server that leaves finish what was sent, and sends the rest to the new owners", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const transports = byHost(rig);
  const keys = KEYS.filter((key) => rig.cluster.ownerOf(key).name === "two:11211").slice(0, 4);
  const issued = keys.map((key) => incr(key));
  rig.cluster.submit(keys[0], issued[0].command);
  await settle();
  for (let i = 1; i < 4; i++) rig.cluster.submit(keys[i], issued[i].command);
  update(rig, "one");
  await settle();
  const [two, one] = [transports.get("two"), transports.get("one")];
  assertEquals(two?.written, `incr ${keys[0]} 1\r\n`);
  assertEquals(one?.written, keys.slice(1).map((key) => `incr ${key} 1\r\n`).join(""));
  assertEquals([two?.closed, summaries(issued)], [false, ["open", "open", "open", "open"]]);
  two?.feed("7\r\n");
  one?.feed("1\r\n2\r\n3\r\n");
  await settle();
  assertEquals([two?.closed, summaries(issued)], [true, [7n, 1n, 2n, 3n]]);
});

Deno.test("Cluster.update() divides a command for many keys among their new owners", async () => {
  await using rig = new ClusterRig(["one"]);
  const transports = byHost(rig);
  await rig.submit(get("a"));
  transports.get("one")?.feed("END\r\n");
  await settle();
  const told = new Told<BatchResult>();
  const items = KEYS.map(() => ({ data: "v", flags: 0 }));
  const options = { exptime: 0, noreply: false };
  const batch = new StorageBatch("set", { keys: KEYS }, [0, KEYS.length], items, options, told);
  rig.cluster.submitTo(rig.server, batch);
  update(rig, "two", "three");
  await settle();
  const written = ["two", "three"].map((host) => transports.get(host)?.written ?? "");
  const stored = written.map((text) =>
    Array.from(text.matchAll(/^set (\S+) 0 0 1\r\nv\r\n/gm), ([, key]) => key)
  );
  assert(stored.every(({ length }) => length > 0), String(stored));
  assertEquals(stored.flat().toSorted(), KEYS.toSorted());
  for (const [i, host] of ["two", "three"].entries()) {
    assertEquals(
      stored[i],
      KEYS.filter((key) => rig.cluster.ownerOf(key).name === `${host}:11211`),
    );
  }
  const [failing] = stored[0];
  transports.get("two")?.feed("NOT_STORED\r\n" + "STORED\r\n".repeat(stored[0].length - 1));
  transports.get("three")?.feed("STORED\r\n".repeat(stored[1].length));
  await settle();
  assertEquals([told.parts, told.values.length], [1, 2]);
  assertEquals(told.values.flatMap(({ failed }) => failed), [KEYS.indexOf(failing)]);
});

Deno.test("Cluster.update() asks each of the gets that share a line at its new owner", async () => {
  await using rig = new ClusterRig(["one"]);
  const transports = byHost(rig, new Set(["four"]));
  await rig.submit(get("a"));
  transports.get("one")?.feed("END\r\n");
  await settle();
  const issued = KEYS.map((key) => get(key));
  KEYS.forEach((key, i) => rig.cluster.submit(key, issued[i].command));
  update(rig, "two", "three", "four");
  await settle();
  const ofHost = (host: string) =>
    KEYS.filter((key) => rig.cluster.ownerOf(key).name === `${host}:11211`);
  for (const host of ["two", "three"]) {
    assertEquals(transports.get(host)?.written, `get ${ofHost(host).join(" ")}\r\n`);
    transports.get(host)?.feed(...ofHost(host).map((key) => item(key, key)), "END\r\n");
  }
  await settle();
  assertEquals(
    summaries(issued),
    KEYS.map((key) => ofHost("four").includes(key) ? "ConnectionError, sent no" : key),
  );
});

Deno.test("Cluster.update() sends what waits for a dial to the new owner, and lets nobody wait", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const key = keyOf(rig, "two");
  const issued = incr(key);
  rig.cluster.submit(key, issued.command);
  assertEquals(rig.dialler.hosts, ["two"]);
  update(rig, "one");
  assertEquals(rig.dialler.hosts, ["two", "one"]);
  const one = rig.dialler.last.succeed();
  await settle();
  one.feed("1\r\n");
  await settle();
  assertEquals(issued.outcome.summary, 1n);
  assertEquals(rig.dialler.dials[0].signal.aborted, true, "nobody needs it any more");
  assertEquals(rig.changes, ["connect one:11211"]);
});

Deno.test("Cluster.update() lets a dial go on for a command without a key, and closes what comes of it", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const issued = version();
  rig.cluster.submitTo(rig.cluster.servers[1], issued.command);
  update(rig, "one");
  assertEquals([rig.dialler.hosts, rig.dialler.last.signal.aborted], [["two"], false]);
  const two = rig.dialler.last.succeed();
  await settle();
  two.feed("VERSION 1\r\n");
  await settle();
  assertEquals([issued.outcome.summary, two.closed], ["1", true]);
});

Deno.test("Cluster.close() cancels the dial of a server that has left", async () => {
  await using rig = new ClusterRig(["one", "two"], { connectTimeout: 0, timeout: 0 });
  const issued = version();
  rig.cluster.submitTo(rig.cluster.servers[1], issued.command);
  await settle();
  update(rig, "one");
  await settle();
  await rig.cluster.close();
  assertEquals(rig.dialler.last.signal.aborted, true);
  assertEquals(issued.outcome.summary, "ClosedError, sent no");
});

Deno.test("Cluster.update() after close() brings no server to life", async () => {
  await using rig = new ClusterRig(["one"]);
  await rig.cluster.close();
  update(rig, "two");
  const issued = incr("a");
  rig.cluster.submit("a", issued.command);
  await settle();
  assertEquals([rig.dialler.hosts, issued.outcome.summary], [[], "ClosedError, sent no"]);
});

Deno.test("Cluster.update() lets a command without a key end at the server that it concerns", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const transports = byHost(rig);
  const [, two] = rig.cluster.servers;
  const [first, second] = [version(), version()];
  rig.cluster.submitTo(two, first.command);
  await settle();
  rig.cluster.submitTo(two, second.command);
  update(rig, "one");
  await settle();
  assertEquals(transports.get("two")?.written, "version\r\nversion\r\n");
  transports.get("two")?.feed("VERSION 1\r\nVERSION 2\r\n");
  await settle();
  assertEquals(summaries([first, second]), ["1", "2"]);
  assertEquals(transports.get("two")?.closed, true);
});

Deno.test("Cluster.update() asks the new owner again where a server that leaves loses its connection", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const transports = byHost(rig);
  const key = keyOf(rig, "two");
  const other = KEYS.findLast((key) => rig.cluster.ownerOf(key).name === "two:11211") as string;
  const [head, bystander, change] = [loneGet(key), loneGet(key), incr(other)];
  for (const { command } of [head, bystander, change]) {
    rig.cluster.submit(key, command);
    await settle();
  }
  update(rig, "one");
  transports.get("two")?.failRead();
  await settle();
  assertEquals(transports.get("one")?.written, `get ${key}\r\n`);
  transports.get("one")?.feed(hit(key, "5"));
  await settle();
  assertEquals(summaries([head, bystander, change]), [
    "ConnectionError, sent maybe",
    "5",
    "ConnectionError, sent maybe",
  ]);
});

Deno.test("Cluster.update() fails a command sent before, whose new owner is dead, as one that may have been carried out", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const dead = new Set<string>();
  const transports = byHost(rig, dead);
  const key = keyOf(rig, "two");
  const [head, bystander] = [loneGet(key), loneGet(key)];
  for (const { command } of [head, bystander]) {
    rig.cluster.submit(key, command);
    await settle();
  }
  dead.add("one");
  update(rig, "one");
  transports.get("two")?.failRead();
  await settle();
  assertEquals(bystander.outcome.summary, "ConnectionError, sent maybe");
});

Deno.test("Cluster.update() moves a server whose alias stays and whose place does not", async () => {
  await using rig = new ClusterRig(["one a", "two b"]);
  const transports = byHost(rig);
  for (const server of rig.cluster.servers) server.dial(() => {});
  await settle();
  const [a] = rig.cluster.servers;
  update(rig, "three a", "two b");
  await settle();
  assertStrictEquals(rig.cluster.servers[0], a);
  assertEquals([transports.get("one")?.closed, transports.get("two")?.closed], [true, false]);
  a.dial(() => {});
  await settle();
  assertEquals(rig.dialler.hosts, ["one", "two", "three"]);
});

Deno.test("Cluster.update() lets a server that moves finish what was sent at its old place, and the rest waits for that", async () => {
  await using rig = new ClusterRig(["one a", "two b"]);
  const transports = byHost(rig);
  const key = KEYS.find((key) => rig.cluster.ownerOf(key).name === "a") as string;
  const [sent, unsent] = [incr(key), incr(key)];
  rig.cluster.submit(key, sent.command);
  await settle();
  rig.cluster.submit(key, unsent.command);
  update(rig, "three a", "two b");
  await settle();
  const request = `incr ${key} 1\r\n`;
  assertEquals([transports.get("one")?.written, transports.get("one")?.closed], [request, false]);
  // It may be the same server, which would carry out the second one first.
  assertEquals(rig.dialler.hosts, ["one"]);
  transports.get("one")?.feed("1\r\n");
  await settle();
  assertEquals([transports.get("one")?.closed, transports.get("three")?.written], [true, request]);
  transports.get("three")?.feed("2\r\n");
  await settle();
  assertEquals(summaries([sent, unsent]), [1n, 2n]);
});

Deno.test("Cluster.update() forgets a server that left: with its name comes a new one", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  byHost(rig, new Set(["two"]));
  const [, two] = rig.cluster.servers;
  two.dial(() => {});
  await settle();
  assertEquals(two.dead, true);
  update(rig, "one");
  update(rig, "one", "two");
  assertNotStrictEquals(rig.cluster.servers[1], two);
  assertEquals(rig.cluster.servers[1].dead, false);
});

Deno.test("Cluster.update() refuses two servers of one name, and changes nothing", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const before = rig.cluster.servers;
  assertThrows(() => update(rig, "one", "three x", "four x"), TypeError, '"x"');
  assertStrictEquals(rig.cluster.servers, before);
});

Deno.test("Cluster.unref() holds for servers that come later", async () => {
  await using rig = new ClusterRig(["one"]);
  rig.dialler.open();
  rig.cluster.unref();
  update(rig, "two");
  await rig.submit(get("a"));
  assertEquals(rig.transport.unrefs, 1);
});

Deno.test("Cluster.close() waits for what a server that leaves has still to finish", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  const transports = byHost(rig);
  const key = keyOf(rig, "two");
  const issued = incr(key);
  rig.cluster.submit(key, issued.command);
  await settle();
  update(rig, "one");
  let isClosed = false;
  const closing = rig.cluster.close().then(() => isClosed = true);
  await settle();
  assertEquals([isClosed, issued.outcome.summary], [false, "open"]);
  transports.get("two")?.feed("3\r\n");
  await closing;
  assertEquals(issued.outcome.summary, 3n);
});

function item(key: string, data: string): string {
  return `VALUE ${key} 0 ${data.length}\r\n${data}\r\n`;
}

const KEYS: readonly string[] = Array.from({ length: 40 }, (_, i) => `key:${i}`);

function update(rig: ClusterRig, ...servers: string[]): void {
  rig.cluster.update(servers.map(parseAddress));
}

function keyOf(rig: ClusterRig, host: string): string {
  return KEYS.find((key) => rig.cluster.ownerOf(key).name === `${host}:11211`) as string;
}

/** The latest transport of each host; dials to the dead ones fail. */
function byHost(
  rig: ClusterRig,
  dead: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, ScriptedTransport> {
  const transports = new Map<string, ScriptedTransport>();
  rig.dialler.answer = (endpoint) => {
    const host = "path" in endpoint ? endpoint.path : endpoint.hostname;
    if (dead.has(host)) return new Error("connection refused");
    const transport = new ScriptedTransport();
    transports.set(host, transport);
    return transport;
  };
  return transports;
}

Deno.test("Cluster.update() has a server that comes back wait until what was sent before has been answered", async () => {
  await using rig = new ClusterRig(["one", "two"]);
  rig.dialler.open();
  const key = keyOf(rig, "two");
  const first = incr(key);
  rig.cluster.submit(key, first.command);
  await settle();
  const before = rig.transport;
  update(rig, "one");
  update(rig, "one", "two");
  const second = incr(key);
  rig.cluster.submit(key, second.command);
  // Longer than a dial may take: a server that is waited for is not dead.
  await rig.pass(150);
  assertEquals(rig.dialler.hosts, ["two"]);
  before.feed("1\r\n");
  await settle();
  assertEquals([before.closed, rig.dialler.hosts], [true, ["two", "two"]]);
  await rig.reply("2\r\n");
  assertEquals(summaries([first, second]), [1n, 2n]);
});
