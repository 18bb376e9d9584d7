/** `client.admin.keys()`: the items of servers, one server after the other. */

import { aText } from "../checks/check.ts";
import { type KeyInfo, readKeyInfo } from "../commands/admin/key_info.ts";
import { refusalOf } from "../commands/admin/refusals.ts";
import { type CallChecks, checkCallOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { openOwn, type OwnConnection, serversLater } from "../engine/own_connection.ts";
import { ReplyError } from "../errors.ts";
import { aServerList, originOf, unexpectedLine } from "./admin_call.ts";
import { type AdminIterator, AdminStream, LEFT } from "./admin_stream.ts";

/**
 * Options of `client.admin.keys()`.
 *
 * @example The keys of users
 * ```ts
 * import { Client, type KeysOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.setMulti({ "user:1": "Ada", "page:1": "<h1>" });
 * const ofUsers: KeysOptions = { prefix: "user:" };
 * const keys: string[] = [];
 * for await (const { key } of client.admin.keys(ofUsers)) keys.push(key);
 * assertEquals(keys, ["user:1"]);
 * ```
 */
export interface KeysOptions {
  /** How the keys begin, behind the client's own prefix. The server sends all keys: the client picks. */
  prefix?: string;
  /** Display names of the servers that are asked: all of the client's unless given. */
  servers?: readonly string[];
  /** Closes the connection, and makes the iterator reject with the signal's reason. */
  signal?: AbortSignal;
}

/** Lists the items of servers. */
export function keys(engine: Engine, options: KeysOptions = {}): AdminIterator<KeyInfo> {
  checkCallOptions(options, KEYS_OPTIONS);
  return new KeyStream(engine, serversLater(engine, options.servers), options);
}

/** The items of servers. */
class KeyStream extends AdminStream<KeyInfo> {
  readonly #engine: Engine;
  readonly #servers: ReturnType<typeof serversLater>;
  readonly #prefix: string;

  constructor(
    engine: Engine,
    servers: ReturnType<typeof serversLater>,
    { prefix = "", signal }: KeysOptions,
  ) {
    super(engine, "admin.keys", signal);
    this.#engine = engine;
    this.#servers = servers;
    this.#prefix = prefix;
  }

  protected override async *results(signal: AbortSignal): AsyncGenerator<KeyInfo, void, void> {
    for (const server of await this.#servers()) yield* this.#itemsOf(server, signal);
  }

  /** Lists the items of one server that have the client's prefix and the one that was asked for. */
  async *#itemsOf(server: string, signal: AbortSignal): AsyncGenerator<KeyInfo, void, void> {
    const { settings, keys } = this.#engine;
    const connection = await openOwn(this.#engine, server, COMMAND, signal);
    const origin = originOf(connection, COMMAND);
    try {
      let line: string | null = await begin(this.#engine, connection);
      if (line.startsWith("NOTSTARTED")) return;
      // Servers from 1.6.43 on say that they begin.
      if (line === "OK") line = await connection.line(settings.timeout);
      for (; line !== "END"; line = await connection.line(settings.timeout)) {
        if (line === null) throw connection.broken("the server closed it before all keys had come");
        const info = readKeyInfo(line, server, (wireKey) => keys.ownOf(wireKey));
        if (info === undefined) throw refusalOf(line, origin) ?? unexpectedLine(line, origin);
        if (info?.key.startsWith(this.#prefix)) yield info;
      }
    } finally {
      connection.close(LEFT);
    }
  }
}

/**
 * Asks for the list, and gives its first line. The server's crawler also removes expired items now and then, and does one
 * thing at a time: so it is asked again for as long as a call may take.
 */
async function begin(engine: Engine, connection: OwnConnection): Promise<string> {
  const { clock, timeout } = engine.settings;
  const end = clock.now() + (timeout || LONGEST_WAIT);
  for (let pause = FIRST_PAUSE;; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    await connection.send([REQUEST], timeout);
    const line = await connection.firstLine(timeout);
    if (line.startsWith("NOTSTARTED")) return line;
    const refusal = refusalOf(line, originOf(connection, COMMAND));
    if (refusal === undefined) return line;
    const isBusy = refusal instanceof ReplyError && refusal.kind === "BUSY";
    if (!isBusy || clock.now() + pause > end) throw refusal;
    await connection.pause(pause);
  }
}

const COMMAND = "lru_crawler";
/** By slab classes: the other way, by hash, holds locks of the server while it waits for a slow reader. */
const REQUEST = new TextEncoder().encode("lru_crawler metadump all\r\n");
const KEYS_OPTIONS: CallChecks = { signal: undefined, servers: aServerList, prefix: aText };
// In milliseconds.
const FIRST_PAUSE = 20;
const LONGEST_PAUSE = 500;
const LONGEST_WAIT = 5000;
