/** Whether the servers of a client are up: `client.health()`. */

import { type Check, integerFrom, wrongValue } from "../checks/check.ts";
import { patiently } from "../clock.ts";
import { ALL_SERVERS } from "../engine/called.ts";
import type { CallChecks } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { probe, type Probed, ProbeLimit, sawServer } from "../engine/server_probe.ts";
import { versionOf } from "../engine/server_version.ts";
import { verb } from "../engine/verb.ts";
import type { MigrationStage } from "../engine/migration_options.ts";
import { type MemcachedError, ServerDeadError } from "../errors.ts";

/**
 * Options of {@linkcode Client.health}.
 *
 * @example Alarm when one server of several is down
 * ```ts
 * import { Client, type HealthOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client([server.address, "127.0.0.1:1"]);
 *
 * const alarm: HealthOptions = { minServers: "all", timeout: 5000 };
 * assertEquals((await client.health({ timeout: 5000 })).healthy, true);
 * assertEquals((await client.health(alarm)).healthy, false);
 * ```
 */
export interface HealthOptions {
  /**
   * Longest time in milliseconds for all servers together, 1 to 2,147,483,647. A server that has not answered by then
   * counts as not up. Time during which the event loop was blocked does not count, up to as much again.
   *
   * @default {500}
   */
  timeout?: number;
  /**
   * How many servers must be up for `healthy`: a number, or `"all"`. The default suits an endpoint by which a program is
   * taken out of service or restarted: that cures nothing while one cache of many is down. For an alarm use `"all"`: then
   * those of the gutter and of other zones have to be up as well.
   *
   * @default {1}
   */
  minServers?: number | "all";
  /** Ends the wait: then the call rejects with the reason of the signal. */
  signal?: AbortSignal;
}

/**
 * How a client's servers are: a plain object, of which `JSON.stringify()` makes all there is to see.
 *
 * @example What a healthy one looks like
 * ```ts
 * import { Client, type ClientHealth } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const { healthy, up, servers }: ClientHealth = await client.health({ timeout: 5000 });
 * assertEquals([healthy, up, servers.length], [true, 1, 1]);
 * ```
 */
export interface ClientHealth {
  /**
   * True if at least `minServers` servers are up. One of the `gutter`, or of another zone, that is up counts in place of one
   * of the list that is not, as it serves the keys of that. While a client moves from old servers (`migrateFrom`), it is about
   * those that the stage reads: the old ones in `"read_old"`, both in `"read_new"`, then the new ones.
   */
  readonly healthy: boolean;
  /** How many of `servers` are up. */
  readonly up: number;
  /** Each server, in the order of the client's list. */
  readonly servers: readonly ServerHealth[];
  /** Those of the option `gutter`, if there is one. */
  readonly gutter?: readonly ServerHealth[];
  /** Those of each other zone, by its name, with the option `zones`. */
  readonly zones?: Readonly<Record<string, readonly ServerHealth[]>>;
  /** Why there are none, if the list of servers comes from a source that has not given one. */
  readonly error?: HealthError;
  /** The old servers, until a move from them is done. */
  readonly old?: ClientHealth;
}

/**
 * How one server is. Times are in the form of ISO 8601.
 *
 * @example What there is to see of a server that is down
 * ```ts
 * import { Client, type ServerHealth } from "@libmc/libmc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using client = new Client("127.0.0.1:1");
 * const [server]: readonly ServerHealth[] = (await client.health({ timeout: 5000 })).servers;
 * assertEquals([server.server, server.up, server.latency], ["127.0.0.1:1", false, undefined]);
 * assertEquals(server.error?.name, "ConnectionError");
 * assert(server.deadUntil !== undefined && server.deadUntil > server.since);
 * ```
 */
export interface ServerHealth {
  /** Display name. */
  readonly server: string;
  /** True if it has answered a `get` of a key that nobody stores, on the connection that calls share. */
  readonly up: boolean;
  /** Since when this client has seen it so, or has known it. */
  readonly since: string;
  /** What it answers to `version`; not there for a server that is down or does not say it, as a proxy may not. */
  readonly version?: string;
  /** Milliseconds that the answer took, behind all that was on the connection already. A dial is not part of it. */
  readonly latency?: number;
  /** Why it is not up. */
  readonly error?: HealthError;
  /** Until when calls leave it alone: {@linkcode LiveOptions.retryTimeout}. */
  readonly deadUntil?: string;
}

/**
 * An error in a report of health.
 *
 * @example Why a server is down
 * ```ts
 * import { Client, type HealthError } from "@libmc/libmc";
 * import { assertStringIncludes } from "@std/assert";
 *
 * await using client = new Client("127.0.0.1:1");
 * const { servers } = await client.health({ timeout: 5000 });
 * const error: HealthError | undefined = servers[0].error;
 * assertStringIncludes(error?.message ?? "", "Cannot connect to 127.0.0.1:1");
 * ```
 */
export interface HealthError {
  /** Its name, as in `"TimeoutError"`. */
  readonly name: string;
  /** What it says. */
  readonly message: string;
}

/** The servers that a client moves from, and how far it is. */
export interface OldServers {
  readonly engine: Engine;
  readonly stage: MigrationStage;
}

/** Asks all servers. What fails is a part of the answer. */
export function health(
  engine: Engine,
  options: HealthOptions | undefined,
  old: OldServers | undefined,
): Promise<ClientHealth> {
  return engine.call<ClientHealth>(HEALTH, options, (call) => {
    const { timeout = 500, minServers = 1 } = options ?? {};
    const { clock } = engine.settings;
    engine.began(call, NO_KEYS, ALL_SERVERS);
    const limit = new ProbeLimit();
    const end = patiently(clock, timeout, () => limit.reached(clock.now()));
    const { onSettled } = call;
    call.onSettled = (how) => {
      end.cancel();
      if (!limit.isReached) limit.reached(clock.now());
      onSettled?.(how);
    };
    healthOf(engine, old, { timeout, minServers, limit })
      .then((health) => call.resolve(health), (error) => call.rejectMisuse(error));
  });
}

/** How a client is asked. */
interface Asking {
  readonly timeout: number;
  readonly minServers: number | "all";
  readonly limit: ProbeLimit;
}

async function healthOf(
  engine: Engine,
  old: OldServers | undefined,
  asking: Asking,
): Promise<ClientHealth> {
  const isMoving = old !== undefined && old.stage !== "done";
  if (!isMoving) return await ownHealth(engine, asking);
  const [own, others] = await Promise.all([
    ownHealth(engine, asking),
    ownHealth(old.engine, asking),
  ]);
  const healthy = (old.stage === "read_old" || own.healthy) &&
    (old.stage === "write_both" || others.healthy);
  return { ...own, healthy, old: others };
}

async function ownHealth(engine: Engine, asking: Asking): Promise<ClientHealth> {
  const error = await serversAreKnown(engine, asking.limit);
  if (error !== undefined) {
    const failed = healthError(error, "Cannot find the servers", asking.timeout);
    return { healthy: asking.minServers === 0, up: 0, servers: [], error: failed };
  }
  const { cluster, copies } = engine;
  const see = (servers: readonly Server[]) =>
    Promise.all(servers.map((server) => serverHealth(engine, server, asking)));
  const [, ...names] = copies?.zoneNames ?? [];
  const [own, gutter, ...zones] = await Promise.all([
    see(cluster.servers),
    see(names.length > 0 ? [] : cluster.allServers.slice(cluster.servers.length)),
    ...names.map((_, i) => see(cluster.serversAt(i + 1))),
  ]);
  return {
    healthy: isHealthy(own, [...gutter, ...zones.flat()], asking.minServers),
    up: countUp(own),
    servers: own,
    ...(gutter.length > 0 ? { gutter } : {}),
    ...(names.length > 0 ? { zones: byName(names, zones) } : {}),
  };
}

/** @param standIns Servers that serve the keys of one of the others while that is down. */
function isHealthy(
  own: readonly ServerHealth[],
  standIns: readonly ServerHealth[],
  minServers: number | "all",
): boolean {
  const up = countUp(own);
  const standing = countUp(standIns);
  if (minServers === "all") return up + standing === own.length + standIns.length;
  return up + Math.min(own.length - up, standing) >= minServers;
}

function countUp(servers: readonly ServerHealth[]): number {
  return servers.filter(({ up }) => up).length;
}

/** A name may be that of a member of objects, such as `__proto__`. */
function byName<T>(names: readonly string[], values: readonly T[]): Record<string, T> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

/** Waits until it is known which servers there are. Gives the reason if that cannot be. */
function serversAreKnown(
  { cluster }: Engine,
  limit: ProbeLimit,
): Promise<MemcachedError | "late" | undefined> {
  if (!cluster.isAwaiting) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const forget = limit.onReached(() => resolve("late"));
    cluster.known(limit.deadline, (error) => {
      forget();
      resolve(error);
    });
  });
}

/** A server, as the cluster has it. */
type Server = Engine["cluster"]["servers"][number];

async function serverHealth(engine: Engine, server: Server, asking: Asking): Promise<ServerHealth> {
  const { limit, timeout } = asking;
  const probed = await probe(engine, server, limit);
  const up = "latency" in probed;
  const since = new Date(sawServer(server, up)).toISOString();
  const seen = { server: server.name, up, since };
  if (!up) return { ...seen, ...ofFailure(engine, server, probed, timeout) };
  const version = await unlessLate(versionOf(engine, server, timeout), limit);
  const latency = Math.round(probed.latency * 1000) / 1000;
  return { ...seen, ...(version === undefined ? {} : { version }), latency };
}

function ofFailure(
  engine: Engine,
  server: Server,
  { error }: Extract<Probed, { error: unknown }>,
  timeout: number,
): Pick<ServerHealth, "error" | "deadUntil"> {
  const failed = healthError(error, `Cannot get an answer of ${server.name}`, timeout);
  const { deadUntil } = server;
  const isDead = deadUntil !== undefined && deadUntil > engine.settings.clock.now();
  return { error: failed, ...(isDead ? { deadUntil: dayTime(engine, deadUntil) } : {}) };
}

function healthError(
  error: MemcachedError | "late",
  what: string,
  timeout: number,
): HealthError {
  if (error === "late") return { name: "TimeoutError", message: `${what} within ${timeout} ms` };
  // That it is dead is said by itself; why it is so says more.
  const cause = error instanceof ServerDeadError
    ? error.cause as MemcachedError | undefined
    : error;
  const { name, message } = cause ?? error;
  return { name, message };
}

function unlessLate<T>(answer: Promise<T>, limit: ProbeLimit): Promise<T | undefined> {
  return new Promise((resolve) => {
    if (limit.isReached) return resolve(undefined);
    const forget = limit.onReached(() => resolve(undefined));
    answer.then((value) => {
      forget();
      resolve(value);
    });
  });
}

/** Gives the time of the day for a time of the client's clock. */
function dayTime({ settings }: Engine, time: number): string {
  return new Date(Date.now() + time - settings.clock.now()).toISOString();
}

const A_NUMBER_OF_SERVERS: Check = (name, value) => {
  if (value === "all") return;
  if (typeof value === "string") throw wrongValue(name, '"all" or a number', value);
  integerFrom(0, Number.MAX_SAFE_INTEGER)(name, value);
};

const HEALTH_OPTIONS: CallChecks = {
  signal: undefined,
  timeout: integerFrom(1, 2 ** 31 - 1),
  minServers: A_NUMBER_OF_SERVERS,
};

/** It does not fail: what it would give then is never seen. */
const HEALTH = verb("health", () => NO_HEALTH, HEALTH_OPTIONS);
const NO_HEALTH: ClientHealth = { healthy: false, up: 0, servers: [] };
const NO_KEYS: readonly string[] = [];
