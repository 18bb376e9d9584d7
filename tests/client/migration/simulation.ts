/**
 * A move of several processes in which a random number decides everything: what is called, at which stage each process is,
 * whose command is carried out next, when replies arrive, which connections are lost, which servers hang or begin anew,
 * and how time passes. The same seed gives the same run.
 */

import { Client, type ClientOptions, type Connect, type MigrationStage } from "@libmc/libmc";
import { ManualClock } from "../../support/manual_clock.ts";
import type { Random } from "../../support/random.ts";
import { settle } from "../../support/settle.ts";
import { SteppedMemcached } from "../../support/stepped_memcached.ts";
import { History } from "./history.ts";

/** What came of a run. */
export interface Outcome {
  readonly violations: readonly string[];
  readonly calls: number;
  readonly reads: number;
  readonly hits: number;
  /** The longest call, in milliseconds, but for `getOrSet()`, which waits for the loads of others. */
  readonly longest: number;
  readonly carried: number;
}

/** What may go wrong in a run, beside the order of things. */
export interface Trouble {
  /** Connections are lost, and servers hang. */
  readonly hasFailures: boolean;
  /** Servers lose their memory. */
  readonly hasRestarts: boolean;
}

export const TIMEOUT = 1000;
const POLL = 100;
const GET_OR_SET = 19;
const KEYS: readonly string[] = ["a", "b", "c"];
const SERVERS = ["old1", "old2", "new1", "new2", "new3"];
/** The stages at which processes may be at the same time, in the order of a move. */
const PHASES: readonly (readonly MigrationStage[])[] = [
  ["read_old"],
  ["read_old", "read_new"],
  ["read_new"],
  ["read_new", "write_both"],
  ["write_both"],
  ["write_both", "done"],
  ["done"],
];
/** Up to which share of a run there is no phase behind each: most of it is about carrying over. */
const FURTHEST: readonly number[] = [0.05, 0.4, 0.75, 0.85, 0.9, 0.95, 1];

/** Runs a move. */
export async function simulate(
  random: Random,
  steps: number,
  { hasFailures, hasRestarts }: Trouble,
): Promise<Outcome> {
  const clock = new ManualClock();
  const history = new History();
  const servers = new Map(SERVERS.map((name) => [name, new SteppedMemcached()]));
  const hung = new Set<string>();
  const connect: Connect = (endpoint, signal) =>
    servers.get("hostname" in endpoint ? endpoint.hostname : "")!.connect(endpoint, signal);
  const options: ClientOptions = {
    ...{ clock, connect, timeout: TIMEOUT, pollTimeout: POLL, connectTimeout: 0, retryTimeout: 50 },
    warn: false,
    strict: true,
  };
  const olds = Array.from({ length: 3 }, () => new Client(["old1", "old2"], options));
  const clients = olds.map((migrateFrom) =>
    new Client(["new1", "new2", "new3"], { ...options, migrateFrom })
  );
  let phase = 0;
  /** The last phase that may come by now. */
  let furthest = 0;
  let values = 0;
  let longest = 0;
  /** The calls under way, and the stages at which they were made. */
  const open = new Map<Promise<void>, MigrationStage>();

  const chance = (percent: number) => random.below(100) < percent;
  const some = () => {
    const name = random.pick(SERVERS);
    return { name, server: servers.get(name)! };
  };

  for (let step = 0; step < steps; step++) {
    furthest = FURTHEST.findIndex((share) => step < share * steps);
    const what = random.below(100);
    if (what < 20 && open.size < 6) begin();
    else if (what < 23) turn();
    else if (hasFailures && what < 24) some().server.connections.at(0)?.lose();
    else if (hasFailures && what < 25) {
      const { name } = some();
      if (!hung.delete(name) && hung.size < 2) hung.add(name);
    } else if (hasRestarts && what < 26 && chance(40)) restart(some().name);
    else if (what < 29) pass(random.pick([1, 5, 20, hung.size > 0 ? POLL : 5]));
    else work();
    await settle();
  }
  hung.clear();
  for (let i = 0; open.size > 0; i++) {
    if (i > 5000) throw new Error(`${open.size} calls do not end`);
    for (const name of SERVERS) while (serve(servers.get(name)!));
    pass(5);
    await settle();
  }
  const carried = clients.reduce((sum, { migration }) => sum + migration!.counters().carried, 0);
  const closing = Promise.all([...clients, ...olds].map((client) => client.close()));
  let isClosed = false;
  closing.then(() => isClosed = true);
  while (!isClosed) {
    for (const server of servers.values()) while (serve(server));
    pass(5);
    await settle();
  }
  return { ...history.judged(), longest, carried };

  function pass(milliseconds: number): void {
    clock.advance(milliseconds);
    for (const server of servers.values()) server.clock.advance(milliseconds / 1000);
  }

  /** Lets a server do something. */
  function work(): void {
    const able = SERVERS.filter((name) => !hung.has(name))
      .flatMap((name) => servers.get(name)!.connections);
    const busy = able.filter(({ waiting }) => waiting > 0);
    if (able.length === 0) return;
    const connection = random.pick(busy.length > 0 ? busy : able);
    for (let count = 1 + random.below(3); count > 0; count--) connection.carryOut();
    if (chance(80)) connection.deliver();
  }

  function serve(server: SteppedMemcached): boolean {
    let hasDone = false;
    for (const connection of [...server.connections]) {
      while (connection.carryOut()) hasDone = true;
      connection.deliver();
    }
    return hasDone;
  }

  function restart(name: string): void {
    const server = servers.get(name)!;
    servers.set(name, new SteppedMemcached());
    for (const connection of [...server.connections]) connection.lose();
  }

  /** Turns a process to another stage, or the whole move to its next phase. */
  function turn(): void {
    if (chance(25)) {
      const next = Math.min(phase + (chance(40) && phase < 5 ? -1 : 1), furthest);
      const stages = PHASES[next];
      if (stages === undefined) return;
      const all = new Set([...stages, ...open.values(), ...clients.map((each) => stageOf(each))]);
      // Calls end as they began.
      if (areNeighbours(all)) phase = next;
      for (const { migration } of clients) {
        if (migration !== undefined && !PHASES[phase].includes(migration.stage)) {
          migration.stage = PHASES[phase][0];
        }
      }
      return;
    }
    const { migration } = random.pick(clients);
    if (migration === undefined) return;
    migration.percent = random.pick([0, 30, 70, 100]);
    if (migration.stage !== "done") migration.stage = random.pick(PHASES[phase]);
  }

  function areNeighbours(stages: ReadonlySet<MigrationStage>): boolean {
    return PHASES.some((phase) => phase.length === 2 && stages.isSubsetOf(new Set(phase)));
  }

  function begin(): void {
    const client = random.pick(clients);
    const began = clock.now();
    const what = random.below(20);
    const call = one(client, what).then(() => {}, () => {}).then(() => {
      if (what !== GET_OR_SET) longest = Math.max(longest, clock.now() - began);
      open.delete(call);
    });
    open.set(call, stageOf(client));
  }

  async function one(client: Client, what: number): Promise<void> {
    const key = random.pick(KEYS);
    const keys = KEYS.filter(() => chance(60));
    const value = ++values;
    const { read, reads, store, remove } = history;
    switch (what) {
      case 0:
      case 1:
      case 2:
      case 3:
        return await read(key, () => client.get(key));
      case 4:
        return await read(key, async () => (await client.gets(key))?.value);
      case 5:
        return await read(key, () => client.gat(key, 600));
      case 6:
        return await read(key, async () => (await client.meta.get(key))?.value);
      case 7:
        return await reads(keys, () => client.getMulti(keys));
      case 8:
        return await reads(keys, async () => {
          const list = await client.getList(keys);
          return new Map(keys.map((key, i) => [key, list[i]]));
        });
      case 9:
      case 10:
        return await store([key], value, () => client.set(key, value, { exptime: 600 }));
      case 11:
        return await store(
          keys,
          value,
          async () => (await client.setMulti(keys.map((key) => [key, value]))).ok,
        );
      case 12:
        return await store([key], value, () => client.add(key, value));
      case 13:
        return await store([key], value, () => client.replace(key, value));
      case 14:
        return await store([key], value, async () => {
          const seen = await client.gets(key);
          return seen !== undefined && await client.cas(key, value, seen.cas);
        });
      case 15:
        return await store(
          [key],
          value,
          async () => await client.update(key, () => value) !== undefined,
        );
      case 16:
        return await remove([key], () => client.delete(key));
      case 17:
        return await remove(keys, async () => (await client.deleteMulti(keys)).ok);
      case 18:
        return await remove(
          [key],
          async () => (await client.meta.delete(key))?.status === "deleted",
        );
      case GET_OR_SET:
        // A caller may be given what another of its process has begun to load before: it is not judged, only what is stored.
        await client.getOrSet(key, async () => {
          await Promise.resolve();
          history.loaded(key, value);
          return value;
        }, { ttl: 600 });
    }
  }
}

function stageOf({ migration }: Client): MigrationStage {
  return migration?.stage ?? "done";
}
