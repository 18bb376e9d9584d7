/** The events of a client: an observer that fires them. */

import type { MemcachedError } from "../errors.ts";
import type { SlowCall } from "./slow_call.ts";
import type { Happening, HappeningName, Observer, ServersChange } from "./observer.ts";

/**
 * Names of the events of a client. {@linkcode ServerEvent} describes them.
 *
 * @example Listen to all that concerns the health of servers
 * ```ts
 * import { Client, type ClientEventName } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const log: string[] = [];
 * const names: ClientEventName[] = ["connect", "disconnect", "dead", "alive"];
 * for (const name of names) client.addEventListener(name, () => log.push(name));
 *
 * await client.version();
 * await client.close();
 * assertEquals(log, ["connect", "disconnect"]);
 * ```
 */
export type ClientEventName =
  | "failure"
  | "connect"
  | "disconnect"
  | "dead"
  | "alive"
  | "servers"
  | "slow";

/**
 * Hears of the events of a client: a function, or an object with a method.
 *
 * @example An object that counts
 * ```ts
 * import { Client, type ServerEventListener } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * let connects = 0;
 * const listener: ServerEventListener = { handleEvent: () => void connects++ };
 * client.addEventListener("connect", listener);
 * await client.version();
 * assertEquals(connects, 1);
 * ```
 */
export type ServerEventListener =
  | ((event: ServerEvent) => void)
  | { handleEvent(event: ServerEvent): void };

/**
 * An event of a client: what happened, and to which server.
 *
 * - `failure`: a call, or part of a call, failed. `error` says how, and `verb` names the method. It fires once for each
 *   part that failed, also where the call looks like a miss.
 * - `connect`: a connection was made.
 * - `disconnect`: a connection ended. `error` says why, unless it was closed on purpose, or by the server while no
 *   reply was due.
 * - `dead`: the server could not be reached, was full, or was silent too often (`deadAfter`), and is left alone for
 *   `retryTimeout`. `error` says why.
 * - `alive`: a dial succeeded after the server was dead; if it was dead from silence, it has answered, too.
 * - `servers`: the list of servers has changed. `change` says how; `server` and `error` are not set.
 * - `slow`: a call took longer than the option `slow`. `slow` says where its time went.
 *
 * Events fire just after what they tell of, in order, and never inside a call; a listener may make calls. An error that a
 * listener throws is reported as uncaught, as for every EventTarget, and does not disturb any call.
 *
 * @example Log each failure with its server
 * ```ts
 * import { Client, type ServerEvent } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const log: string[] = [];
 * client.addEventListener("failure", ({ server, verb, error }: ServerEvent) => {
 *   log.push(`${verb} on ${server}: sent ${error?.sent}`);
 * });
 * await server.stop();
 * await client.set("key", "value");
 * assertEquals(log, [`set on ${server.address}: sent no`]);
 * ```
 */
export class ServerEvent extends Event {
  /** Display name of the server; `undefined` if a failure concerns none, and for `servers`. */
  readonly server: string | undefined;
  /** The error that led to the event; `undefined` if there was none. */
  readonly error: MemcachedError | undefined;
  /** For `failure`, the method of the client that failed, as in `"getMulti"`; `undefined` for the other events. */
  readonly verb: string | undefined;
  /** For `servers`, how the list has changed; `undefined` for the other events. */
  readonly change: ServersChange | undefined;
  /** For `slow`, the call; `undefined` for the other events. */
  readonly slow: SlowCall | undefined;

  /**
   * Makes an event.
   *
   * @param name Name of the event.
   * @param detail The server and, if there is one, the error; for `failure` also the method; for `servers` the change.
   */
  constructor(
    name: ClientEventName,
    detail: {
      server?: string | undefined;
      error?: MemcachedError | undefined;
      verb?: string | undefined;
      change?: ServersChange | undefined;
      slow?: SlowCall | undefined;
    },
  ) {
    super(name);
    this.server = detail.server;
    this.error = detail.error;
    this.verb = detail.verb;
    this.change = detail.change;
    this.slow = detail.slow;
  }
}

/** Fires the events of a client. */
export function firing(target: EventTarget): Observer {
  return {
    happened({ what, server, error, verb, change, slow }: Happening): void {
      if (!isEventName(what)) return;
      target.dispatchEvent(
        new ServerEvent(what, { server: error?.server ?? server?.name, error, verb, change, slow }),
      );
    },
  };
}

function isEventName(name: HappeningName): name is ClientEventName {
  return EVENT_NAMES.has(name);
}

const EVENT_NAMES: ReadonlySet<HappeningName> = new Set([
  "failure",
  "connect",
  "disconnect",
  "dead",
  "alive",
  "servers",
  "slow",
]);
