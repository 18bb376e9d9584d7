/** `client.health()`: which servers are up, in bounded time, whatever they do. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  Client,
  type ClientHealth,
  type ClientOptions,
  ClosedError,
  type HealthOptions,
  type MigrationStage,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { type Answering, AnsweringConnect } from "../support/answering_connect.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { settle } from "../support/settle.ts";
import { startRig } from "./migration/rig.ts";

const PATIENT = { pollTimeout: 5000, connectTimeout: 5000 };
const LONG = { timeout: 5000 };

/** A server that does all that a probe needs. */
const serves: Answering = (written) =>
  written.replaceAll(
    /(get|version)[^\r]*\r\n/g,
    (_, word) => word === "get" ? "END\r\n" : "VERSION 1.6.18\r\n",
  );
const silent: Answering = () => undefined;

/** A client of servers that answer as the test says, whose time stands still. */
function turned(
  answering: Answering,
  servers: readonly string[] = ["one:1"],
  options: ClientOptions = {},
) {
  const clock = new ManualClock();
  const dialled = new AnsweringConnect(answering);
  const client = new Client([...servers], { connect: dialled.connect, clock, ...options });
  return { clock, dialled, client };
}

/** Asks, lets so much time pass, and gives what came. */
async function asked(
  { client, clock }: { client: Client; clock: ManualClock },
  passing: number,
  options?: HealthOptions,
): Promise<ClientHealth> {
  const health = client.health(options);
  await settle();
  clock.advance(passing);
  await settle();
  let given: ClientHealth | undefined;
  void health.then((health) => given = health);
  await settle();
  assert(given !== undefined, "It has not answered in time");
  return given;
}

Deno.test("health() says of a live memcached that it is up, since when, its version and a latency", async () => {
  await using server = await startMemcached();
  await using client = new Client([`${server.address} one`, "127.0.0.1:1 two"], PATIENT);
  const before = Date.now();
  const health = await client.health(LONG);
  assertEquals(JSON.parse(JSON.stringify(health)), health, "It is a plain object");
  const [one, two] = health.servers;
  assertEquals([health.healthy, health.up, one.server, one.up], [true, 1, "one", true]);
  assert(one.version?.startsWith("1.6."));
  assert(one.latency !== undefined && one.latency >= 0 && one.latency < 5000);
  const since = Date.parse(one.since);
  assert(since >= before - 5 && since <= Date.now() + 5);
  assertEquals([two.server, two.up, two.latency, two.version], [
    "two",
    false,
    undefined,
    undefined,
  ]);
  assertStringIncludes(two.error?.message ?? "", "Cannot connect to two");
  assert(Date.parse(two.deadUntil ?? "") > Date.now());
  const again = await client.health({ ...LONG, minServers: "all" });
  assertEquals([again.healthy, again.servers[0].since], [false, one.since]);
});

Deno.test("health() counts how many servers must be up as it is told", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client([server.address, "127.0.0.1:1", "127.0.0.1:2"], PATIENT);
  for (const [minServers, healthy] of [[0, true], [1, true], [2, false], ["all", false]] as const) {
    assertEquals((await client.health({ ...LONG, minServers })).healthy, healthy, `${minServers}`);
  }
  await server.stop();
  assertEquals((await client.health({ ...LONG, minServers: 0 })).healthy, true);
  assertEquals((await client.health(LONG)).healthy, false);
});

Deno.test("health() is over at its timeout, one for all servers, when they take connections and are silent", async () => {
  const at = turned(silent, ["one:1", "two:2"]);
  await using _client = at.client;
  const health = await asked(at, 200, { timeout: 200 });
  assertEquals(health.healthy, false);
  for (const { up, error } of health.servers) {
    assertEquals([up, error?.name], [false, "TimeoutError"]);
    assertStringIncludes(error?.message ?? "", "within 200 ms");
  }
  at.clock.advance(1000);
});

Deno.test("health() is over at its timeout when the dial hangs, or a source gives no servers", async () => {
  const clock = new ManualClock();
  const dialler = new ScriptedDialler();
  await using hanging = new Client("one:1", { clock, connect: dialler.connect, connectTimeout: 0 });
  const dialled = await asked({ client: hanging, clock }, 500);
  assertEquals(dialled.servers[0].error?.name, "TimeoutError");
  dialler.last.fail();
  await using awaiting = new Client(() => new Promise<string[]>(() => {}), { clock });
  const health = await asked({ client: awaiting, clock }, 500);
  assertEquals([health.healthy, health.up, health.servers], [false, 0, []]);
  assertStringIncludes(health.error?.message ?? "", "Cannot find the servers within 500 ms");
});

Deno.test("health() gives an event loop that was blocked as much time again", async () => {
  const clock = new ManualClock();
  const dialler = new ScriptedDialler().open();
  await using client = new Client("one:1", { clock, connect: dialler.connect });
  const health = client.health({ timeout: 200 });
  await settle();
  clock.oversleep(3000);
  dialler.transport.feed("END\r\n");
  await settle();
  dialler.transport.feed("VERSION 1.6.18\r\n");
  assertEquals((await health).servers[0].up, true);
});

for (
  const [what, connect] of Object.entries({
    "is a bug": () => {
      throw new TypeError("connect has a bug");
    },
    "may not use the network": () => {
      throw Object.assign(new Error("Requires net access"), { name: "NotCapable" });
    },
    "throws what is no error": () => Promise.reject(null),
  })
) {
  Deno.test(`health() does not reject when connect ${what}`, async () => {
    await using client = new Client("one:1", { connect, strict: true });
    const failures: Event[] = [];
    client.addEventListener("failure", (event) => failures.push(event));
    const { healthy, servers: [server] } = await client.health(LONG);
    assertEquals([healthy, server.up, server.error?.name], [false, false, "ConnectionError"]);
    await settle();
    assertEquals([failures.length, client.lastError], [0, undefined], "It is no failed call");
  });
}

Deno.test("health() rejects only when the client is closed, it is aborted, or an option is wrong", async () => {
  const at = turned(silent);
  const { client } = at;
  const wrong: [object, typeof TypeError | typeof RangeError][] = [
    [{ timeout: 0 }, RangeError],
    [{ timeout: "1" }, TypeError],
    [{ minServers: -1 }, RangeError],
    [{ minServers: "most" }, TypeError],
    [{ strict: true }, TypeError],
    [{ minimum: 1 }, TypeError],
  ];
  for (const [options, type] of wrong) await assertRejects(() => client.health(options), type);
  const controller = new AbortController();
  const health = client.health({ signal: controller.signal });
  await settle();
  controller.abort(new Error("enough"));
  await assertRejects(() => health, Error, "enough");
  at.clock.advance(1000);
  await client.close();
  await assertRejects(() => client.health(), ClosedError);
  assertEquals(at.clock.timers, 0);
});

Deno.test("health() finds a server behind a password up, and one that refuses the password not", async () => {
  const asks: Answering = (written, connection) => {
    if (written.startsWith("set authenticate")) return "STORED\r\n";
    return connection.sent.includes("authenticate")
      ? serves(written, connection)
      : "CLIENT_ERROR unauthenticated\r\n";
  };
  const auth = { username: "user", password: "secret" };
  const right = turned(asks, ["one:1"], { auth });
  await using _right = right.client;
  const [server] = (await asked(right, 0)).servers;
  assertEquals([server.up, server.version], [true, "1.6.18"]);
  const refuses: Answering = (written) =>
    written.startsWith("set")
      ? "CLIENT_ERROR authentication failure\r\n"
      : "CLIENT_ERROR unauthenticated\r\n";
  for (const options of [{ auth }, {}]) {
    const wrong = turned(refuses, ["one:1"], options);
    await using _wrong = wrong.client;
    const text = JSON.stringify((await asked(wrong, 0)).servers);
    assertStringIncludes(text, '"up":false');
    assertStringIncludes(text, "authenticat");
    assert(!text.includes("secret"));
  }
});

Deno.test("health() finds a proxy up that closes the connection at version, and asks it once", async () => {
  const proxy: Answering = (written, connection) =>
    written.startsWith("version") ? null : serves(written, connection);
  const at = turned(proxy);
  await using _client = at.client;
  for (let i = 0; i < 3; i++) {
    const [server] = (await asked(at, 0)).servers;
    assertEquals([server.up, server.version, server.latency], [true, undefined, 0]);
  }
  assertEquals(at.dialled.connections.map(({ sent }) => sent.split(" ")[0].trim()), [
    "get",
    "version",
  ]);
});

Deno.test("health() finds a proxy down only if it refuses several keys", async () => {
  for (const [missing, up] of [[1, true], [3, true], [4, false]] as const) {
    let asked = 0;
    const proxy: Answering = (written, connection) =>
      written.startsWith("get") && asked++ < missing
        ? "SERVER_ERROR Host is down\r\n"
        : serves(written, connection);
    const { client } = turned(proxy);
    await using _client = client;
    const { servers: [server] } = await client.health();
    assertEquals([server.up, server.error?.message.includes("Host is down") ?? false], [up, !up]);
  }
});

Deno.test("health() says since when a server is up or not, and until when it is left alone", async () => {
  const clock = new ManualClock();
  const dialler = new ScriptedDialler();
  const { connect } = new AnsweringConnect(serves);
  let isThere = true;
  await using client = new Client("one:1", {
    clock,
    connect: (endpoint, signal) =>
      isThere ? connect(endpoint, signal) : dialler.refuse().connect(endpoint, signal),
  });
  const at = { client, clock };
  const see = async () => (await asked(at, 0)).servers[0];
  const first = await see();
  assertEquals([first.up, first.deadUntil], [true, undefined]);
  await pause();
  assertEquals((await see()).since, first.since);
  isThere = false;
  await client.quit();
  const down = await see();
  assertEquals([down.up, down.since > first.since], [false, true]);
  const pauseLeft = Date.parse(down.deadUntil ?? "") - Date.now();
  assert(pauseLeft > 3900 && pauseLeft <= 5001, `${pauseLeft}`);
  isThere = true;
  await pause();
  const left = await see();
  assertEquals([left.up, left.since], [false, down.since], "it is left alone, although it is back");
  clock.advance(5000);
  const back = await see();
  assertEquals([back.up, back.since > down.since, back.deadUntil], [true, true, undefined]);
});

/** Lets the time of the day go on. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 3));
}

Deno.test("health() tells a process that hangs, and since when, however often it takes connections", async () => {
  let hangs = false;
  const at = turned(
    (written, connection) => hangs ? undefined : serves(written, connection),
    ["one:1"],
    { deadAfter: 0 },
  );
  await using _client = at.client;
  assertEquals((await asked(at, 0)).servers[0].up, true);
  hangs = true;
  const seen = new Set<string>();
  for (let i = 0; i < 5; i++) {
    const [server] = (await asked(at, 500)).servers;
    assertEquals([server.up, server.error?.name], [false, "TimeoutError"]);
    seen.add(server.since);
    await pause();
  }
  assertEquals(seen.size, 1);
  hangs = false;
  assertEquals((await asked(at, 0)).servers[0].up, true);
});

Deno.test("health() counts as no hit and no miss, and dials no server that is connected", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  await client.set("key", 1);
  for (let i = 0; i < 5; i++) await client.health(LONG);
  const counters = client.counters().get(server.address);
  assertEquals([counters?.hits, counters?.misses, counters?.connects], [0, 0, 1]);
  assertEquals(server.commands.get("version"), 1);
});

Deno.test("health() of a client that moves is about the servers that its stage reads", async () => {
  await using rig = await startRig();
  const healthy = async (): Promise<boolean[]> => {
    const found: boolean[] = [];
    for (const stage of ["read_old", "read_new", "write_both", "done"] as MigrationStage[]) {
      const health = await rig.moving({ stage }).health(LONG);
      assertEquals(health.old !== undefined, stage !== "done");
      found.push(health.healthy);
    }
    return found;
  };
  assertEquals(await healthy(), [true, true, true, true]);
  await rig.before.stop();
  assertEquals(await healthy(), [false, false, true, true]);
});

Deno.test("health() shows the gutter, and counts it only in place of servers that are down", async () => {
  await using first = await MemcachedServer.start();
  await using second = await MemcachedServer.start();
  await using gutter = await MemcachedServer.start();
  await using client = new Client([`${first.address} first`, `${second.address} second`], {
    ...PATIENT,
    warn: false,
    gutter: [`${gutter.address} g0`, "127.0.0.1:1 g1"],
  });
  const healthy = async () => {
    const found: boolean[] = [];
    for (const minServers of [1, 2, 3, "all"] as const) {
      found.push((await client.health({ ...LONG, minServers })).healthy);
    }
    return found;
  };
  assertEquals(await healthy(), [true, true, false, false], "A gutter makes no third server");
  await first.stop();
  assertEquals(await healthy(), [true, true, false, false]);
  await second.stop();
  assertEquals(await healthy(), [true, false, false, false]);
  const health = await client.health(LONG);
  assertEquals([health.up, health.gutter?.map(({ server, up }) => `${server} ${up}`)], [
    0,
    ["g0 true", "g1 false"],
  ]);
  assertEquals(JSON.parse(JSON.stringify(health)), health);
  await gutter.stop();
  assertEquals(await healthy(), [false, false, false, false]);
});

Deno.test("health() shows the servers of other zones by name, and counts them as those that stand in", async () => {
  await using own = await MemcachedServer.start();
  await using other = await MemcachedServer.start();
  await using client = new Client(own.address, {
    ...PATIENT,
    warn: false,
    zones: { own: "west", others: { east: [other.address], south: ["127.0.0.1:1"] } },
  });
  const all = await client.health({ ...LONG, minServers: "all" });
  assertEquals([all.healthy, all.up], [false, 1]);
  const { east, south } = all.zones ?? {};
  assertEquals([east.map(({ up }) => up), south.map(({ up }) => up)], [[true], [false]]);
  assertEquals(all.gutter, undefined);
  await own.stop();
  const health = await client.health(LONG);
  assertEquals([health.healthy, health.up], [true, 0]);
  await other.stop();
  assertEquals((await client.health(LONG)).healthy, false);
});

Deno.test("health() of a client that moves shows the gutter of its old servers", async () => {
  await using rig = await startRig();
  await using gutter = await MemcachedServer.start();
  await using old = new Client(rig.before.address, { ...PATIENT, gutter: [gutter.address] });
  await using client = new Client(rig.after.address, {
    ...PATIENT,
    migrateFrom: old,
    migration: { stage: "read_old" },
  });
  await rig.before.stop();
  const health = await client.health(LONG);
  assertEquals([health.healthy, health.old?.up, health.old?.gutter?.[0].up], [true, 0, true]);
});
