/** What connections hold in memory that have nothing to do, or have ended. */

import v8 from "node:v8";
import vm from "node:vm";
import { assert } from "@std/assert";
import { Client, type Transport } from "@libmc/libmc";
import { RequestBuffers } from "../../src/connection/contract.ts";
import { Rig } from "../connection/rig.ts";
import { eventually } from "../support/eventually.ts";
import { set } from "../support/issued.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { platformConnect } from "../support/platform_connect.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";

const CLIENTS = 50;

Deno.test("Client holds less than 100 kB for a connection that was used for little", async () => {
  await using server = await startMemcached();
  await assertHeld(server, 100_000, async (client) => {
    await client.set("k", "some text");
    await client.get("k");
  });
});

Deno.test("Client holds less than 1 MB for a connection after a peak", async () => {
  await using server = await startMemcached({ args: ["-m", "256"] });
  const items = Array.from({ length: 3000 }, (_, i) => [`key${i}`, "v".repeat(500)] as const);
  await assertHeld(server, 1_000_000, async (client) => {
    await client.setMulti(items);
    await client.set("big", new Uint8Array(5_000_000));
    await client.get("big");
    await Promise.all(items.map(([key]) => client.get(key)));
    await client.getMulti(items.map(([key]) => key));
  });
});

/**
 * By number of servers, the most bytes of a client that has not dialled, and how many clients are made. Of 1,000 servers,
 * 860 kB are the continuum. Their points are not counted here: all clients share them.
 */
const MOST_MADE = [[1, 4_700, 200], [10, 22_500, 40], [1000, 1_600_000, 1]] as const;

Deno.test("Client that has not dialled holds little for each of its servers", () => {
  for (const [servers, most, clients] of MOST_MADE) {
    const each = heldByClientOf(servers, clients);
    assert(each > 1000 && each < most, `${Math.round(each)} bytes a client of ${servers} servers`);
  }
});

Deno.test("Connection that rests holds neither buffers nor data of what it has sent", async () => {
  const buffers = new RequestBuffers();
  const rigs = Array.from({ length: 20 }, () => new Rig(new NotingTransport(), { buffers }));
  // All write at the same time, so that each has a buffer of its own.
  for (const rig of rigs) await rig.submit(set("buffered", "b".repeat(100_000)));
  for (const rig of rigs) {
    rig.transport.release();
    await rig.reply("STORED\r\n");
  }
  const alive = () => {
    collect();
    const noted = rigs.flatMap(({ transport }) => (transport as NotingTransport).noted);
    return new Set(noted.map((memory) => memory.deref())).size - 1;
  };
  // The client keeps a few buffers for the next requests.
  await eventually("the other buffers are free", () => alive() < 12);
  const kept = alive();
  for (const rig of rigs) {
    await rig.submit(set("lent", "l".repeat(500_000)));
    await rig.reply("STORED\r\n");
  }
  await eventually("the data is free", () => alive() <= kept);
  for (const rig of rigs) await rig[Symbol.asyncDispose]();
});

Deno.test("Client with several connections holds nothing of those that have ended", async () => {
  await using server = await startMemcached();
  const made: WeakRef<Transport>[] = [];
  await using client = new Client(server.address, {
    connections: 3,
    retryTimeout: 0,
    async connect(endpoint, signal) {
      const transport = await platformConnect(endpoint, signal);
      made.push(new WeakRef(transport));
      return transport;
    },
  });
  const open = () => {
    const { connects, disconnects } = client.counters().get(server.address)!;
    return connects - disconnects;
  };
  const value = "v".repeat(20_000);
  for (let round = 0; round < 30; round++) {
    // Each round has keys of its own, which nobody asks for again.
    let call = 0;
    await eventually("three connections are open", async () => {
      const keys = Array.from({ length: 20 }, () => `key${round}-${call++}`);
      await Promise.all(keys.map((key) => client.set(key, value)));
      return open() === 3;
    });
    made.at(-1)?.deref()?.close();
    await eventually("one has ended", () => open() < 3);
  }
  collect();
  const left = made.filter((transport) => transport.deref() !== undefined).length;
  assert(made.length >= 30 && left <= 4, `${left} of ${made.length} are held`);
});

/** Makes some clients that dial nobody, and gives the bytes that each of them holds. */
function heldByClientOf(servers: number, clients: number): number {
  const names = Array.from({ length: servers }, (_, i) => `10.0.0.${i % 9}:11211 cache${i}`);
  const make = () => {
    const client = new Client(names);
    client.getHostByKey("key");
    return client;
  };
  // The first one computes the points of the servers, which all share.
  make();
  const before = held();
  const made = Array.from({ length: clients }, make);
  return (held() - before) / made.length;
}

/** Uses a number of clients, and compares the memory with what it was before they were made. */
async function assertHeld(
  server: Memcached,
  most: number,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  // The first one brings what all share: code, tables.
  await using first = clientOf(server);
  await use(first);
  await using clients = new AsyncDisposableStack();
  const before = held();
  for (let i = 0; i < CLIENTS; i++) await use(clients.use(clientOf(server)));
  const each = (held() - before) / CLIENTS;
  // It must hold some buffers: if none are seen, this measures nothing.
  assert(each > 10_000 && each < most, `${Math.round(each)} bytes a client`);
}

function clientOf(server: Memcached): Client {
  const patience = { connectTimeout: 5000, pollTimeout: 10_000, timeout: 30_000 };
  return new Client(server.address, patience);
}

/** Bytes in use once all garbage is gone, buffers included. */
function held(): number {
  collect();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Remembers the big memory that it was given, but does not keep it. */
class NotingTransport extends ScriptedTransport {
  readonly noted: WeakRef<ArrayBufferLike>[] = [];

  constructor() {
    super({ held: true });
  }

  override write({ buffer, length }: Uint8Array): Promise<number> {
    if (buffer.byteLength >= 100_000) this.noted.push(new WeakRef(buffer));
    return super.write(new Uint8Array(length));
  }
}

/** Collects all garbage. */
function collect(): void {
  v8.setFlagsFromString("--expose-gc");
  const gc = vm.runInNewContext("gc") as () => void;
  for (let i = 0; i < 3; i++) gc();
}
