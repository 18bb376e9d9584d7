/** What is the same for all verbs: servers, events, failures, the end. */

import type { ServerCounters } from "../cluster/counters.ts";
import { QuitCommand } from "../commands/server_commands.ts";
import type { MemcachedError } from "../errors.ts";
import type { ClientEventName, ServerEvent } from "../observe/events.ts";
import type { ClientOptions, LiveOptions } from "../engine/options.ts";
import { ClientCore } from "../engine/engine.ts";

/** The inside of a client: for the verbs, and not for users. */
export let coreOf: (client: BaseClient) => ClientCore;

/** Servers, events, counters and the end of a client. Not to be used alone: see {@linkcode Client}. */
export abstract class BaseClient extends EventTarget implements AsyncDisposable {
  readonly #core: ClientCore;

  static {
    coreOf = (client) => client.#core;
  }

  /**
   * Makes a client. Nothing is dialled before the first call.
   *
   * @param servers One server string or several: `host[:port][ alias]`, `[v6]:port`, `/path/to.sock[ alias]`.
   * @param options See {@linkcode ClientOptions}.
   * @throws {TypeError} If a server string or an option cannot be used.
   * @throws {RangeError} If there is no server, or a number is out of range.
   */
  constructor(servers: string | readonly string[], options: ClientOptions = {}) {
    super();
    this.#core = new ClientCore(servers, options, this);
  }

  /** The server strings in use. */
  get servers(): readonly string[] {
    return this.#core.servers;
  }

  /** The most recent failure; `undefined` if there was none. Its `code` and `strerror` are libmc's. */
  get lastError(): MemcachedError | undefined {
    return this.#core.lastError;
  }

  /** What has happened so far, by display name of the server. A copy. */
  counters(): Map<string, ServerCounters> {
    return new Map(this.#core.cluster.servers.map(({ name, counters }) => [name, { ...counters }]));
  }

  /**
   * Display name of the server that owns a key. Pure: it may be dead.
   *
   * @throws {TypeError} If the key cannot be used.
   */
  getHostByKey(key: string): string {
    return this.#core.cluster.ownerOf(this.#core.key(key)).name;
  }

  /**
   * Display name of the server that a call with this key would go to now, which may dial it; `undefined` if it would go
   * nowhere.
   */
  getRealtimeHostByKey(key: string): Promise<string | undefined> {
    return this.#core.call<string | undefined>(undefined, undefined, (call) => {
      const wireKey = this.#core.key(key);
      this.#core.cluster.locate(wireKey, call.deadline, (server) => call.resolve(server?.name));
    });
  }

  /**
   * Moves servers to other addresses while their points on the ring stay, so that no key changes its server. As in
   * libmc: the number of servers must be the same, and a server that has an alias must keep it.
   *
   * @returns False if it was refused, and nothing has changed.
   * @throws {TypeError} If a server string cannot be used, or two servers would have the same name.
   */
  updateServers(servers: readonly string[]): boolean {
    return this.#core.updateServers(servers);
  }

  /**
   * Changes timeouts, retries, failover or hash from the next call on.
   *
   * @throws {TypeError} If an option is unknown, of the wrong type, or fixed at the beginning.
   * @throws {RangeError} If a number is out of range.
   */
  config(options: LiveOptions): void {
    this.#core.config(options);
  }

  /**
   * Lets everything on the way finish, says `quit` to every connected server and closes the connections. The next call
   * connects anew, as with libmc; to end for good, use {@linkcode BaseClient.close}.
   */
  async quit(): Promise<void> {
    const nobody = { settled: false, resolve() {}, reject() {} };
    const { deadline } = this.#core.terms();
    const last = () => Object.assign(new QuitCommand(nobody), { deadline });
    await Promise.all(this.#core.cluster.servers.map((server) => server.drain(last)));
  }

  /**
   * Lets the program end although the client is not closed, as soon as no call is on the way. A client that is neither
   * closed nor unreferenced keeps the program running once it has connected.
   */
  unref(): void {
    for (const server of this.#core.cluster.servers) server.unref();
  }

  /**
   * Ends the client: lets the calls on the way finish, then closes. Later calls reject with a ClosedError. It takes as
   * long as those calls may: for ever, if a server stalls and neither `timeout` nor `pollTimeout` is set. A stream ends
   * with its chunk under way.
   */
  close(): Promise<void> {
    return this.#core.close();
  }

  /** The same as {@linkcode BaseClient.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#core.close();
  }

  /** Listens to an event: see {@linkcode ServerEvent}. */
  override addEventListener(
    name: ClientEventName,
    listener: ((event: ServerEvent) => void) | { handleEvent(event: ServerEvent): void } | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(name, listener as EventListener, options);
  }

  /** Stops listening. */
  override removeEventListener(
    name: ClientEventName,
    listener: ((event: ServerEvent) => void) | { handleEvent(event: ServerEvent): void } | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(name, listener as EventListener, options);
  }
}
