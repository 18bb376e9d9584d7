/** The store of `hono-sessions`. */

import { type SessionRecord, type SessionStoreOptions, StoredSessions } from "./stored_sessions.ts";

/**
 * A session as `hono-sessions` has it.
 *
 * @example A session that lasts for an hour
 * ```ts
 * import type { HonoSessionData } from "@libmc/libmc/session";
 * import { assertEquals } from "@std/assert";
 *
 * const expire = new Date(Date.now() + 3_600_000).toISOString();
 * const session: HonoSessionData = {
 *   _data: { user: { value: 1, flash: false } },
 *   _expire: expire,
 *   _delete: false,
 *   _accessed: null,
 * };
 * assertEquals(Object.keys(session._data), ["user"]);
 * ```
 */
export type HonoSessionData = {
  /** What the program has set. */
  _data: Record<string, { value: unknown; flash: boolean }>;
  /** When it ends, as ISO 8601 has it; `null`: the store decides. */
  _expire: string | null;
  /** True once the program has deleted it. */
  _delete: boolean;
  /** When it was used last. */
  _accessed: string | null;
  /** What the middleware notes beside that. */
  [name: string]: unknown;
};

/**
 * Keeps the sessions of `hono-sessions` in memcached: `sessionMiddleware({ store: new HonoSessionStore({ client }) })`.
 *
 * If memcached does not answer, the methods reject: the middleware must not take the session for ended.
 *
 * @example Two requests that change a session at once
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type HonoSessionData, HonoSessionStore } from "@libmc/libmc/session";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const store = new HonoSessionStore({ client });
 * await store.createSession("id", { _data: {}, _expire: null, _delete: false, _accessed: null });
 * const one = await store.getSessionById("id") as HonoSessionData;
 * const two = await store.getSessionById("id") as HonoSessionData;
 * one._data.user = { value: "Ada", flash: false };
 * two._data.basket = { value: ["tea"], flash: false };
 * await store.persistSessionData("id", one);
 * await store.persistSessionData("id", two);
 * const session = await store.getSessionById("id");
 * assertEquals(Object.keys(session?._data ?? {}), ["user", "basket"]);
 * ```
 */
export class HonoSessionStore {
  readonly #sessions: StoredSessions;

  /**
   * Makes a store.
   *
   * @param options The client, and how to store.
   * @throws {TypeError} If an option cannot be used.
   * @throws {RangeError} If `ttl` is no integer from 1.
   */
  constructor(options: SessionStoreOptions) {
    this.#sessions = new StoredSessions("HonoSessionStore", options);
  }

  /**
   * Reads a session.
   *
   * @param id Its id, from the cookie.
   * @returns The session, or `undefined` if there is none.
   * @throws {MemcachedError} If memcached does not answer.
   */
  async getSessionById(id?: string): Promise<HonoSessionData | undefined> {
    const session = id === undefined ? undefined : await this.#sessions.read(id);
    return isSession(session) ? session : undefined;
  }

  /**
   * Stores a new session.
   *
   * @param id Its id.
   * @param session The session.
   * @throws {MemcachedError} If memcached does not answer.
   */
  async createSession(id: string, session: HonoSessionData): Promise<void> {
    await this.#sessions.create(id, session, secondsOf(session));
  }

  /**
   * Stores what has changed in a session since it was read. One that was deleted meanwhile stays deleted.
   *
   * @param id Its id.
   * @param session The object that was read or created. Of any other one all that it has is stored, and nothing is removed.
   * @throws {MemcachedError} If memcached does not answer.
   */
  async persistSessionData(id: string, session: HonoSessionData): Promise<void> {
    const base = this.#sessions.knows(session) ? undefined : {};
    await this.#sessions.save(id, session, secondsOf(session), base);
  }

  /**
   * Ends a session.
   *
   * @param id Its id.
   * @throws {MemcachedError} If memcached does not answer.
   */
  async deleteSession(id: string): Promise<void> {
    await this.#sessions.delete(id);
  }
}

function isSession(session: SessionRecord | undefined): session is HonoSessionData {
  return typeof session?._data === "object" && session._data !== null && "_expire" in session;
}

function secondsOf({ _expire }: HonoSessionData): number | undefined {
  const until = _expire === null ? NaN : Date.parse(_expire);
  return Number.isNaN(until) ? undefined : (until - Date.now()) / 1000;
}
