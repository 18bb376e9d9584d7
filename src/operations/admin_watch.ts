/** `client.admin.watch()`: what servers log, all of them at the same time. */

import { oneOf } from "../checks/check.ts";
import { refusalOf } from "../commands/admin/refusals.ts";
import {
  readSkipped,
  readWatchEvent,
  WATCH_KINDS,
  type WatchEvent,
  type WatchKind,
} from "../commands/admin/watch_event.ts";
import { type CallChecks, checkCallOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { openOwn, type OwnConnection, serversLater } from "../engine/own_connection.ts";
import { ClosedError } from "../errors.ts";
import { aServerList, originOf, unexpectedLine } from "./admin_call.ts";
import { type AdminIterator, AdminStream, LEFT } from "./admin_stream.ts";
import { Rendezvous } from "./rendezvous.ts";

/**
 * Options of `client.admin.watch()`.
 *
 * @example Stop when the program shuts down
 * ```ts
 * import { Client, type WatchOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const controller = new AbortController();
 * const options: WatchOptions = { signal: controller.signal };
 * const next = client.admin.watch("evictions", options).next();
 * controller.abort(new Error("Shutting down"));
 * await assertRejects(() => next, Error, "Shutting down");
 * ```
 */
export interface WatchOptions {
  /** Display names of the servers that are watched: all of the client's unless given. */
  servers?: readonly string[];
  /** Closes the connections, and makes the iterator reject with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The events of servers, as `client.admin.watch()` gives them.
 *
 * @example The first event
 * ```ts
 * import { Client, type Watcher } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const events: Watcher = client.admin.watch("mutations");
 * await events.ready();
 * await client.set("key", "value");
 * for await (const { type, key } of events) {
 *   assertEquals([type, key], ["item_store", "key"]);
 *   break;
 * }
 * ```
 */
export interface Watcher extends AdminIterator<WatchEvent> {
  /**
   * Begins to watch, if no event was asked for yet.
   *
   * @returns A promise that resolves when all servers log for it: what happens from then on becomes an event.
   */
  ready(): Promise<void>;
}

/** Watches servers. */
export function watch(
  engine: Engine,
  kinds: WatchKind | readonly WatchKind[],
  options: WatchOptions = {},
): Watcher {
  const list = Array.isArray(kinds) ? Array.from<WatchKind>(kinds) : [kinds as WatchKind];
  for (const kind of list) oneOf(...WATCH_KINDS)("kind of events", kind);
  if (list.length === 0) throw new RangeError("Cannot watch without a kind of events");
  checkCallOptions(options, WATCH_OPTIONS);
  return new EventStream(engine, list, serversLater(engine, options.servers), options.signal);
}

/** The events of servers, in the order in which they come. */
class EventStream extends AdminStream<WatchEvent> implements Watcher {
  readonly #engine: Engine;
  readonly #request: Uint8Array;
  readonly #servers: ReturnType<typeof serversLater>;
  /** The connections on which the servers log. */
  #watching: Promise<OwnConnection[]> | undefined;

  constructor(
    engine: Engine,
    kinds: readonly WatchKind[],
    servers: ReturnType<typeof serversLater>,
    signal: AbortSignal | undefined,
  ) {
    super(engine, "admin.watch", signal);
    this.#engine = engine;
    this.#request = new TextEncoder().encode(`watch ${kinds.join(" ")}\r\n`);
    this.#servers = servers;
  }

  async ready(): Promise<void> {
    const signal = this.begin();
    try {
      await this.#connections(signal);
    } catch (error) {
      if (error !== LEFT) throw this.failed(error);
    }
  }

  protected override async *results(signal: AbortSignal): AsyncGenerator<WatchEvent, void, void> {
    const connections = await this.#connections(signal);
    const events = new Rendezvous<WatchEvent>();
    for (const connection of connections) {
      this.#read(connection, events).catch((error) => events.fail(error));
    }
    try {
      while (true) yield await events.take();
    } catch (error) {
      // A list of keys would then be incomplete. Events have no end that anybody could miss.
      if (!(error instanceof ClosedError)) throw error;
    }
  }

  #connections(signal: AbortSignal): Promise<OwnConnection[]> {
    return this.#watching ??= this.#watchAll(signal);
  }

  async #watchAll(signal: AbortSignal): Promise<OwnConnection[]> {
    const servers = this.#servers();
    const known = Array.isArray(servers) ? servers : await servers;
    return await Promise.all(known.map((server) => this.#watch(server, signal)));
  }

  /** Opens a connection, and waits until the server logs on it. */
  async #watch(server: string, signal: AbortSignal): Promise<OwnConnection> {
    const { pollTimeout, timeout } = this.#engine.settings;
    const limit = pollTimeout || timeout;
    const connection = await openOwn(this.#engine, server, COMMAND, signal);
    await connection.send([this.#request], limit);
    const line = await connection.firstLine(limit);
    if (line === "OK") return connection;
    const origin = originOf(connection, COMMAND);
    throw refusalOf(line, origin) ?? unexpectedLine(line, origin);
  }

  /** Reads the events of one server. */
  async #read(connection: OwnConnection, events: Rendezvous<WatchEvent>): Promise<never> {
    const { keys } = this.#engine;
    let skipped = 0;
    while (true) {
      // A server that has nothing to tell is silent.
      const line = await connection.line(0);
      if (line === null) throw connection.broken("the server closed it");
      const more = readSkipped(line);
      if (more !== undefined) {
        skipped += more;
        continue;
      }
      const { server } = connection;
      const event = readWatchEvent(line, server, (wireKey) => keys.ownOf(wireKey), skipped);
      if (event === undefined) throw unexpectedLine(line, originOf(connection, COMMAND));
      if (event === null) continue;
      skipped = 0;
      await events.offer(event);
    }
  }
}

const COMMAND = "watch";
const WATCH_OPTIONS: CallChecks = { signal: undefined, servers: aServerList };
