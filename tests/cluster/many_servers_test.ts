/** What a call costs while most of very many servers are dead: counted, by the looks at the clock, and not timed. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { Deadline, Turns } from "../../src/clock.ts";
import { Cluster } from "../../src/cluster/cluster.ts";
import { parseAddress } from "../../src/placement/address.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcDistribution } from "../../src/placement/libmc.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { SETTINGS } from "./rig.ts";

const SERVERS = 1000;
const KEYS: readonly string[] = Array.from({ length: 20_000 }, (_, i) => `key:${i}`);

Deno.test("Cluster finds the stand-ins of many keys in a number of steps that is linear in keys and servers", async () => {
  await using rig = await startWithOneAlive();
  const { cluster, clock } = rig;
  const before = clock.looks;
  let placed = 0;
  cluster.assign(KEYS, Deadline.NEVER, ({ groups, orphans }) => {
    assertEquals(groups.map(({ server }) => server.name), ["alive"]);
    placed = groups[0].group.keys.length + orphans.length;
  }, () => {});
  assertEquals(placed, KEYS.length);
  // Whether a server is dead is asked of the clock.
  assertLess(clock.looks - before, 2 * (KEYS.length + SERVERS));
});

Deno.test("Cluster finds the same stand-in for a key among many as for the key alone", async () => {
  await using rig = await startWithOneAlive(0.5);
  const { cluster } = rig;
  const alone = new Map<string, string | undefined>();
  for (const key of KEYS.slice(0, 500)) {
    cluster.locate(key, Deadline.NEVER, (server) => alone.set(key, server?.name));
  }
  const among = new Map<string, string | undefined>();
  cluster.assign(KEYS, Deadline.NEVER, ({ groups }) => {
    for (const { server, group } of groups) {
      for (const key of group.keys) among.set(key, server.name);
    }
  }, () => {});
  for (const [key, server] of alone) assertEquals(among.get(key), server, key);
  assert(new Set(alone.values()).size > 100, "many servers stand in");
});

interface Rig extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly clock: CountingClock;
}

/** Makes a cluster with failover in which all servers but one, or but for a share of them, are dead. */
async function startWithOneAlive(share = 0): Promise<Rig> {
  const clock = new CountingClock();
  const dialler = new ScriptedDialler();
  dialler.answer = (endpoint) => {
    const number = "hostname" in endpoint ? Number(endpoint.hostname.slice(1)) : 0;
    const isAlive = number === SERVERS / 2 || number < SERVERS * share;
    return isAlive ? new ScriptedTransport() : new Error("connection refused");
  };
  const names = Array.from(
    { length: SERVERS },
    (_, i) => i === SERVERS / 2 ? `s${i} alive` : `s${i}`,
  );
  const cluster = new Cluster(names.map(parseAddress), {
    clock,
    turns: new Turns(clock),
    random: () => 0,
    unixTime: () => 0,
    deleteAll: () => Promise.resolve(),
    connect: dialler.connect,
    prepare: undefined,
    probe: () => Promise.resolve(),
    metaQuestions: {
      speaksMeta: () => Promise.resolve({ version: undefined, speaksMeta: false }),
      isThere: () => Promise.resolve(true),
    },
    settings: { ...SETTINGS, failover: true },
    distribute: (placed) => libmcDistribution(placed, KEY_HASHES.md5),
    sweepPeriod: () => 10,
    attempts: {},
    happened: () => {},
  });
  for (const server of cluster.servers) server.dial(() => {});
  await settle();
  return {
    cluster,
    clock,
    async [Symbol.asyncDispose](): Promise<void> {
      for (const transport of dialler.transports) transport.end();
      await cluster.close();
    },
  };
}

/** A clock that counts how often it is looked at. */
class CountingClock extends ManualClock {
  looks = 0;

  override now(): number {
    this.looks++;
    return super.now();
  }
}
