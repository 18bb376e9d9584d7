/**
 * What a client that does nothing holds: before it has dialled, and connected to all its servers. A process for each
 * figure does nothing else, makes many clients of few servers, or one of many, and asks the collector first. Bytes are
 * those of the heap and of the buffers outside it; the growth of the process is printed beside, with what the sockets
 * cost the runtime in it.
 */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { SMOKE } from "./contest.ts";
import { print } from "./verdict.ts";

/** Clients, and servers of each: about a thousand servers, so that what is measured is large beside what is not. */
const SIZES = SMOKE ? [[2, 1], [1, 10]] : [[1_000, 1], [100, 10], [1, 1_000]];
const RUNS = SMOKE ? 1 : 3;

/**
 * Most kB that a client may hold, by its number of servers: a third less than when each connection had three buffers of
 * 16 KiB of its own.
 */
const TARGETS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  made: { 1: 4.42, 10: 22.5, 1000: 2_399 },
  connected: { 1: 41.7, 10: 393, 1000: 39_750 },
};
const MOST_BYTES_A_CONNECTION = 37_350;

type State = "bare" | "made" | "connected";

interface Held {
  readonly bytes: number;
  readonly process: number;
}

const [state, clients, servers, ...addresses] = Deno.args;
if (state === "bare" || state === "made" || state === "connected") {
  await hold(state, Number(clients), Number(servers), addresses);
} else {
  await measureAll();
}

async function measureAll(): Promise<void> {
  await using daemon = await startMemcached({
    args: ["-t", "1", "-c", "4096"],
  });
  await using other = await startMemcached({
    args: ["-t", "1", "-c", "4096"],
  });
  const addresses = [daemon.address, other.address];
  const each: Record<string, Held> = {};
  for (const state of ["bare", "made", "connected"] as const) {
    for (const [clients, servers] of SIZES) {
      if (state === "bare" && clients > 1) continue;
      const held = await median(state, clients, servers, addresses);
      each[`${state} ${servers}`] = held;
      const what = state === "bare"
        ? `${servers} bare connections`
        : `client of ${servers}, ${state}`;
      const atMost = TARGETS[state]?.[servers];
      print({
        what,
        figure: held.bytes / 1000,
        unit: " kB",
        ...atMost === undefined ? {} : { atMost },
      });
      print({
        what: `${what}, growth of the process`,
        figure: held.process / 1000,
        unit: " kB",
      });
    }
  }
  const most = SIZES[SIZES.length - 1][1];
  print({
    what: "a connection",
    figure: (each[`connected ${most}`].bytes - each[`made ${most}`].bytes) /
      most,
    unit: " B",
    atMost: MOST_BYTES_A_CONNECTION,
  });
}

async function median(
  state: State,
  clients: number,
  servers: number,
  addresses: readonly string[],
): Promise<Held> {
  const runs: Held[] = [];
  for (let run = 0; run < RUNS; run++) {
    runs.push(await inChild(state, clients, servers, addresses));
  }
  const middle = (of: (held: Held) => number) =>
    runs.map(of).sort((a, b) => a - b)[runs.length >> 1];
  return {
    bytes: middle(({ bytes }) => bytes),
    process: middle(({ process }) => process),
  };
}

async function inChild(
  state: State,
  clients: number,
  servers: number,
  addresses: readonly string[],
): Promise<Held> {
  const { stdout, success } = await new Deno.Command("deno", {
    args: [
      "run",
      "-q",
      "-P=bench",
      "--v8-flags=--expose-gc",
      import.meta.url,
      state,
      String(clients),
      String(servers),
      ...addresses,
    ],
    cwd: new URL("../../", import.meta.url),
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot measure as the holding process failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Makes some clients, lets them rest, and prints what each holds. */
async function hold(
  state: State,
  clients: number,
  servers: number,
  addresses: readonly string[],
): Promise<void> {
  // The first ones load code and fill caches, which are none of theirs.
  for (let i = 0; i < 3; i++) {
    const [client] = await make(state, 1, Math.min(servers, 10), addresses);
    await client.close();
  }
  const before = await use();
  const made = await make(state, clients, servers, addresses);
  const after = await use();
  console.log(JSON.stringify({
    bytes: (after.bytes - before.bytes) / clients,
    process: (after.process - before.process) / clients,
  }));
  for (const one of made) void one.close();
  Deno.exit();
}

interface Closable {
  close(): void | Promise<void>;
}

async function make(
  state: State,
  clients: number,
  servers: number,
  addresses: readonly string[],
): Promise<Closable[]> {
  const made: Closable[] = [];
  if (state === "bare") {
    for (let i = 0; i < servers; i++) {
      const [hostname, port] = addresses[i % 2].split(":");
      const connection = await Deno.connect({ hostname, port: Number(port) });
      connection.read(new Uint8Array(1)).catch(() => {});
      made.push(connection);
    }
    return made;
  }
  for (let i = 0; i < clients; i++) {
    const names = Array.from(
      { length: servers },
      (_, i) => `${addresses[i % 2]} cache${i}`,
    );
    const client = new Client(names, {
      strict: true,
      pollTimeout: 5000,
      connectTimeout: 5000,
    });
    made.push(client);
    if (state === "made") {
      client.getHostByKey("key");
      continue;
    }
    await client.version();
    const items = Array.from(
      { length: servers },
      (_, i): [string, string] => [`key${i}`, "v".repeat(100)],
    );
    await client.setMulti(items);
    for (const [key] of items.slice(0, 100)) await client.get(key);
  }
  return made;
}

async function use(): Promise<Held> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("Cannot measure without --expose-gc");
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
  }
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return { bytes: heapUsed + external, process: rss };
}
