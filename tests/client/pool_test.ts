/** The option `connections`, against a live memcached. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { sameBytes } from "../compat/same_bytes.ts";
import { eventually, within } from "../support/eventually.ts";
import { settle } from "../support/settle.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { recordEvents } from "../support/failures.ts";
import { GatedConnect } from "./gated_connect.ts";

Deno.test("Client makes one connection for one call at a time, whatever it may make", async () => {
  await using rig = await start(8);
  const { client, gate } = rig;
  for (let i = 0; i < 200; i++) {
    assert(await client.set(`key${i % 10}`, i));
    assertEquals(await client.get(`key${i % 10}`), i);
  }
  assertEquals([gate.dials, gate.open], [1, 1]);
});

Deno.test("Client opens connections while calls wait for each other, up to `connections`, and no more", async () => {
  for (const most of [1, 2, 5]) {
    await using rig = await start(most);
    const { client, gate } = rig;
    let calls = 0;
    await client.set("n", 0);
    await eventually(`${most} connections are open`, async () => {
      await Promise.all(Array.from({ length: 50 }, () => client.incr("n")));
      calls += 50;
      assert(gate.open <= most);
      return gate.open === most;
    });
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 50 }, () => client.incr("n")));
      calls += 50;
    }
    assertEquals(gate.dials, most);
    assertEquals(await client.get("n"), calls, "each was carried out once");
  }
});

Deno.test("Client spreads its callers over its connections evenly", async () => {
  await using rig = await start(4);
  const { client, gate } = rig;
  await client.setMulti(Array.from({ length: 200 }, (_, i) => [`n${i}`, i]));
  await rig.grow();
  for (const connection of gate.connections) connection.hold();
  const before = gate.requests("incr");
  const calls = Array.from({ length: 200 }, (_, i) => client.incr(`n${i}`));
  await eventually("all are sent", () => sum(gate.requests("incr")) === sum(before) + 200);
  const sent = gate.requests("incr").map((count, i) => count - before[i]);
  assertEquals(sent, [50, 50, 50, 50]);
  for (const connection of gate.connections) connection.release();
  assertEquals(await Promise.all(calls), calls.map((_, i) => i + 1));
});

Deno.test("Client with more connections than one lets small replies pass a big one", async () => {
  const keys = Array.from({ length: 30 }, (_, i) => `big${i}`);
  const value = new Uint8Array(900_000).fill(7);
  for (const connections of [1, 2, 3]) {
    await using rig = await start(connections);
    const { client, gate, observer } = rig;
    await observer.setMulti([...keys.map((key) => [key, value] as const), ["small", "s"]]);
    await rig.grow();
    for (const connection of gate.connections) connection.hold();
    let isThere = false;
    const big = client.getMulti<Uint8Array>(keys).finally(() => isThere = true);
    await eventually("it is asked", () => sum(gate.requests("get big0")) === 1);
    const busy = gate.connections[gate.requests("get big0").indexOf(1)];
    for (const connection of gate.connections) if (connection !== busy) connection.release();
    if (connections === 1) {
      let isSmallThere = false;
      const small = client.get("small").finally(() => isSmallThere = true);
      await eventually("it is asked", () => sum(gate.requests("get small")) === 1);
      await observer.get("small");
      assertEquals(isSmallThere, false, "on one connection it waits");
      busy.release();
      assertEquals(await small, "s");
    } else {
      for (let i = 0; i < 50; i++) {
        const calls = Promise.all([client.get("small"), client.set("other", i)]);
        assertEquals(await within("small replies", calls), ["s", true]);
      }
      assertEquals(isThere, false);
      busy.release();
    }
    const found = await within("the big reply", big);
    assertEquals(Array.from(found.keys()), keys);
    for (const bytes of found.values()) assert(sameBytes(bytes, value));
  }
});

Deno.test("Client sends a small get of the same tick past a big getMulti", async () => {
  await using rig = await start(2);
  const { client, gate } = rig;
  await client.set("small", "s");
  await rig.grow();
  const [first, second] = gate.connections;
  first.hold();
  const big = client.getMulti(["big1", "big2"]);
  assertEquals(await within("the small reply", client.get("small")), "s");
  assert(first.sent.includes("get big1 big2") && second.sent.includes("get small"));
  first.release();
  assertEquals((await big).size, 0);
});

Deno.test("Client closes connections that were idle for ten seconds, all but one", async () => {
  const clock = new ManualClock();
  await using rig = await start(3, { clock });
  const { client, gate } = rig;
  const { disconnect, failure, dead } = recordEvents(client);
  await rig.grow();
  clock.advance(9_000);
  assertEquals(gate.open, 3, "not yet");
  gate.connections[1].hold();
  gate.connections[0].hold();
  const [one, other] = [client.get("a"), client.incr("b")];
  await eventually("both are sent", () => {
    clock.advance(1);
    return sum(gate.requests("get a")) + sum(gate.requests("incr b")) === 2;
  });
  clock.advance(1_000);
  assertEquals(gate.connections.map(({ closed }) => closed), [false, false, true]);
  for (const connection of gate.connections) connection.release();
  assertEquals(await Promise.all([one, other]), [undefined, undefined]);
  clock.advance(5_000);
  assertEquals(gate.open, 2, "one was used lately");
  clock.advance(15_000);
  assertEquals(gate.connections.map(({ closed }) => closed), [false, true, true]);
  clock.advance(60_000);
  assertEquals([gate.open, clock.timers], [1, 0], "the last one stays, and no timer");
  const set = client.set("k", 1);
  await settle();
  clock.advance(4);
  assertEquals([await set, gate.dials], [true, 3]);
  await rig.grow();
  assertEquals(gate.dials, 5, "they come back on need");
  await eventually("all is heard", () => disconnect.length === 2);
  assert(disconnect.every(({ error }) => error === undefined));
  assertEquals([failure.length, dead.length], [0, 0]);
});

Deno.test("Client replaces a connection that was lost, and its other ones serve on", async () => {
  await using rig = await start(3);
  const { client, gate } = rig;
  const { disconnect, failure, dead } = recordEvents(client);
  await client.set("k", "v");
  await rig.grow();
  // One that is idle, then one that owes an answer.
  gate.connections[1].lose();
  await eventually("it is noticed", () => disconnect.length === 1);
  assertEquals([await client.get("k"), gate.open], ["v", 2]);
  await rig.grow();
  assertEquals([gate.dials, gate.open], [4, 3]);
  const [first] = gate.connections;
  first.hold();
  const before = first.sent.length;
  const asked = [client.get("k"), client.getMulti(["k"])];
  await eventually("one is sent there", () => first.sent.length > before);
  first.lose();
  const [value, many] = await Promise.all(asked);
  // The head of a lost connection fails; the other one had a connection of its own.
  assertEquals([value, (many as Map<string, unknown>).get("k")], [undefined, "v"]);
  assertEquals([failure.length, dead.length, disconnect.length], [1, 0, 2]);
  await rig.grow();
  assertEquals([gate.dials, gate.open], [5, 3]);
});

Deno.test("Client.close() waits for all connections, and closes them", async () => {
  await using rig = await start(3);
  const { client, gate, server, observer } = rig;
  const connected = async () =>
    (await observer.stats()).get(server.address)!.curr_connections as number;
  const without = await connected();
  await client.setMulti(Array.from({ length: 6 }, (_, i) => [`n${i}`, 0]));
  await rig.grow();
  for (const connection of gate.connections) connection.hold();
  const calls = Array.from({ length: 6 }, (_, i) => client.incr(`n${i}`));
  let isClosed = false;
  const closing = client.close().then(() => isClosed = true);
  for (const connection of gate.connections) {
    await observer.get("n");
    assertEquals(isClosed, false);
    connection.release();
  }
  await within("close", closing);
  assert((await Promise.all(calls)).every((value) => typeof value === "number"));
  assertEquals(gate.open, 0);
  await eventually("memcached knows", async () => await connected() === without);
});

Deno.test("Client.close() while one more connection is dialled leaves none open", async () => {
  await using rig = await start(2);
  const { client, gate } = rig;
  await client.set("n", 1);
  const calls = [client.incr("n"), client.incr("n")];
  assertEquals(gate.dials, 2, "it is being dialled");
  await within("close", client.close());
  assertEquals(await Promise.all(calls), [2, 3]);
  await eventually("what came late is closed", () => gate.open === 0);
});

Deno.test("Client that cannot have one more connection serves on with what it has", async () => {
  const clock = new ManualClock();
  await using rig = await start(3, { clock, retryTimeout: 5000 });
  const { client, gate } = rig;
  const { connect, failure, dead } = recordEvents(client);
  await client.set("n", 0);
  gate.refuses = true;
  for (let round = 1; round <= 20; round++) {
    const values = await Promise.all(Array.from({ length: 10 }, () => client.incr("n")));
    assertEquals(values.at(-1), 10 * round);
  }
  assertEquals([gate.dials, gate.open, connect.length], [2, 1, 1], "not tried again at once");
  assertEquals([failure.length, dead.length, client.lastError], [0, 0, undefined]);
  gate.refuses = false;
  clock.advance(5000);
  await rig.grow(4);
  assertEquals([gate.dials, gate.open], [4, 3]);
});

interface Rig extends AsyncDisposable {
  readonly server: Memcached;
  readonly client: Client;
  /** What the client dials with. */
  readonly gate: GatedConnect;
  /** Another client of the same server. */
  readonly observer: Client;
  /**
   * Keeps the client busy until it has all the connections it may have.
   *
   * @param rest For how many milliseconds of its clock it may look at an idle connection before it writes.
   */
  grow(rest?: number): Promise<void>;
}

async function start(connections: number, options: ClientOptions = {}): Promise<Rig> {
  const server = await startMemcached({ args: ["-m", "128"] });
  const gate = new GatedConnect();
  const client = new Client(server.address, {
    connections,
    connectTimeout: 5000,
    pollTimeout: 0,
    timeout: 0,
    connect: gate.connect,
    ...options,
  });
  const observer = new Client(server.address, { connectTimeout: 5000, pollTimeout: 5000 });
  return {
    server,
    client,
    gate,
    observer,
    grow: (rest = 0) =>
      eventually(`${connections} connections are open`, async () => {
        const calls = Promise.all(Array.from({ length: 20 }, () => client.touch("grow", 1)));
        // An idle connection is looked at for some timers of the clock.
        await settle();
        if (options.clock instanceof ManualClock) options.clock.advance(rest);
        await calls;
        return gate.open === connections;
      }),
    async [Symbol.asyncDispose](): Promise<void> {
      for (const connection of gate.connections) connection.release();
      await client.close();
      await observer.close();
      await server.stop();
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
