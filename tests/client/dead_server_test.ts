import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  ConnectionError,
  MultiError,
  type MultiResult,
  ServerDeadError,
} from "@libmc/libmc";
import { type Fault, MemcachedServer } from "@libmc/libmc/testing";
import { hitsOf } from "../support/answers.ts";
import { eventually, within } from "../support/eventually.ts";
import { keysOf, recordEvents } from "../support/failures.ts";
import { type Kind, type Verb, VERBS } from "../support/verbs.ts";
import { startRestartable } from "../support/some_port.ts";

const KEYS: readonly string[] = Array.from({ length: 60 }, (_, i) => `${i}:key`);

Deno.test("Client with one of three servers dead gives the others' part of every call for many", async () => {
  await using cluster = await Cluster.start();
  for (const isConnected of [true, false]) {
    await using client = cluster.client({ allowFlushAll: true });
    if (isConnected) await client.version();
    await using all = cluster.client({ strict: true });
    await all.setMulti(KEYS.map((key) => [key, key]));
    const lost = cluster.servers[1].address;
    const dead = keysOf(client, lost, KEYS);
    const alive = KEYS.filter((key) => !dead.includes(key));
    assert(dead.length > 0 && alive.length > 0);
    await cluster.stop(1);
    const hits = new Map(alive.map((key) => [key, key]));
    const { failure } = recordEvents(client);

    // Once while it is found out that the server is dead, once when that is known.
    for (const _ of [1, 2]) {
      failure.length = 0;
      assertEquals(await client.getMulti(KEYS), hits);
      assertEquals(failure.map(({ server }) => server), [lost]);
      const error = await assertRejects(
        () => client.getMulti(KEYS, { strict: true }),
        MultiError<Map<string, string>>,
      );
      assertEquals(error.partial, hits);
      assertEquals(error.errors.map(({ server }) => server), [lost]);
      assert(
        error.errors[0] instanceof ServerDeadError || error.errors[0] instanceof ConnectionError,
      );
    }
    for (const verb of forMany("retrieval")) {
      const answer = await verb.call(client, undefined, { keys: KEYS });
      assertEquals(hitsOf(verb, answer, KEYS), hits, verb.name);
    }
    const failed: MultiResult = { ok: false, failed: dead };
    for (const { name, call } of forMany("storage")) {
      const given = { keys: KEYS, value: "-", data: "+" };
      assertEquals(await call(client, undefined, given), failed, name);
    }
    assertEquals(await client.get(alive[0]), "+-+");
    const refused = await assertRejects(
      () => client.setMulti({ [dead[0]]: 1 }, { strict: true }),
      MultiError<MultiResult>,
    );
    assertEquals(refused.partial, { ok: false, failed: [dead[0]] });
    assertEquals(refused.sent, "no");
    for (const { name, call } of forMany("deletion")) {
      assertEquals(await call(client, undefined, { keys: KEYS }), failed, name);
    }
    assertEquals((await client.getMulti(KEYS)).size, 0);

    const names = client.servers.filter((server) => server !== lost).toSorted();
    for (const { name, call } of forMany("server")) {
      const answer = await call(client) as Map<string, unknown> | string[];
      const answered = answer instanceof Map ? Array.from(answer.keys()) : answer;
      assertEquals(answered.toSorted(), names, name);
    }
    const error = await assertRejects(
      () => client.flushAll({ strict: true }),
      MultiError<string[]>,
    );
    assertEquals(error.partial.toSorted(), names);

    assertEquals(await client.get(dead[0]), undefined);
    assertEquals(await client.set(dead[0], 1), false);
    assertEquals(await client.set(alive[0], 1, { strict: true }), true);
    await assertRejects(() => client.get(dead[0], { strict: true }), ServerDeadError, lost);
    await cluster.restart(1);
  }
});

function forMany(kind: Kind): readonly Verb[] {
  return VERBS.filter((verb) => verb.isMulti && verb.kind === kind);
}

const FAULTS: Readonly<Record<string, Fault>> = {
  "is silent": { kind: "missingReply", then: "silence" },
  "is silent in a value": { kind: "truncatedValue", keep: 1, then: "silence" },
  "closes": { kind: "missingReply", then: "close" },
  "closes in a value": { kind: "truncatedValue", keep: 1, then: "close" },
  "answers for another key": { kind: "wrongKey" },
  "talks nonsense": { kind: "garbageLine" },
  "says SERVER_ERROR": { kind: "serverError" },
};

for (const [what, fault] of Object.entries(FAULTS)) {
  Deno.test(`Client with one of three servers that ${what} gives the others' part of getMulti()`, async () => {
    await using cluster = await Cluster.start();
    await using all = cluster.client({ strict: true });
    await all.setMulti(KEYS.map((key) => [key, key]));
    for (const maxRetries of [0, 2]) {
      const pollTimeout = what.startsWith("is silent") ? 100 : 5000;
      await using client = cluster.client({ pollTimeout, maxRetries, deadAfter: 0 });
      await client.version();
      const bad = cluster.servers[1];
      const lost = keysOf(client, bad.address, KEYS);
      const alive = KEYS.filter((key) => !lost.includes(key));
      const { failure } = recordEvents(client);
      const active = bad.fault({ ...fault, commands: ["get"] } as Fault);
      // An error line behind the last item leaves all of them certain.
      const mayBeWhole = fault.kind === "serverError";
      assertPart(await client.getMulti(KEYS), alive, mayBeWhole);
      assertEquals(failure.map(({ server }) => server), [bad.address]);
      const error = await assertRejects(
        () => client.getMulti(KEYS, { strict: true }),
        MultiError<Map<string, string>>,
      );
      assertPart(error.partial, alive, mayBeWhole);
      assertEquals(error.sent, "maybe");
      assertEquals(error.errors.map(({ server }) => server), [bad.address]);
      assertEquals(failure.length, 2);
      assertPart(
        new Map((await client.getList(KEYS)).flatMap((value, i) => {
          return value === undefined ? [] : [[KEYS[i], value]];
        })),
        alive,
        mayBeWhole,
      );
      active.remove();
      await eventually("all is well", async () => {
        return (await client.getMulti(KEYS)).size === KEYS.length;
      });
    }
  });
}

/** Asserts that all hits of the servers that answered are there; of the other's, none but what is right. */
function assertPart(
  found: ReadonlyMap<string, unknown>,
  alive: readonly string[],
  mayBeWhole: boolean,
): void {
  for (const key of alive) assertEquals(found.get(key), key);
  for (const [key, value] of found) assertEquals(value, key);
  assert(mayBeWhole || found.size < KEYS.length, "what failed cannot be the whole");
}

Deno.test("Client with failover takes the keys of a dead server to the next one, and back", async () => {
  await using cluster = await Cluster.start();
  await using client = cluster.client({ failover: true, retryTimeout: 50 });
  const { alive, dead, failure } = recordEvents(client);
  await client.setMulti(KEYS.map((key) => [key, "before"]));
  const lost = cluster.servers[1].address;
  const moved = keysOf(client, lost, KEYS);
  await cluster.stop(1);
  await eventually("the loss is noticed", () => client.counters().get(lost)?.disconnects === 1);

  assertEquals(await client.setMulti(KEYS.map((key) => [key, "after"]), { strict: true }), {
    ok: true,
    failed: [],
  });
  assertEquals(dead.map(({ server }) => server), [lost]);
  assertInstanceOf(dead[0].error, ConnectionError);
  assertEquals(failure, []);
  const standIns = new Set<string | undefined>();
  for (const key of moved) {
    assertEquals(client.getHostByKey(key), lost);
    const standIn = await client.getRealtimeHostByKey(key);
    assert(standIn !== lost && client.servers.includes(standIn!), standIn);
    standIns.add(standIn);
    await using direct = new Client(standIn!, { strict: true });
    assertEquals(await direct.get(key), "after");
  }
  assertEquals(standIns.size, 2);
  assertEquals(await client.get(moved[0], { strict: true }), "after");
  assertEquals(await client.incr(moved[0]), undefined);
  assertEquals((await client.getMulti(KEYS, { strict: true })).size, KEYS.length);

  await cluster.restart(1);
  await eventually(
    "the keys are back",
    async () => await client.getRealtimeHostByKey(moved[0]) === lost,
  );
  assertEquals(alive.map(({ server }) => server), [lost]);
  // What the stand-in got stays there; the owner came back empty.
  assertEquals(await client.getMulti(moved, { strict: true }), new Map());
  assertEquals(await client.set(moved[0], "again", { strict: true }), true);
  assertEquals(cluster.servers[1].items, 1);
});

Deno.test("Client takes up failover when config() sets it, and drops it", async () => {
  await using cluster = await Cluster.start();
  await using client = cluster.client();
  const lost = cluster.servers[2].address;
  const [key] = keysOf(client, lost, KEYS);
  await cluster.stop(2);
  assertEquals(await client.set(key, 1), false);
  client.config({ failover: true });
  assertEquals(await client.set(key, 1), true);
  assertEquals(await client.get(key), 1);
  client.config({ failover: false });
  assertEquals(await client.get(key), undefined);
});

Deno.test("Client fails at once while a server is known to be dead, and dials once when it may again", async () => {
  const connectTimeout = 200;
  const retryTimeout = 1000;
  let dials = 0;
  await using client = new Client("127.0.0.1:1", {
    connectTimeout,
    retryTimeout,
    connect: (_, signal) => {
      dials++;
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
  });
  const { dead } = recordEvents(client);
  const [first] = await timed(() => Promise.all(KEYS.map((key) => client.get(key))));
  const deadSince = performance.now();
  assert(first >= connectTimeout - 5 && first < 10 * connectTimeout, `the dial took ${first} ms`);
  assertEquals(dials, 1);
  assertEquals(dead.map(({ server }) => server), ["127.0.0.1:1"]);
  assertInstanceOf(client.lastError, ConnectionError);

  const calls = 100;
  const [quick] = await timed(async () => {
    for (let i = 0; i < calls; i++) {
      await assertRejects(() => client.get(`a${i}`, { strict: true }), ServerDeadError);
    }
  });
  assert(quick / calls < connectTimeout / 50, `a call took ${quick / calls} ms`);
  assertEquals(dials, 1);

  await eventually("it is dialled again", () => {
    if (dials === 1) void client.get("probe");
    return dials === 2;
  });
  // The pause is up to a fifth shorter.
  assert(performance.now() - deadSince >= 0.8 * retryTimeout - 5);
  // While the one dial is under way, nobody else waits for it.
  const [during] = await timed(() => Promise.all(KEYS.map((key) => client.get(key))));
  assert(during < connectTimeout / 2, `calls during the dial took ${during} ms`);
  assertEquals(dials, 2);
});

Deno.test("Client is back within the retry timeout of a server that returns", async () => {
  await using cluster = await Cluster.start(1);
  const retryTimeout = 100;
  await using client = cluster.client({ retryTimeout });
  const { alive, dead, disconnect } = recordEvents(client);
  const { address } = cluster.servers[0];
  await client.set("a", 1);
  await cluster.stop(0);
  await eventually("the loss is noticed", () => disconnect.length === 1);
  assertEquals(await client.get("a"), undefined);
  assertEquals(dead.map(({ server }) => server), [address]);
  await cluster.restart(0);
  const since = performance.now();
  await eventually("it is back", () => client.set("a", 2));
  const took = performance.now() - since;
  assert(took < retryTimeout + 1000, `it took ${took} ms`);
  assertEquals(alive.map(({ server, error }) => [server, error]), [[address, undefined]]);
  assertEquals(await client.get("a", { strict: true }), 2);
});

Deno.test("Client settles calls that wait for a server that moves", async () => {
  await using cluster = await Cluster.start(1);
  await using client = new Client("127.0.0.1:1 one", {
    strict: true,
    connectTimeout: 5000,
    connect: async (endpoint, signal) => {
      if ("port" in endpoint && endpoint.port === 1) {
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      }
      const { hostname, port } = endpoint as { hostname: string; port: number };
      return await Deno.connect({ hostname, port });
    },
  });
  const waiting = client.set("a", 1);
  assertEquals(client.updateServers([`${cluster.servers[0].address} one`]), true);
  assertEquals(await within("the call", waiting), true);
});

/** Embedded servers that can be taken away and brought back at the same port. */
class Cluster implements AsyncDisposable {
  readonly servers: MemcachedServer[];

  static async start(count = 3): Promise<Cluster> {
    return new Cluster(
      await Promise.all(Array.from({ length: count }, () => startRestartable())),
    );
  }

  private constructor(servers: MemcachedServer[]) {
    this.servers = servers;
  }

  client(options: ClientOptions = {}): Client {
    return new Client(this.servers.map(({ address }) => address), {
      connectTimeout: 5000,
      pollTimeout: 5000,
      ...options,
    });
  }

  async stop(index: number): Promise<void> {
    await this.servers[index].stop();
  }

  async restart(index: number): Promise<void> {
    const { port } = this.servers[index];
    this.servers[index] = await MemcachedServer.start({ port });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

async function timed<T>(run: () => Promise<T>): Promise<[milliseconds: number, T]> {
  const start = performance.now();
  const result = await run();
  return [performance.now() - start, result];
}

Deno.test("Calls to a dead server share an error for a moment, and one that rejects has its own", async () => {
  const connect = () => Promise.reject(new Error("refused"));
  const client = new Client("one", { connect, warn: false });
  const { failure } = recordEvents(client);
  await client.get("a");
  await Promise.all([client.get("a"), client.get("b"), client.getMulti(["c", "d"])]);
  const shared = client.lastError;
  assertInstanceOf(shared, ServerDeadError);
  const errors = await Promise.all(
    [client.get("a", { strict: true }), client.getMulti(["b"], { strict: true })].map((call) =>
      call.catch((error) => error)
    ),
  );
  for (const thrown of errors) {
    const error = thrown instanceof MultiError ? thrown.errors[0] : thrown;
    assertInstanceOf(error, ServerDeadError);
    assertEquals([error.message, error.cause], [shared.message, shared.cause]);
    assert((thrown as Error).stack?.includes("dead_server_test.ts"), String(thrown));
  }
  assertEquals(new Set([shared, ...errors]).size, 3);
  await eventually("all failures are told", () => failure.length >= 6);
  await client.close();
});
